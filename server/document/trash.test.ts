import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { silentLogger } from '../log/logger.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { Documents } from './documents.ts';
import { TRASH } from './keys.ts';
import { type DeletedDocument, TRASH_LIFETIME } from './trash.ts';

async function world() {
  const [store, clock] = [new MemoryStore(), new FakeClock()];
  const documents = await Documents.open(store, clock, silentLogger);
  /** Carries out what the fake clock has to be moved for. */
  async function done<T>(work: Promise<T>): Promise<T> {
    let result: { value: T } | null = null;
    work.then(
      (value) => (result = { value }),
      () => undefined,
    );
    for (let turns = 0; result === null && turns < 1_000; turns++) await clock.settle();
    return work;
  }
  async function write(name: string, text: string): Promise<void> {
    const [document, doc] = [documents.document(name), new Y.Doc()];
    await document.load(doc);
    const stored: Promise<void>[] = [];
    doc.on('update', (update: Uint8Array) => {
      stored.push(new Promise((resolve) => document.append(update, resolve)));
    });
    for (const word of text.split(/(?<= )/)) doc.getText('content').insert(doc.getText('content').length, word);
    await done(Promise.all(stored));
  }
  async function read(name: string) {
    const [document, doc] = [documents.document(name), new Y.Doc()];
    await document.load(doc);
    return { exists: document.exists, text: doc.getText('content').toString(), epoch: document.epoch };
  }
  const inTrash = async () => {
    const keys: string[] = [];
    for await (const [key] of store.read(TRASH)) keys.push(Buffer.from(key).toString('latin1'));
    return keys;
  };
  return { store, clock, documents, done, write, read, inTrash };
}

it('[OPS-3] takes a document away with all that was stored of it, and brings it back as it was', async () => {
  const { documents, done, write, read } = await world();
  await write('minutes', 'one two three');
  await write('minutes-2', 'another');
  await done(
    documents.setAccess('minutes', { anyone: null, owners: [{ kind: 'person', id: 'u-1', name: null }], links: [] }),
  );
  await done(documents.records.put('events', 'minutes', { events: ['made'] }));
  const before = await read('minutes');

  const deleted = (await done(documents.trash.put('minutes'))) as DeletedDocument;
  expect(deleted).toMatchObject({ name: 'minutes' });
  expect(await documents.entry('minutes')).toBeNull();
  expect(await documents.access('minutes')).toBeNull();
  expect(await documents.records.get('events', 'minutes')).toBeNull();
  expect(await done(documents.trash.list())).toEqual([deleted]);
  expect(await read('minutes-2')).toMatchObject({ exists: true, text: 'another' });

  expect(await done(documents.trash.restore(deleted.id))).toMatchObject({ name: 'minutes' });
  expect(await read('minutes')).toEqual(before);
  expect(await documents.access('minutes')).toMatchObject({ owners: [{ id: 'u-1' }] });
  expect(await documents.records.get('events', 'minutes')).toEqual({ events: ['made'] });
  expect(await done(documents.trash.list())).toEqual([]);
});

it('[OPS-3, SYN-5] gives each life of a name an epoch of its own', async () => {
  const { clock, documents, done, write, read } = await world();
  const epochs: string[] = [];
  for (const text of ['first', 'second', 'third']) {
    await write('minutes', text);
    epochs.push((await read('minutes')).epoch);
    await done(documents.trash.put('minutes'));
    await clock.advance(1);
    // Already before anybody writes: who comes with the old copy is refused.
    expect(epochs).not.toContain((await read('minutes')).epoch);
  }
  expect(new Set(epochs).size).toBe(3);
  const [, , first] = await done(documents.trash.list());
  await done(documents.trash.restore(first?.id ?? ''));
  expect(await read('minutes')).toEqual({ exists: true, text: 'first', epoch: epochs[0] });
  await done(documents.trash.put('minutes'));
  expect(epochs).not.toContain((await read('minutes')).epoch);
});

it('[OPS-3] brings none back in the place of another, but under another name', async () => {
  const { documents, done, write, read } = await world();
  await write('minutes', 'old');
  const deleted = (await done(documents.trash.put('minutes'))) as DeletedDocument;
  await write('minutes', 'new');
  expect(await done(documents.trash.restore(deleted.id))).toBe('exists');
  expect(await done(documents.trash.restore(deleted.id, 'old/minutes'))).toMatchObject({ name: 'old/minutes' });
  expect([(await read('minutes')).text, (await read('old/minutes')).text]).toEqual(['new', 'old']);
  expect(await done(documents.trash.restore(deleted.id))).toBe('not-deleted');
  expect(await done(documents.trash.put('nothing'))).toBeNull();
});

it('[OPS-3] keeps what was deleted for 30 days and no longer', async () => {
  const { clock, documents, done, write, inTrash } = await world();
  await write('a', 'one');
  await done(documents.trash.put('a'));
  await clock.advance(TRASH_LIFETIME - 1_000);
  await write('b', 'two');
  await done(documents.trash.put('b'));
  expect(await done(documents.trash.purge())).toBe(0);
  await clock.advance(1_000);
  expect(await done(documents.trash.purge())).toBe(1);
  expect((await done(documents.trash.list())).map(({ name }) => name)).toEqual(['b']);
  await clock.advance(TRASH_LIFETIME);
  expect(await done(documents.trash.purge())).toBe(1);
  expect(await inTrash()).toEqual([]);
});

it('counts the documents that exist, also after a restart', async () => {
  const { store, clock, documents, done, write } = await world();
  await write('a', 'one');
  await write('b', 'two');
  await write('b', 'three');
  expect(documents.count).toBe(2);
  const deleted = await done(documents.trash.put('a'));
  expect(documents.count).toBe(1);
  await done(documents.trash.put('nothing'));
  expect(documents.count).toBe(1);
  await done(documents.trash.restore(deleted?.id ?? '', 'c'));
  await write('a', 'again');
  expect(documents.count).toBe(3);
  expect((await Documents.open(store, clock, silentLogger)).count).toBe(3);
});
