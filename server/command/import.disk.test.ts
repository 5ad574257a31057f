import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { describe, expect, it } from 'vitest';
import { LeveldbPersistence } from 'y-leveldb';
import * as Y from 'yjs';
import { completeSettings } from '../config/config.ts';
import { createServer } from '../index.ts';
import { MemoryTerminal } from '../testing/memory-terminal.ts';
import { freshFolder } from '../testing/test-server.ts';
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

async function run(from: string, options: { data?: string; asText?: string; documents?: string; field?: string } = {}) {
  const { data = await freshFolder(), asText = null, ...given } = options;
  const terminal = new MemoryTerminal();
  const exitCode = await importDocuments({ from, asText }, completeSettings({ data, ...given }), terminal);
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
    const folder = await folderWith({ 'a.bin': stateOf('A'), 'b.yjs': stateOf('B'), 'notes.txt': 'no update' });
    const { data } = await run(folder);
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
      'garbage: is not a Yjs document in V1 encoding.',
      expect.stringContaining('other: holds "codemirror", this server reads the text "content".'),
    ]);
    expect(await textsIn(data, ['good', 'garbage', 'other'])).toEqual(['good', '', '']);
    const again = await run(folder, { data, asText: 'codemirror' });
    expect(again.warned[1]).toBe('good: exists already and stays as it is.');
    expect(await textsIn(data, ['good', 'other'])).toEqual(['good', 'elsewhere']);
    expect((await run(join(folder, 'other.bin'), { field: 'codemirror' })).exitCode).toBe(0);
    expect((await run(join(folder, 'other.bin'), { documents: 'any' })).exitCode).toBe(0);
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
