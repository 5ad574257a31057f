import { expect, it } from 'vitest';
import type { Operation, Store } from '../store/store.ts';

const bytes = (...values: number[]) => new Uint8Array(values);

const put = (key: Uint8Array, value: Uint8Array): Operation => ({ type: 'put', key, value });

async function keysIn(store: Store, from: Uint8Array, to: Uint8Array): Promise<string[]> {
  const keys: string[] = [];
  for await (const [key] of store.read({ from, to })) keys.push(Buffer.from(key).toString('hex'));
  return keys;
}

/** What every store has to do. Call it inside a `describe`; `open` makes a fresh, empty store. */
export function storeContract(open: () => Promise<Store>): void {
  it('gives back what was written, and null for what was not', async () => {
    const store = await open();
    await store.write([put(bytes(1), bytes(9, 8, 7)), put(bytes(2), bytes())]);
    expect([...((await store.get(bytes(1))) ?? [])]).toEqual([9, 8, 7]);
    expect([...((await store.get(bytes(2))) ?? [255])]).toEqual([]);
    expect(await store.get(bytes(3))).toBeNull();
    await store.close();
  });

  it('carries out a batch in order', async () => {
    const store = await open();
    await store.write([put(bytes(1), bytes(1)), { type: 'del', key: bytes(1) }, put(bytes(1), bytes(2))]);
    expect([...((await store.get(bytes(1))) ?? [])]).toEqual([2]);
    await store.close();
  });

  it('reads a range in bytewise order, the start inclusive, the end exclusive', async () => {
    const store = await open();
    const keys = [bytes(0x80), bytes(1, 0xff), bytes(1), bytes(2), bytes(1, 0), bytes(0xff), bytes(0)];
    await store.write(keys.map((key) => put(key, bytes(0))));
    expect(await keysIn(store, bytes(1), bytes(0x80))).toEqual(['01', '0100', '01ff', '02']);
    expect(await keysIn(store, bytes(3), bytes(4))).toEqual([]);
    await store.close();
  });

  it('reads more entries than one chunk holds', async () => {
    const store = await open();
    const operations = Array.from({ length: 2_000 }, (_, i) => put(bytes(i >> 8, i & 255), bytes(i & 255)));
    await store.write(operations);
    expect(await keysIn(store, bytes(0), bytes(0xff))).toHaveLength(2_000);
    await store.close();
  });

  it('keeps a reader on the state of its beginning while others write', async () => {
    const store = await open();
    await store.write([put(bytes(1), bytes(1)), put(bytes(2), bytes(2))]);
    const reader = store.read({ from: bytes(0), to: bytes(9) })[Symbol.asyncIterator]();
    const first = await reader.next();
    await store.write([{ type: 'del', key: bytes(2) }]);
    const second = await reader.next();
    expect([first.done, second.done]).toEqual([false, false]);
    expect((await reader.next()).done).toBe(true);
    await store.close();
  });

  it('rejects everything after close', async () => {
    const store = await open();
    await store.close();
    await expect(store.get(bytes(1))).rejects.toThrow();
    await expect(store.write([put(bytes(1), bytes(1))])).rejects.toThrow();
    await expect(keysIn(store, bytes(0), bytes(1))).rejects.toThrow();
  });
}
