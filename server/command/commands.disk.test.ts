import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { type Entry, encodeBackup } from '../document/backup-format.ts';
import { catalogueKey, FORMAT_KEY, logKey, snapshotKey } from '../document/keys.ts';
import { encodeJsonRecord } from '../document/record.ts';
import { LevelStore } from '../store/level-store.ts';
import { asNobody } from '../testing/as-nobody.ts';
import { GOLDEN_BACKUP, goldenContent, goldenFolder } from '../testing/golden-folder.ts';
import { MemoryTerminal } from '../testing/memory-terminal.ts';
import { readStoredIn, storeDocuments } from '../testing/stored-documents.ts';
import { freshFolder } from '../testing/test-server.ts';
import { backup } from './backup.ts';
import { check } from './check.ts';
import { restore } from './restore.ts';

const TEXTS = { alpha: 'one two three four five', 'b/ü 😀': 'six seven', gamma: 'eight nine ten' };

async function dataFolder(): Promise<string> {
  const folder = await freshFolder();
  await storeDocuments(folder, TEXTS, { compactAfter: 2 });
  return folder;
}

/** Runs a command; what it said and its exit code. */
async function run(command: (terminal: MemoryTerminal) => Promise<number>) {
  const terminal = new MemoryTerminal();
  const exitCode = await command(terminal);
  return { exitCode, said: terminal.said.join('\n'), warned: terminal.warned.join('\n') };
}

const checked = (data: string, at: string | null = null) => run((terminal) => check({ at, data }, terminal));
const backedUp = (folder: string, data: string, salvage = false) =>
  run((terminal) => backup({ folder, data, salvage }, terminal));
const restored = (from: string, data: string) => run((terminal) => restore({ from, data }, terminal));

async function backupOf(data: string): Promise<string> {
  const folder = await freshFolder();
  await backedUp(folder, data);
  const [name = ''] = await readdir(folder);
  return join(folder, name);
}

async function damage(data: string, change: (store: LevelStore) => Promise<void>): Promise<void> {
  const store = await LevelStore.open(data);
  await change(store);
  await store.close();
}

function flip(key: Uint8Array): (store: LevelStore) => Promise<void> {
  return async (store) => {
    const value = Buffer.from((await store.get(key)) ?? []);
    value[value.length - 1] = (value.at(-1) ?? 0) ^ 1;
    await store.write([{ type: 'put', key, value }]);
  };
}

const remove = (key: Uint8Array) => (store: LevelStore) => store.write([{ type: 'del', key }]);

