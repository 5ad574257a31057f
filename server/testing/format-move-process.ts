import { systemClock } from '../clock.ts';
import { Documents } from '../document/documents.ts';
import { silentLogger } from '../log/logger.ts';
import { LevelStore } from '../store/level-store.ts';
import type { KeyRange, Operation, Store } from '../store/store.ts';

/*
 * Opens a data folder, in a process of its own, so that it can be killed at a certain point. Arguments: the folder, and the point:
 * `entry N` waits for ever before the entry N is read, `write` only says that the write has begun, `done` waits when all is over.
 * Says `there` at the point.
 */

const [, , folder = '', point = '', entry = '0'] = process.argv;

function there(): void {
  process.stdout.write('there\n');
}

/** Says so and waits to be killed. */
async function stay(): Promise<void> {
  there();
  await new Promise<void>((resolve) => setInterval(resolve, 2 ** 30));
}

class WatchedStore implements Store {
  readonly #inner: Store;

  constructor(inner: Store) {
    this.#inner = inner;
  }

  get(key: Uint8Array): Promise<Uint8Array | null> {
    return this.#inner.get(key);
  }

  async *read(range: KeyRange): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    let entries = 0;
    for await (const found of this.#inner.read(range)) {
      if (point === 'entry' && entries === Number(entry)) await stay();
      entries += 1;
      yield found;
    }
  }

  write(operations: readonly Operation[]): Promise<void> {
    const written = this.#inner.write(operations);
    if (point === 'write') there();
    return written;
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

const store = new WatchedStore(await LevelStore.open(folder));
await Documents.open(store, systemClock, silentLogger);
if (point === 'done') await stay();
await store.close();
