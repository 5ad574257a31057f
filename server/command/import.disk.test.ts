import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { describe, expect, it } from 'vitest';
import { LeveldbPersistence } from 'y-leveldb';
import * as Y from 'yjs';
import { completeSettings } from '../config/config.ts';
import { createServer } from '../index.ts';
import { silentLogger } from '../log/logger.ts';
import { LevelStore } from '../store/level-store.ts';
import { MemoryTerminal } from '../testing/memory-terminal.ts';
import { freshFolder, startTestServer } from '../testing/test-server.ts';
import { openAdminEndpoint } from './admin-endpoint.ts';
import { importDocuments } from './import.ts';

/** The updates of a document that was typed letter by letter. */
function typed(text: string, field = 'content'): { doc: Y.Doc; updates: Uint8Array[] } {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => void updates.push(update));
  for (const letter of text) doc.getText(field).insert(doc.getText(field).length, letter);
  return { doc, updates };
}

const stateOf = (text: string, field?: string) => Y.encodeStateAsUpdate(typed(text, field).doc);

interface Options {
  readonly data?: string;
  readonly asText?: string;
  readonly renames?: Readonly<Record<string, string>>;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly documents?: string;
  readonly field?: string;
}

async function run(from: string, options: Options = {}) {
  const { data = await freshFolder(), asText = null, renames = {}, dryRun = false, json = false, ...given } = options;
  const terminal = new MemoryTerminal();
  const order = { from, asText, renames: new Map(Object.entries(renames)), dryRun };
  const settings = completeSettings({ data, ...given });
  const at = { server: null, apiKey: null, data };
  const exitCode = await importDocuments({ order, settings, at, json }, terminal);
  return { data, exitCode, ...terminal };
}

/** The texts in a data folder. */
async function textsIn(data: string, names: readonly string[]): Promise<string[]> {
  const server = await createServer({ data });
  try {
    return await Promise.all(names.map((name) => server.document(name).getText()));
  } finally {
    await server.stop();
  }
}

