import type { KeyRange, Operation, Store } from './store.ts';

/** A store that forgets everything when the process ends: for tests, benchmarks and demonstrations. */
export class MemoryStore implements Store {
  // Hexadecimal strings sort as the bytes they stand for.
  readonly #values = new Map<string, Uint8Array>();
  #closed = false;

  async get(key: Uint8Array): Promise<Uint8Array | null> {
    this.#check();
    return this.#values.get(toHex(key)) ?? null;
  }

  async *read({ from, to }: KeyRange): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    this.#check();
    const [first, end] = [toHex(from), toHex(to)];
    const entries = [...this.#values].filter(([key]) => key >= first && key < end);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [key, value] of entries) yield [new Uint8Array(Buffer.from(key, 'hex')), value];
  }

  async write(operations: readonly Operation[]): Promise<void> {
    this.#check();
    for (const operation of operations) {
      if (operation.type === 'put') this.#values.set(toHex(operation.key), new Uint8Array(operation.value));
      else this.#values.delete(toHex(operation.key));
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #check(): void {
    if (this.#closed) throw new Error('The store is closed.');
  }
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
