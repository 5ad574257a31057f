import type { KeyRange, Operation, Store } from '../store/store.ts';

/** A store that fails or stalls on demand, in front of a real one. */
export class FailingStore implements Store {
  readonly #inner: Store;
  #writesFail: Error | null = null;
  #readsFail: Error | null = null;
  #gate: Promise<void> | null = null;
  #openGate: () => void = () => undefined;
  /** Batches that reached the inner store. */
  writes = 0;

  constructor(inner: Store) {
    this.#inner = inner;
  }

  /** Makes every write reject with `error` until told null. */
  failWrites(error: Error | null): void {
    this.#writesFail = error;
  }

  /** Makes every read reject with `error` until told null. */
  failReads(error: Error | null): void {
    this.#readsFail = error;
  }

  /** Makes reads and writes wait until `proceed`. */
  stall(): void {
    this.#gate ??= new Promise((resolve) => {
      this.#openGate = resolve;
    });
  }

  proceed(): void {
    this.#gate = null;
    this.#openGate();
  }

  async get(key: Uint8Array): Promise<Uint8Array | null> {
    await this.#gate;
    if (this.#readsFail !== null) throw this.#readsFail;
    return this.#inner.get(key);
  }

  async *read(range: KeyRange): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    await this.#gate;
    if (this.#readsFail !== null) throw this.#readsFail;
    yield* this.#inner.read(range);
  }

  async write(operations: readonly Operation[]): Promise<void> {
    await this.#gate;
    if (this.#writesFail !== null) throw this.#writesFail;
    await this.#inner.write(operations);
    this.writes += 1;
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
