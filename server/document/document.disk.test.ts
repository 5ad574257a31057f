import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../log/logger.ts';
import { LevelStore } from '../store/level-store.ts';
import type { Operation, Store } from '../store/store.ts';
import { FailingStore } from '../testing/failing-store.ts';
import { Documents } from './documents.ts';
import { logKey, snapshotKey } from './keys.ts';
import { DamagedRecordError } from './record.ts';

const freshFolder = () => mkdtemp(join(tmpdir(), 'coscribe-document-'));

/** One writer at a document, as a room would be: every edit is appended as an update. */
async function openWriter(store: Store, name = 'notes') {
  const documents = await Documents.open(store, systemClock, silentLogger);
  const document = documents.document(name);
  const doc = new Y.Doc();
  await document.load(doc);
  const text = doc.getText('content');
  const append = (insert: string): Promise<void> =>
    new Promise((resolve) => {
      doc.once('update', (update: Uint8Array) => document.append(update, resolve));
      text.insert(text.length, insert);
    });
  return { documents, document, doc, text, append };
}

async function textIn(store: Store, name = 'notes'): Promise<string> {
  return (await openWriter(store, name)).text.toString();
}

it('loads what was appended, after a compaction, and what was appended after that', async () => {
  const folder = await freshFolder();
  let store = await LevelStore.open(folder);
  const { append, document, doc } = await openWriter(store);
  await append('one ');
  await append('two ');
  await document.compact(Y.encodeStateAsUpdate(doc));
  await append('three');
  expect(document.logRecords).toBe(1);
  await store.close();
  store = await LevelStore.open(folder);
  expect(await textIn(store)).toBe('one two three');
  await store.close();
});

it('keeps documents apart, also when one name begins with the other', async () => {
  const store = await LevelStore.open(await freshFolder());
  const names = ['a', 'a/b', 'a b', 'ab', 'ü', '__proto__', 'constructor', '😀'];
  for (const name of names) await (await openWriter(store, name)).append(name);
  for (const name of names) expect(await textIn(store, name)).toBe(name);
  await store.close();
});

it('[DUR-8] holds the same text whichever writes of a compaction a crash lets through', async () => {
  const store = await LevelStore.open(await freshFolder());
  const { append, document, doc } = await openWriter(store);
  for (const word of ['a', 'b', 'c', 'd']) await append(word);
  // The compaction as the store gets it: one batch, so that a crash lets through all of it or nothing.
  const batches: (readonly Operation[])[] = [];
  const write = store.write.bind(store);
  store.write = (operations) => {
    batches.push(operations);
    return write(operations);
  };
  expect(await textIn(store)).toBe('abcd');
  await document.compact(Y.encodeStateAsUpdate(doc));
  expect(await textIn(store)).toBe('abcd');
  expect(batches).toHaveLength(1);
  expect(batches[0]?.map(({ type }) => type)).toEqual(['put', 'del', 'del', 'del', 'del']);
  await store.close();
});

it('does not lose what is appended while a compaction is on its way', async () => {
  const store = await LevelStore.open(await freshFolder());
  const { append, document, doc } = await openWriter(store);
  await append('before ');
  const compacted = document.compact(Y.encodeStateAsUpdate(doc));
  const appended = append('during');
  await Promise.all([compacted, appended]);
  expect(await textIn(store)).toBe('before during');
  await store.close();
});

it('[DUR-7] counts what is appended while a snapshot is written as not covered by it', async () => {
  const store = new FailingStore(await LevelStore.open(await freshFolder()));
  const { append, document, doc } = await openWriter(store);
  for (const word of ['a', 'b', 'c']) await append(word);
  store.stall();
  const compacted = document.compact(Y.encodeStateAsUpdate(doc));
  const appended = [append('d'), append('e')];
  expect([document.isDurable, document.logRecords]).toEqual([false, 2]);
  // A second one must not begin on the strength of the first, nor take the new records for covered.
  await document.compact(Y.encodeStateAsUpdate(doc));
  store.proceed();
  await Promise.all([compacted, ...appended]);
  expect([document.isDurable, document.logRecords]).toEqual([true, 2]);
  expect(await textIn(store)).toBe('abcde');
  await document.compact(Y.encodeStateAsUpdate(doc));
  await append('f');
  expect([document.logRecords, await textIn(store)]).toEqual([1, 'abcdef']);
  await store.close();
});

