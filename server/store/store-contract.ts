import assert from 'node:assert/strict';
import type { Operation, Store } from './store.ts';

/** One thing that a store has to do. `run` rejects with an AssertionError when it does not. */
export interface StoreCase {
  readonly title: string;
  run(): Promise<void>;
}

const bytes = (...values: number[]) => new Uint8Array(values);

const put = (key: Uint8Array, value: Uint8Array): Operation => ({ type: 'put', key, value });

async function keysIn(store: Store, from: Uint8Array, to: Uint8Array): Promise<string[]> {
  const keys: string[] = [];
  for await (const [key] of store.read({ from, to })) keys.push(Buffer.from(key).toString('hex'));
  return keys;
}

/** Every case, by its title. */
const CASES: Readonly<Record<string, (open: () => Promise<Store>) => Promise<void>>> = {
  'gives back what was written, and null for what was not': async (open) => {
    const store = await open();
    await store.write([put(bytes(1), bytes(9, 8, 7)), put(bytes(2), bytes())]);
    assert.deepEqual([...((await store.get(bytes(1))) ?? [])], [9, 8, 7]);
    assert.deepEqual([...((await store.get(bytes(2))) ?? [255])], []);
    assert.equal(await store.get(bytes(3)), null);
    await store.close();
  },

  'carries out a batch in order': async (open) => {
    const store = await open();
    await store.write([put(bytes(1), bytes(1)), { type: 'del', key: bytes(1) }, put(bytes(1), bytes(2))]);
    assert.deepEqual([...((await store.get(bytes(1))) ?? [])], [2]);
    await store.close();
  },

  'takes a batch of nothing while it works, and none after close': async (open) => {
    const store = await open();
    await store.write([]);
    await store.close();
    await assert.rejects(store.write([]));
  },

  'reads a range in bytewise order, the start inclusive, the end exclusive': async (open) => {
    const store = await open();
    const keys = [bytes(0x80), bytes(1, 0xff), bytes(1), bytes(2), bytes(1, 0), bytes(0xff), bytes(0)];
    await store.write(keys.map((key) => put(key, bytes(0))));
    assert.deepEqual(await keysIn(store, bytes(1), bytes(0x80)), ['01', '0100', '01ff', '02']);
    assert.deepEqual(await keysIn(store, bytes(3), bytes(4)), []);
    await store.close();
  },

  'reads more entries than one chunk holds': async (open) => {
    const store = await open();
    const operations = Array.from({ length: 2_000 }, (_, i) => put(bytes(i >> 8, i & 255), bytes(i & 255)));
    await store.write(operations);
    assert.equal((await keysIn(store, bytes(0), bytes(0xff))).length, 2_000);
    await store.close();
  },

  'keeps a reader on the state of its beginning while others write': async (open) => {
    const store = await open();
    await store.write([put(bytes(1), bytes(1)), put(bytes(2), bytes(2))]);
    const reader = store.read({ from: bytes(0), to: bytes(9) })[Symbol.asyncIterator]();
    const first = await reader.next();
    await store.write([{ type: 'del', key: bytes(2) }]);
    const second = await reader.next();
    assert.deepEqual([first.done, second.done], [false, false]);
    assert.equal((await reader.next()).done, true);
    await store.close();
  },

  'rejects everything after close': async (open) => {
    const store = await open();
    await store.close();
    await assert.rejects(store.get(bytes(1)));
    await assert.rejects(store.write([put(bytes(1), bytes(1))]));
    await assert.rejects(keysIn(store, bytes(0), bytes(1)));
  },
};

/**
 * What every store has to do, for any test runner: `for (const { title, run } of storeContract(open)) test(title, run)`.
 * `open` makes a fresh, empty store. That writes survive a power failure is the one promise that no test here can prove.
 */
export function storeContract(open: () => Promise<Store>): readonly StoreCase[] {
  return Object.entries(CASES).map(([title, run]) => ({ title, run: () => run(open) }));
}