it('[DUR-12] backs up and restores every document, each in a new epoch', async () => {
  const data = await dataFolder();
  const backups = join(await freshFolder(), 'made', 'when', 'missing');
  expect(await backedUp(backups, data)).toMatchObject({
    exitCode: 0,
    said: expect.stringMatching(/^3 documents in \//),
  });
  const [name = ''] = await readdir(backups);
  expect(name).toMatch(/^coscribe-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.backup$/);
  expect((await stat(join(backups, name))).mode & 0o777).toBe(0o600);
  const [target, again] = [join(await freshFolder(), 'new'), await freshFolder()];
  expect(await restored(backups, target)).toMatchObject({
    exitCode: 0,
    said: expect.stringMatching(/^3 documents of/),
  });
  await restored(join(backups, name), again);
  for (const [document, text] of Object.entries(TEXTS)) {
    const lives = [
      await readStoredIn(data, document),
      await readStoredIn(target, document),
      await readStoredIn(again, document),
    ];
    expect(lives.map((life) => life.text)).toEqual([text, text, text]);
    expect(new Set(lives.map(({ epoch }) => epoch)).size).toBe(3);
  }
  expect((await checked(target)).said).toBe('3 documents read, nothing is wrong.');
});

it.each([
  ['a flipped byte in a record', flip(logKey('alpha', 4)), /^alpha: record 4 of the log: a checksum does not match\./],
  ['a flipped byte in a snapshot', flip(snapshotKey('alpha')), /^alpha: the snapshot: a checksum does not match\./],
  ['a flipped byte in a catalogue entry', flip(catalogueKey('alpha')), /^alpha: the catalogue entry: a checksum/],
  ['a missing record', remove(logKey('alpha', 4)), /^alpha: record 4 of the log is missing\./],
  ['a missing snapshot', remove(snapshotKey('alpha')), /^alpha: records 1 to 2 of the log are missing\./],
  ['a missing catalogue entry', remove(catalogueKey('alpha')), /^alpha: the catalogue entry is missing\./],
  ['a damaged format record', flip(Buffer.from('m/format')), /^The store: the entry "m\/format": a checksum/],
])('[DUR-12] finds %s, says so, and leaves it out of a backup', async (_what, change, message) => {
  const data = await dataFolder();
  await damage(data, change);
  const found = await checked(data);
  expect([found.exitCode, found.warned]).toEqual([1, expect.stringMatching(message)]);
  expect(found.warned).toContain('coscribe restore BACKUP --data NEW_FOLDER');

  const backups = await freshFolder();
  const result = await backedUp(backups, data);
  expect([result.exitCode, result.warned]).toEqual([1, expect.stringMatching(message)]);
  expect(result.warned).toContain('It is left out.');
  const target = await freshFolder();
  expect((await restored(backups, target)).exitCode).toBe(0);
  expect((await checked(target)).exitCode).toBe(0);
  expect((await readStoredIn(target, 'gamma')).text).toBe(TEXTS.gamma);
});

it('[DUR-12] finds a record whose bytes are sound but which cannot be loaded', async () => {
  const data = await dataFolder();
  await damage(data, async (store) => {
    const [later, earlier] = [await store.get(logKey('alpha', 5)), await store.get(logKey('gamma', 3))];
    if (later === null || earlier === null) throw new Error('a record is missing');
    await store.write([{ type: 'put', key: logKey('gamma', 3), value: later }]);
  });
  expect((await checked(data)).warned).toMatch(/^gamma: it cannot be loaded: the log lacks an update/);
});

it('[DUR-12] saves what is left of a damaged database, up to the damage, and leaves the database as it is', async () => {
  const data = await dataFolder();
  await damage(data, remove(logKey('alpha', 5)));
  await damage(data, flip(logKey('gamma', 3)));
  const before = await readdir(join(data, 'leveldb'));
  const backups = await freshFolder();
  const { exitCode, warned } = await backedUp(backups, data, true);
  // Record 5 was the last one: nothing tells that it is missing.
  expect([exitCode, warned]).toEqual([1, expect.stringMatching(/^gamma: record 3 .*It is kept up to there\./)]);
  expect(await readdir(join(data, 'leveldb'))).toEqual(before);
  const target = await freshFolder();
  await restored(backups, target);
  expect((await readStoredIn(target, 'gamma')).text).toBe('eight nine ');
  expect((await checked(target)).exitCode).toBe(0);
});

it('[DUR-12] saves what is left of a database that LevelDB refuses', async () => {
  const data = await dataFolder();
  await writeFile(join(data, 'leveldb', 'CURRENT'), 'nonsense\n');
  await expect(checked(data)).rejects.toThrow(/is damaged .*coscribe backup DIR --salvage --data/);
  const [backups, target] = [await freshFolder(), await freshFolder()];
  expect((await backedUp(backups, data, true)).exitCode).toBe(0);
  await restored(backups, target);
  expect((await readStoredIn(target, 'alpha')).text).toBe(TEXTS.alpha);
});

/** Names, lengths and times of all that is in a folder. */
async function everyFile(folder: string): Promise<string[]> {
  const names = (await readdir(folder, { recursive: true })).sort();
  return Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(folder, name));
      return `${name} ${size} ${mtimeMs}`;
    }),
  );
}

it('[DUR-12] looks without changing anything', async () => {
  const data = await dataFolder();
  const before = await everyFile(data);
  expect((await checked(data)).exitCode).toBe(0);
  expect((await backedUp(await freshFolder(), data)).exitCode).toBe(0);
  expect((await backedUp(await freshFolder(), data, true)).exitCode).toBe(0);
  expect(await everyFile(data)).toEqual(before);
});

