import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, cp, readdir, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../log/logger.ts';
import { LevelStore } from '../store/level-store.ts';
import type { Operation, Store } from '../store/store.ts';
import { type GoldenContent, goldenContent, goldenFolder } from '../testing/golden-folder.ts';
import { readStoredIn, storeDocuments } from '../testing/stored-documents.ts';
import { freshFolder } from '../testing/test-server.ts';
import { Documents } from './documents.ts';
import { ALL_DOCUMENTS, CATALOGUE, FORMAT_KEY } from './keys.ts';
import { decodeJsonRecord, encodeJsonRecord } from './record.ts';
import { createServerDoc } from './server-doc.ts';

const MOVE_PROCESS = fileURLToPath(new URL('../testing/format-move-process.ts', import.meta.url));

async function inStore<T>(folder: string, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await LevelStore.open(folder);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** What a folder holds, as golden-folder.ts has it. */
function contentOf(folder: string, { ownerKey, documents: wanted }: GoldenContent): Promise<GoldenContent> {
  return inStore(folder, async (store) => {
    const documents = await Documents.open(store, systemClock, silentLogger);
    const found: Record<string, GoldenContent['documents'][string]> = {};
    for (const [name, { rich }] of Object.entries(wanted)) {
      const doc = createServerDoc();
      await documents.document(name).load(doc);
      const text = doc.getText('content');
      found[name] = {
        entry: await documents.entry(name),
        text: text.toString(),
        ...(rich === undefined
          ? {}
          : {
              rich: {
                page: doc.getXmlFragment('page').toString(),
                data: doc.getMap('data').toJSON(),
                list: doc.getArray('list').toJSON(),
                delta: text.toDelta(),
              },
            }),
        access: await documents.access(name),
      };
    }
    return { id: documents.document('anything').epoch, ownerKey, documents: found };
  });
}

/** Bytes in a document come as an object. */
const asJson = (content: GoldenContent): unknown => JSON.parse(JSON.stringify(content));

/** How many catalogue entries are where format 1 has them, and where format 2 has them, and what the format record says. */
async function layoutOf(store: Store): Promise<{ format: unknown; former: number; current: number }> {
  let [former, current] = [0, 0];
  for await (const [key] of store.read(ALL_DOCUMENTS))
    if (Buffer.from(key).toString('latin1').endsWith('\0c')) former++;
  for await (const _entry of store.read(CATALOGUE)) current++;
  const format = await store.get(FORMAT_KEY);
  return { format: format === null ? null : Object(decodeJsonRecord(format)).format, former, current };
}

it('[DUR-17] opens a data folder of format 1, with every text, title, epoch and right, and moves it on', async () => {
  const [folder, expected] = [await goldenFolder(), await goldenContent()];
  expect(await inStore(folder, layoutOf)).toEqual({ format: 1, former: 9, current: 0 });
  expect(asJson(await contentOf(folder, expected))).toEqual(expected);
  expect(await inStore(folder, layoutOf)).toEqual({ format: 2, former: 0, current: 9 });
  // And again from what it is now.
  expect(asJson(await contentOf(folder, expected))).toEqual(expected);
});

it('[DUR-17] goes on writing in documents of format 1, on logs and behind snapshots', async () => {
  const [folder, { documents }] = [await goldenFolder(), await goldenContent()];
  for (const name of ['a', 'log/ü 😀', 'compacted', 'rich', 'titled']) {
    const text = documents[name]?.text ?? '';
    const { epoch } = await readStoredIn(folder, name);
    await storeDocuments(folder, { [name]: 'and more of it' }, { compactAfter: 2 });
    expect(await readStoredIn(folder, name)).toEqual({ text: `${text}and more of it`, epoch });
  }
});

it('[DUR-17] lists the documents of a moved folder, and only those that exist', async () => {
  const [folder, expected] = [await goldenFolder(), await goldenContent()];
  const listed = await inStore(folder, async (store) => {
    const found: Record<string, unknown> = {};
    const documents = await Documents.open(store, systemClock, silentLogger);
    for await (const { name, entry } of documents.list()) found[name] = entry;
    return found;
  });
  const existing = Object.entries(expected.documents).flatMap(([name, { entry }]) =>
    entry === null ? [] : [[name, entry]],
  );
  expect(listed).toEqual(Object.fromEntries(existing));
});

it('[DUR-17] refuses a data folder of a newer format in a sentence, and leaves it as it is', async () => {
  const folder = await goldenFolder();
  const value = encodeJsonRecord({ format: 3, id: 'abc' });
  await inStore(folder, (store) => store.write([{ type: 'put', key: FORMAT_KEY, value }]));
  await expect(contentOf(folder, await goldenContent())).rejects.toThrow(
    'The data folder has the format 3; this version of Coscribe reads format 2 and older ones. Use the version that wrote it, or a newer one.',
  );
  expect(await inStore(folder, layoutOf)).toEqual({ format: 3, former: 9, current: 0 });
});

it('[DUR-17] moves a damaged catalogue entry as it is: its document alone is refused', async () => {
  const folder = await goldenFolder();
  await inStore(folder, async (store) => {
    const key = Buffer.from('d/plans\0c');
    const value = Buffer.from((await store.get(key)) ?? []);
    value[9] = (value[9] ?? 0) ^ 1;
    await store.write([{ type: 'put', key, value }]);
  });
  await expect(readStoredIn(folder, 'plans')).rejects.toThrow('a checksum does not match');
  expect((await readStoredIn(folder, 'a')).text).toBe('a short one');
  const listed = await inStore(folder, async (store) => {
    const names: string[] = [];
    for await (const { name, entry } of (await Documents.open(store, systemClock, silentLogger)).list()) {
      if (entry === null) names.push(name);
    }
    return names;
  });
  expect(listed).toEqual(['plans']);
});

/** A data folder of format 1 with this many documents, each like one of the golden folder. */
async function largeFolder(count: number): Promise<string> {
  const folder = await goldenFolder();
  await inStore(folder, async (store) => {
    const operations: Operation[] = [];
    for await (const [key, value] of store.read({ from: Buffer.from('d/log'), to: Buffer.from('d/log~') })) {
      const behindName = Buffer.from(key).subarray(key.indexOf(0));
      for (let i = 0; i < count; i++) {
        operations.push({ type: 'put', key: Buffer.concat([Buffer.from(`d/many-${i}`), behindName]), value });
      }
    }
    await store.write(operations);
  });
  return folder;
}

/** What is in a folder after a move that was cut off: one format or the other, whole, and afterwards format 2. */
async function expectWhole(folder: string, { documents, text }: { documents: number; text: string }): Promise<number> {
  const found = await inStore(folder, layoutOf);
  expect([
    { format: 1, former: documents, current: 0 },
    { format: 2, former: 0, current: documents },
  ]).toContainEqual(found);
  expect((await readStoredIn(folder, 'log/ü 😀')).text).toBe(text);
  expect(await inStore(folder, layoutOf)).toEqual({ format: 2, former: 0, current: documents });
  return Number(found.format);
}

/** Opens a copy of `folder` in a process and kills it at `point`. @returns the format that it left */
async function killAt(folder: string, point: readonly string[], whole: { documents: number; text: string }) {
  const copy = await freshFolder();
  await cp(folder, copy, { recursive: true });
  const child = spawn(process.execPath, ['--import', 'tsx', MOVE_PROCESS, copy, ...point], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  expect(await exited).toEqual([null, 'SIGKILL']);
  return expectWhole(copy, whole);
}

it('[DUR-17] a process that is killed while it moves a folder on leaves format 1 or format 2, and nothing between', async () => {
  const folder = await largeFolder(300);
  const whole = { documents: 309, text: (await goldenContent()).documents['log/ü 😀']?.text ?? '' };
  expect(await killAt(folder, ['entry', '5000'], whole)).toBe(1);
  for (let round = 0; round < 2; round++) expect([1, 2]).toContain(await killAt(folder, ['write'], whole));
  expect(await killAt(folder, ['done'], whole)).toBe(2);
});

it('[DUR-17] wherever the write of a move is cut off, the folder is of format 1 or of format 2', async () => {
  const whole = { documents: 49, text: (await goldenContent()).documents['log/ü 😀']?.text ?? '' };
  const before = await largeFolder(40);
  // Opened once more, so that what was written so far is in tables.
  await (await LevelStore.open(before)).close();
  const after = await freshFolder();
  await cp(before, after, { recursive: true });
  await inStore(after, (store) => Documents.open(store, systemClock, silentLogger));
  const logs = (await readdir(join(after, 'leveldb'))).filter((name) => name.endsWith('.log'));
  expect(logs).toHaveLength(1);
  const log = join('leveldb', logs[0] ?? '');
  const { size } = await stat(join(after, log));
  expect(size).toBeGreaterThan(5_000);
  const formats: number[] = [];
  for (const length of [
    0,
    1,
    6,
    7,
    8,
    100,
    ...Array.from({ length: 12 }, (_, i) => Math.round((size * i) / 12)),
    size - 1,
    size,
  ]) {
    const cut = await freshFolder();
    await cp(after, cut, { recursive: true });
    await truncate(join(cut, log), length);
    // It is written when a write has ended.
    if (length < size) await copyFile(join(before, 'last-write'), join(cut, 'last-write'));
    formats.push(await expectWhole(cut, whole));
  }
  expect(formats).toEqual([...Array.from({ length: formats.length - 1 }, () => 1), 2]);
  expect((await readFile(join(after, 'last-write'))).equals(await readFile(join(before, 'last-write')))).toBe(false);
});