it('[DUR-10] does not add snapshots to what a failing disk has to take', async () => {
  const store = new FailingStore(await LevelStore.open(await freshFolder()));
  const { documents, append, document, doc } = await openWriter(store);
  for (let i = 0; i < 499; i++) void append('x');
  await append('x');
  store.failWrites(new Error('no space left on device'));
  const late = append('y');
  await new Promise<void>((resolve) => documents.commits.onFailingChange(() => resolve()));
  const waiting = documents.commits.waitingBytes;
  await document.compact(Y.encodeStateAsUpdate(doc));
  expect([document.wantsCompaction, documents.commits.waitingBytes]).toEqual([false, waiting]);
  store.failWrites(null);
  await late;
  expect(document.wantsCompaction).toBe(true);
  await store.close();
});

it('[DUR-3] refuses a log with a missing record instead of serving a shorter text', async () => {
  const store = await LevelStore.open(await freshFolder());
  const { append } = await openWriter(store);
  for (const word of ['a', 'b', 'c']) await append(word);
  await store.write([{ type: 'del', key: logKey('notes', 2) }]);
  await expect(textIn(store)).rejects.toThrow(/record 2 of the log is missing/);
  await store.close();
});

it('[DUR-3] refuses a damaged snapshot and a damaged record', async () => {
  const store = await LevelStore.open(await freshFolder());
  const { append, document, doc } = await openWriter(store);
  await append('a');
  await document.compact(Y.encodeStateAsUpdate(doc));
  await append('b');
  for (const key of [snapshotKey('notes'), logKey('notes', 2)]) {
    const value = await store.get(key);
    if (value === null) throw new Error('the value is missing');
    const damaged = new Uint8Array(value);
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    await store.write([{ type: 'put', key, value: damaged }]);
    await expect(textIn(store)).rejects.toThrow(DamagedRecordError);
    await store.write([{ type: 'put', key, value }]);
  }
  expect(await textIn(store)).toBe('ab');
  await store.close();
});

it('asks for compaction after hundreds of records, in proportion to the size of the state', async () => {
  const store = await LevelStore.open(await freshFolder());
  const { append, document, doc } = await openWriter(store);
  for (let i = 0; i < 499; i++) void append('x');
  expect(document.wantsCompaction).toBe(false);
  await append('x');
  expect(document.wantsCompaction).toBe(true);
  await document.compact(Y.encodeStateAsUpdate(doc));
  expect([document.wantsCompaction, document.logRecords]).toEqual([false, 0]);
  await store.close();
});

it('has an epoch that survives a restart and differs in another data folder', async () => {
  const folder = await freshFolder();
  let store = await LevelStore.open(folder);
  const { document } = await openWriter(store);
  const { epoch } = document;
  await store.close();
  store = await LevelStore.open(folder);
  expect((await openWriter(store)).document.epoch).toBe(epoch);
  await store.close();
  const other = await LevelStore.open(await freshFolder());
  expect((await openWriter(other)).document.epoch).not.toBe(epoch);
  await other.close();
});

it('keeps title and language from before the first edit on', async () => {
  const store = await LevelStore.open(await freshFolder());
  const { document, documents, append } = await openWriter(store);
  expect(await documents.entry('notes')).toBeNull();
  await document.saveProperties({ title: 'Notes', language: 'Markdown' });
  await append('text');
  expect(await documents.entry('notes')).toMatchObject({ title: 'Notes', language: 'Markdown', epoch: 0 });
  expect((await openWriter(store)).document.properties).toEqual({ title: 'Notes', language: 'Markdown' });
  await store.close();
});

it('refuses a data folder of an unknown format', async () => {
  const store = await LevelStore.open(await freshFolder());
  await store.write([{ type: 'put', key: Buffer.from('m/format'), value: Buffer.from('something else') }]);
  await expect(Documents.open(store, systemClock, silentLogger)).rejects.toThrow(/damaged/);
  await store.close();
});