it('[DUR-12] saves everything of a database that lost its file CURRENT, and nobody else touches it', async () => {
  const data = await dataFolder();
  await rm(join(data, 'leveldb', 'CURRENT'));
  const before = await everyFile(data);
  const message = /is damaged \(CURRENT is missing, .* coscribe backup DIR --salvage --data/;
  await expect(checked(data)).rejects.toThrow(message);
  await expect(backedUp(await freshFolder(), data)).rejects.toThrow(message);
  await expect(LevelStore.open(data)).rejects.toThrow(message);
  const [backups, target] = [await freshFolder(), await freshFolder()];
  expect(await backedUp(backups, data, true)).toMatchObject({
    exitCode: 0,
    said: expect.stringMatching(/^3 documents in /),
    warned: 'CURRENT is missing; all that is in the folder is taken instead.',
  });
  expect(await everyFile(data)).toEqual(before);
  await restored(backups, target);
  for (const [name, text] of Object.entries(TEXTS)) expect((await readStoredIn(target, name)).text).toBe(text);
});

it('[DUR-12] names what a damaged table loses, and saves all that is in others', async () => {
  const data = await dataFolder();
  // Opened again, everything so far goes into a table; what follows is in the log.
  await storeDocuments(data, { later: 'this is in the log' });
  const [table = ''] = (await readdir(join(data, 'leveldb'))).filter((name) => name.endsWith('.ldb'));
  const path = join(data, 'leveldb', table);
  const bytes = await readFile(path);
  bytes[40] = (bytes[40] ?? 0) ^ 1;
  await writeFile(path, bytes);
  await expect(checked(data)).rejects.toThrow(
    /is damaged \(\d+\.ldb: its bytes 0 to \d+ do not match their checksum\)/,
  );
  const [backups, target] = [await freshFolder(), await freshFolder()];
  const { exitCode, warned } = await backedUp(backups, data, true);
  expect([exitCode, warned]).toEqual([1, expect.stringMatching(/^Lost: \d+\.ldb: its bytes 0 to/m)]);
  await restored(backups, target);
  expect((await readStoredIn(target, 'later')).text).toBe('this is in the log');
});

it('says that a folder belongs to somebody else, not that it is empty', async () => {
  const data = await dataFolder();
  const path = await backupOf(data);
  if (process.getuid?.() === 0) await chmod(dirname(data), 0o711);
  else await chmod(data, 0);
  const message =
    /cannot be used \(EACCES\): this user \(uid \d+\) may not, .* Run the command as the user who runs the server/;
  await expect(asNobody(() => checked(data))).rejects.toThrow(message);
  await expect(asNobody(() => backedUp('/nowhere', data))).rejects.toThrow(message);
  await expect(asNobody(() => backedUp('/nowhere', data, true))).rejects.toThrow(message);
  await chmod(dirname(path), 0);
  await expect(asNobody(() => checked('/nowhere', path))).rejects.toThrow(/cannot be read \(EACCES\)/);
  await expect(asNobody(() => restored(path, '/nowhere'))).rejects.toThrow(/cannot be read \(EACCES\)/);
  await chmod(dirname(path), 0o700);
  await chmod(data, 0o700);
});

it('[DUR-12] refuses a backup that is damaged anywhere, or cut off anywhere, and writes nothing', async () => {
  const path = await backupOf(await dataFolder());
  const sound = await readFile(path);
  const target = join(await freshFolder(), 'new');
  const tryWith = async (bytes: Uint8Array) => {
    await writeFile(path, bytes);
    return restored(path, target).then(
      () => 'restored',
      (error: Error) => error.message,
    );
  };
  for (let at = 0; at < sound.length; at += 23) {
    const damaged = Buffer.from(sound);
    damaged[at] = (damaged[at] ?? 0) ^ 4;
    expect(await tryWith(damaged), `byte ${at}`).toMatch(/^The backup .* cannot be used: .*\.$/);
    expect(await tryWith(sound.subarray(0, at)), `length ${at}`).toMatch(
      /cannot be used: it is (incomplete|not a backup)/,
    );
  }
  expect(await tryWith(Buffer.concat([sound, Buffer.from('x')]))).toMatch(/bytes follow its end/);
  expect(await tryWith(Buffer.from('coscribe-backup 9\n...'))).toMatch(/it has the format 9, and this version/);
  expect(await stat(target).catch(() => 'nothing')).toBe('nothing');
  expect(await tryWith(sound)).toBe('restored');
});

it('refuses in one line what cannot work', async () => {
  const data = await dataFolder();
  const path = await backupOf(data);
  const empty = await freshFolder();
  await expect(restored(path, data)).rejects.toThrow(/^The data folder .* is not empty\. .*--data\.$/);
  await expect(restored(join(empty, 'missing'), empty)).rejects.toThrow(/^There is nothing at .*\/missing\./);
  await expect(restored(empty, join(empty, 'x'))).rejects.toThrow(/^There is no backup in /);
  await expect(checked(empty)).rejects.toThrow(/^There are no documents in .*--data\.$/);
  await expect(backedUp(empty, join(empty, 'x'))).rejects.toThrow(/^There are no documents in /);
  await expect(backedUp(join(path, 'below-a-file'), data)).rejects.toThrow(/cannot be written to .* \(ENOTDIR\)/);
  expect(await readdir(empty)).toEqual([]);
});

it('checks a backup as well as a data folder', async () => {
  const data = await dataFolder();
  const path = await backupOf(data);
  expect((await checked('/nowhere', path)).said).toBe('3 documents read, nothing is wrong.');
  expect((await checked('/nowhere', data)).said).toBe('3 documents read, nothing is wrong.');
});

/** That a folder restored from format 1 has all that was there, as a new life. */
async function expectGolden(folder: string): Promise<void> {
  const { id, documents } = await goldenContent();
  for (const [name, { text }] of Object.entries(documents)) {
    const life = await readStoredIn(folder, name);
    expect([name, life.text, life.epoch.startsWith(id.split('.')[0] ?? '')]).toEqual([name, text, false]);
  }
  expect(await checked(folder)).toMatchObject({ exitCode: 0, said: '10 documents read, nothing is wrong.' });
}

it('[DUR-17] checks and backs up a data folder of format 1 without moving it on', async () => {
  const data = await goldenFolder();
  const before = await everyFile(data);
  expect(await checked(data)).toMatchObject({ exitCode: 0, said: '10 documents read, nothing is wrong.' });
  for (const salvaging of [false, true]) {
    const [backups, target] = [await freshFolder(), await freshFolder()];
    expect(await backedUp(backups, data, salvaging)).toMatchObject({
      exitCode: 0,
      said: expect.stringMatching(/^10 documents/),
    });
    expect(await restored(backups, target)).toMatchObject({
      exitCode: 0,
      said: expect.stringMatching(/^9 documents of/),
    });
    await expectGolden(target);
  }
  expect(await everyFile(data)).toEqual(before);
});

it('[DUR-17] checks and restores a backup of format 1', async () => {
  expect((await checked('/nowhere', GOLDEN_BACKUP)).said).toBe('10 documents read, nothing is wrong.');
  const target = await freshFolder();
  expect((await restored(GOLDEN_BACKUP, target)).exitCode).toBe(0);
  await expectGolden(target);
});

it('[DUR-17] finds damage in a data folder of format 1, and saves the rest', async () => {
  const data = await goldenFolder();
  await damage(data, remove(Buffer.from('d/plans\0c')));
  await damage(data, flip(logKey('ab', 1)));
  const { exitCode, warned } = await checked(data);
  expect([exitCode, warned]).toEqual([
    1,
    expect.stringMatching(/^ab: record 1 of the log: a checksum .*\nplans: the catalogue entry is missing\./),
  ]);
  const [backups, target] = [await freshFolder(), await freshFolder()];
  expect((await backedUp(backups, data, true)).exitCode).toBe(1);
  await restored(backups, target);
  expect((await readStoredIn(target, 'log/ü 😀')).text).toBe((await goldenContent()).documents['log/ü 😀']?.text);
  expect((await checked(target)).exitCode).toBe(0);
});

it('[DUR-17] reads no data folder and no backup of a newer format, and says so', async () => {
  const data = await dataFolder();
  const value = encodeJsonRecord({ format: 3, id: 'abc' });
  await damage(data, (store) => store.write([{ type: 'put', key: FORMAT_KEY, value }]));
  const message = /format 3; this version of Coscribe reads format 2 and older ones\. Use the version that wrote it/;
  await expect(checked(data)).rejects.toThrow(message);
  await expect(backedUp(await freshFolder(), data)).rejects.toThrow(message);
  await expect(backedUp(await freshFolder(), data, true)).rejects.toThrow(message);
  const path = join(await freshFolder(), 'newer.backup');
  const chunks: Uint8Array[] = [];
  async function* entries(): AsyncGenerator<Entry> {
    yield [FORMAT_KEY, value];
  }
  for await (const chunk of encodeBackup({ format: 3, createdAt: '2030-01-01' }, entries())) chunks.push(chunk);
  await writeFile(path, Buffer.concat(chunks));
  await expect(restored(path, join(await freshFolder(), 'new'))).rejects.toThrow(
    /holds data of the format 3, and this version of Coscribe reads format 2 and older ones/,
  );
});

it('[DUR-12] does not take a data folder in which a restore did not end', async () => {
  const target = await freshFolder();
  await mkdir(target, { recursive: true });
  const store = await LevelStore.open(target);
  const { restore: restoreInto } = await import('../document/restore.ts');
  async function* cutOff(): AsyncGenerator<readonly [Uint8Array, Uint8Array]> {
    yield [logKey('alpha', 1), new Uint8Array(5)];
    throw new Error('no space left on device');
  }
  await expect(restoreInto(store, cutOff())).rejects.toThrow('no space');
  await store.close();
  const message = /A restore into this data folder did not end/;
  await expect(readStoredIn(target, 'alpha')).rejects.toThrow(message);
  await expect(checked(target)).rejects.toThrow(message);
  await expect(backedUp(await freshFolder(), target)).rejects.toThrow(message);
});
