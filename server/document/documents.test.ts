import { expect, it } from 'vitest';
import { silentLogger } from '../log/logger.ts';
import { MemoryStore } from '../store/memory-store.ts';
import type { KeyRange, Operation, Store } from '../store/store.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { encodeAccessRecord } from './access-record.ts';
import { encodeCatalogueEntry } from './catalogue.ts';
import { Documents } from './documents.ts';
import { accessKey, catalogueKey, FORMAT_KEY, logKey, snapshotKey } from './keys.ts';
import { encodeJsonRecord, encodeLogRecord, encodeSnapshot } from './record.ts';

/** A store that counts what it gives out. Values are kept as they are, so that many may share one. */
class CountingStore implements Store {
  readonly #values = new Map<string, Uint8Array>();
  bytes = 0;
  entries = 0;

  async get(key: Uint8Array): Promise<Uint8Array | null> {
    const value = this.#values.get(textOf(key)) ?? null;
    if (value !== null) this.#count(value);
    return value;
  }

  async *read({ from, to }: KeyRange): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    const [first, end] = [textOf(from), textOf(to)];
    const keys = [...this.#values.keys()].filter((key) => key >= first && key < end).sort();
    for (const key of keys) {
      const value = this.#values.get(key) ?? new Uint8Array();
      this.#count(value);
      yield [Buffer.from(key, 'latin1'), value];
    }
  }

  async write(operations: readonly Operation[]): Promise<void> {
    for (const operation of operations) {
      if (operation.type === 'put') this.#values.set(textOf(operation.key), operation.value);
      else this.#values.delete(textOf(operation.key));
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #count(value: Uint8Array): void {
    this.bytes += value.length;
    this.entries += 1;
  }
}

/** Latin-1 sorts as its bytes. */
const textOf = (key: Uint8Array): string => Buffer.from(key).toString('latin1');

const ENTRY = encodeCatalogueEntry({ title: 'Notes', language: '', createdAt: 7, epoch: 0, reusableIds: [] });

async function namesIn(documents: Documents, after?: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of documents.list(after)) names.push(name);
  return names;
}

it('lists 10,000 documents of 1 MB without reading a byte of their texts', async () => {
  const store = new CountingStore();
  const documents = await Documents.open(store, new FakeClock(), silentLogger);
  const state = encodeSnapshot({ sequence: 3, state: new Uint8Array(2 ** 20) });
  const record = encodeLogRecord({ time: 7, update: new Uint8Array(100) });
  const names = Array.from({ length: 10_000 }, (_, i) => `folder ${i % 7}/notes ${i}`);
  for (const name of names) {
    await store.write([
      { type: 'put', key: catalogueKey(name), value: ENTRY },
      { type: 'put', key: snapshotKey(name), value: state },
      { type: 'put', key: logKey(name, 4), value: record },
    ]);
  }
  [store.bytes, store.entries] = [0, 0];
  expect(await namesIn(documents)).toEqual([...names].sort());
  expect([store.entries, store.bytes]).toEqual([10_000, 10_000 * ENTRY.length]);
  expect(ENTRY.length).toBeLessThan(200);
});

it('lists on behind a name, whether it is there or not', async () => {
  const store = new MemoryStore();
  const documents = await Documents.open(store, new FakeClock(), silentLogger);
  for (const name of ['b', 'a', 'ab', 'é', '😀', 'b/c']) {
    await store.write([{ type: 'put', key: catalogueKey(name), value: ENTRY }]);
  }
  const access = encodeAccessRecord({ anyone: null, owners: [], links: [] });
  await store.write([{ type: 'put', key: accessKey('aa'), value: access }]);
  // In the order of their bytes; what has access only does not exist.
  expect(await namesIn(documents)).toEqual(['a', 'ab', 'b', 'b/c', 'é', '😀']);
  expect(await namesIn(documents, 'ab')).toEqual(['b', 'b/c', 'é', '😀']);
  expect(await namesIn(documents, 'aa')).toEqual(['ab', 'b', 'b/c', 'é', '😀']);
  expect(await namesIn(documents, '😀')).toEqual([]);
});

it('[DUR-17] tells how far the move of a large folder has come, every few seconds', async () => {
  const clock = new FakeClock();
  /** Reading takes a tenth of a second for each entry. */
  class SlowStore extends MemoryStore {
    override async *read(range: KeyRange): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
      for await (const entry of super.read(range)) {
        await clock.advance(100);
        yield entry;
      }
    }
  }
  const store = new SlowStore();
  const state = encodeSnapshot({ sequence: 1, state: new Uint8Array(2 ** 18) });
  const operations: Operation[] = [{ type: 'put', key: FORMAT_KEY, value: encodeJsonRecord({ format: 1, id: 'abc' }) }];
  for (let i = 0; i < 50; i++) {
    operations.push({ type: 'put', key: Buffer.from(`d/notes ${i}\0c`), value: ENTRY });
    operations.push({ type: 'put', key: snapshotKey(`notes ${i}`), value: state });
  }
  await store.write(operations);
  const lines: string[] = [];
  await Documents.open(store, clock, silentLogger, { tell: (line) => lines.push(line) });
  expect(lines).toEqual([
    'Moving the data folder to format 2: 3 MB of documents read.',
    'Moving the data folder to format 2: 9 MB of documents read.',
    'The data folder has format 2 now. Older versions of Coscribe refuse it.',
  ]);
});