async function folderWith(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const folder = await freshFolder();
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

function hocuspocusFile(file: string, documents: Readonly<Record<string, Uint8Array>>): void {
  const database = new sqlite.Database(file);
  database.exec('CREATE TABLE "documents" ("name" varchar(255) NOT NULL, "data" blob NOT NULL, UNIQUE(name))');
  for (const [name, data] of Object.entries(documents)) {
    database.run('INSERT INTO documents (name, data) VALUES (?, ?)', [name, data]);
  }
  database.close();
}

describe('coscribe import', () => {
  it('takes the documents of y-leveldb, with their history', async () => {
    const folder = join(await freshFolder(), 'y-leveldb');
    const persistence = new LeveldbPersistence(folder);
    const documents = { minutes: typed('the minutes'), 'team/plan': typed('a plan'), ünïcode: typed('ä') };
    for (const [name, { updates }] of Object.entries(documents)) {
      for (const update of updates) await persistence.storeUpdate(name, update);
      await persistence.setMeta(name, 'owner', 'ada');
    }
    await persistence.flushDocument('minutes');
    await persistence.destroy();
    const { data, exitCode, said } = await run(folder);
    expect({ exitCode, said }).toEqual({ exitCode: 0, said: [`3 documents imported into ${data}, 0 left out.`] });
    expect(await textsIn(data, Object.keys(documents))).toEqual(['the minutes', 'a plan', 'ä']);
    // With their history: anyone who still has the document merges without a duplicate.
    const server = await createServer({ data });
    await server.document('minutes').applyUpdate(Y.encodeStateAsUpdate(documents.minutes.doc));
    expect(await server.document('minutes').getText()).toBe('the minutes');
    await server.stop();
  });

  it("takes the documents of Hocuspocus's SQLite extension", async () => {
    const file = join(await freshFolder(), 'db.sqlite');
    hocuspocusFile(file, { one: stateOf('first'), two: stateOf('second') });
    const { data, exitCode } = await run(file);
    expect(exitCode).toBe(0);
    expect(await textsIn(data, ['one', 'two'])).toEqual(['first', 'second']);
  });

  it('takes files with one update each', async () => {
    const folder = await folderWith({ 'a.bin': stateOf('A'), 'b.yjs': stateOf('B'), 'notes.dat': 'no update' });
    const { data, said } = await run(folder);
    expect(said[0]).toContain('0 left out. 1 other file passed over.');
    expect(await textsIn(data, ['a', 'b'])).toEqual(['A', 'B']);
    expect((await run(join(folder, 'a.bin'))).exitCode).toBe(0);
  });

  it('[SEC-7] leaves out, and names, what cannot be taken; the rest is taken', async () => {
    const folder = await folderWith({
      'good.bin': stateOf('good'),
      'garbage.bin': new Uint8Array([1, 2, 3]),
      'other.bin': stateOf('elsewhere', 'codemirror'),
    });
    const { data, exitCode, warned } = await run(folder);
    expect(exitCode).toBe(1);
    expect(warned).toEqual([
      'garbage: is not a Yjs document, in V1 encoding or V2.',
      'other: holds text "codemirror"; this server reads the text "content" alone. Import and serve with --documents any, which keeps all of it; with --field codemirror; or import with --as-text codemirror, which takes that text alone.',
    ]);
    expect(await textsIn(data, ['good', 'garbage', 'other'])).toEqual(['good', '', '']);
    const again = await run(folder, { data, asText: 'codemirror' });
    expect(again.warned[1]).toBe('good: exists already and stays as it is. Give this one another name with --rename.');
    expect(await textsIn(data, ['good', 'other'])).toEqual(['good', 'elsewhere']);
    expect((await run(join(folder, 'other.bin'), { field: 'codemirror' })).exitCode).toBe(0);
    expect((await run(join(folder, 'other.bin'), { documents: 'any' })).exitCode).toBe(0);
  });

  it('takes updates in V2 encoding, and counts documents that hold nothing', async () => {
    const { doc } = typed('in the other encoding');
    const folder = await folderWith({
      'v2.bin': Y.encodeStateAsUpdateV2(doc),
      'v1.bin': Y.encodeStateAsUpdate(doc),
      'empty.bin': Y.encodeStateAsUpdate(new Y.Doc()),
      'empty2.bin': Y.encodeStateAsUpdateV2(new Y.Doc()),
    });
    const { data, exitCode, said, warned } = await run(folder);
    expect({ exitCode, said, warned }).toEqual({
      exitCode: 0,
      said: [`2 documents imported into ${data}, 0 left out, 2 empty.`],
      warned: [],
    });
    expect(await textsIn(data, ['v1', 'v2', 'empty'])).toEqual(['in the other encoding', 'in the other encoding', '']);
  });

  it('names what a document holds beside a text, and what helps', async () => {
    const doc = new Y.Doc();
    doc.getMap('meta').set('a', 1);
    const both = new Y.Doc();
    both.getMap('meta').set('a', 1);
    both.getText('content').insert(0, 'words');
    const folder = await folderWith({ 'map.bin': Y.encodeStateAsUpdate(doc), 'both.bin': Y.encodeStateAsUpdate(both) });
    const { warned } = await run(folder);
    expect(warned).toHaveLength(2);
    expect(warned[0]).toContain('both: holds map "meta", text "content"; this server reads');
    expect(warned[0]).toContain('or import with --as-text content');
    expect(warned[1]).toBe(
      'map: holds map "meta"; this server reads the text "content" alone. Import and serve with --documents any, which keeps all of it.',
    );
    expect((await run(folder, { asText: 'content' })).warned).toEqual([
      'map: has no text named "content". It has: map "meta".',
    ]);
    expect((await run(folder, { documents: 'any' })).exitCode).toBe(0);
  });

  it('takes a folder of texts with its folders, each with its title', async () => {
    const folder = await folderWith({
      'minutes.md': '\ufeff# Minutes\n',
      'latin.txt': Buffer.from('Gr\xfc\xdfe', 'latin1'),
    });
    await mkdir(join(folder, 'team', '.hidden'), { recursive: true });
    await writeFile(join(folder, 'team', 'Plan A.txt'), 'a plan');
    await writeFile(join(folder, 'team', '.hidden', 'secret.md'), 'hidden');
    await writeFile(join(folder, 'picture.png'), '');
    const { data, exitCode, warned, said } = await run(folder);
    expect({ exitCode, warned, said }).toEqual({
      exitCode: 1,
      warned: ['latin: is not a text in UTF-8. Save it in UTF-8, then import it again.'],
      said: [`2 documents imported into ${data}, 1 left out. 1 other file passed over.`],
    });
    expect(await textsIn(data, ['minutes', 'team/Plan A', 'team/.hidden/secret'])).toEqual([
      '# Minutes\n',
      'a plan',
      '',
    ]);
    expect((await run(join(folder, 'minutes.md'))).exitCode).toBe(0);
  });

  it('gives documents other names, and says what it would do without doing it', async () => {
    const folder = await folderWith({ 'a.bin': stateOf('A'), 'b.md': 'B', 'garbage.bin': new Uint8Array([1, 2, 3]) });
    const data = await freshFolder();
    const rehearsed = await run(folder, { data, renames: { a: 'team/a' }, dryRun: true, json: true });
    expect(rehearsed.exitCode).toBe(1);
    expect(JSON.parse(rehearsed.said.join('\n'))).toEqual({
      dryRun: true,
      documents: [
        { name: 'team/a', result: 'imported' },
        { name: 'b', result: 'imported' },
        { name: 'garbage', result: 'left out', reason: 'is not a Yjs document, in V1 encoding or V2.' },
      ],
    });
    expect(await textsIn(data, ['team/a', 'b'])).toEqual(['', '']);
    await run(folder, { data, renames: { a: 'team/a' } });
    expect(await textsIn(data, ['team/a', 'a', 'b'])).toEqual(['A', '', 'B']);
    const again = await run(folder, { data, renames: { a: 'other' }, dryRun: true });
    expect(again.warned[0]).toContain('b: exists already');
    expect(again.said[0]).toBe(`1 document would be imported into ${data}, 2 left out.`);
  });

  it('brings documents into a server that runs, where people see them', async () => {
    const data = await freshFolder();
    const server = await startTestServer({ store: await LevelStore.open(data) });
    const options = { backup: () => server.backup(), api: server.command, logger: silentLogger };
    const endpoint = await openAdminEndpoint(data, options);
    const source = await folderWith({ 'a.bin': stateOf('A'), 'b.md': 'B', 'big.md': 'x'.repeat(20_000) });
    const { exitCode, said } = await run(source, { data });
    expect({ exitCode, said }).toEqual({ exitCode: 0, said: [`3 documents imported into ${data}, 0 left out.`] });
    const text = async (name: string) => (await fetch(`${server.url}/api/documents/${name}/text`)).text();
    expect([await text('a'), await text('b')]).toEqual(['A', 'B']);
    expect((await run(source, { data })).warned).toHaveLength(3);
    await endpoint.close();
    await server.stop();
  });

  it('says what is wrong with a source', async () => {
    const empty = await freshFolder();
    await expect(run(join(empty, 'missing'))).rejects.toThrow('cannot be read (ENOENT)');
    await expect(run(empty)).rejects.toThrow('neither a database of y-leveldb');
    const file = join(empty, 'other.sqlite');
    const database = new sqlite.Database(file);
    database.exec('CREATE TABLE people (name text)');
    database.close();
    await expect(run(file)).rejects.toThrow("is not a database of Hocuspocus's SQLite extension (no such table");
    await mkdir(join(empty, 'broken'));
    await writeFile(join(empty, 'broken', 'CURRENT'), 'MANIFEST-000001\n');
    await expect(run(join(empty, 'broken'))).rejects.toThrow('cannot be opened');
  });
});
