import { chmod, chown, cp, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asNobody } from '../testing/as-nobody.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { freshFolder } from '../testing/test-server.ts';
import { readDamagedDatabase, readDatabase } from './level-folder.ts';
import { LevelStore } from './level-store.ts';

const ALL = { from: new Uint8Array([0]), to: new Uint8Array([0xff]) };

/** A database with some tables and a log with the last 20 of 140 keys. */
async function writtenFolder(): Promise<{ folder: string; database: string }> {
  const folder = await freshFolder();
  for (let session = 0; session < 7; session++) {
    const store = await LevelStore.open(folder);
    for (let i = 0; i < 20; i++) {
      const value = Buffer.alloc(session === 2 ? 20_000 : 900, `${session}.${i} `);
      await store.write([{ type: 'put', key: Buffer.from(`key ${session} ${i}`), value }]);
    }
    await store.close();
  }
  return { folder, database: join(folder, 'leveldb') };
}

async function fileIn(database: string, ending: RegExp): Promise<string> {
  const name = (await readdir(database)).sort().find((file) => ending.test(file));
  if (name === undefined) throw new Error(`there is no ${ending}`);
  return join(database, name);
}

const flip = async (path: string, at: number) => {
  const bytes = await readFile(path);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  await writeFile(path, bytes);
};

const openFails = (folder: string) =>
  LevelStore.open(folder).then(
    async (store) => {
      await store.close();
      return 'opened';
    },
    (error: Error) => error.message,
  );

async function readAll(folder: string): Promise<number> {
  const database = await readDatabase(folder);
  let entries = 0;
  for await (const _entry of database?.read(ALL) ?? []) entries += 1;
  return entries;
}

const namesIn = async (database: string) => (await readdir(database)).sort();

describe('[DUR-12] a database of which a file is missing is refused by the name of the file, and left as it is', () => {
  it.each([
    ['CURRENT', /^CURRENT$/, /\(CURRENT is missing, and other files of a database are there\)/],
    ['the MANIFEST', /^MANIFEST/, /\(MANIFEST-\d+ is missing\)/],
    ['a table', /\.ldb$/, /\(\d+\.ldb is missing\)/],
    ['the write-ahead log', /\.log$/, /\(\d+\.log is missing\)/],
  ])('%s', async (_what, pattern, message) => {
    const { folder, database } = await writtenFolder();
    await rm(await fileIn(database, pattern));
    const before = await namesIn(database);
    expect(await openFails(folder)).toMatch(message);
    expect(await openFails(folder)).toMatch(/is damaged .*coscribe restore BACKUP .*coscribe backup DIR --salvage/);
    await expect(readAll(folder)).rejects.toThrow(message);
    expect(await namesIn(database)).toEqual(before);
  });

  it('all of it', async () => {
    const { folder, database } = await writtenFolder();
    await rm(database, { recursive: true });
    expect(await openFails(folder)).toMatch(/lacks the last \d+ of \d+ writes that were acknowledged/);
  });
});

it('[DUR-12] makes a database where its making did not come to its end', async () => {
  const folder = await freshFolder();
  await mkdir(join(folder, 'leveldb'));
  await writeFile(join(folder, 'leveldb', 'MANIFEST-000001'), 'half of it');
  expect(await openFails(folder)).toBe('opened');
});

it('[DUR-12] finds a flipped bit anywhere in a table, before LevelDB opens it', async () => {
  const { folder, database } = await writtenFolder();
  const table = await fileIn(database, /\.ldb$/);
  const sound = await readFile(table);
  for (let at = 0; at < sound.length - 48; at += Math.ceil(sound.length / 60)) {
    await flip(table, at);
    expect(await openFails(folder), `byte ${at}`).toMatch(/is damaged \(\d+\.ldb: /);
    await writeFile(table, sound);
  }
  await truncate(table, sound.length - 1);
  expect(await openFails(folder)).toMatch(/\.ldb: it has \d+ bytes instead of \d+\)/);
  await writeFile(table, sound);
  expect(await openFails(folder)).toBe('opened');
});

it('[DUR-12] knows another table by its keys, though all of its bytes are sound', async () => {
  const { folder, database } = await writtenFolder();
  const tables = (await namesIn(database)).filter((name) => name.endsWith('.ldb'));
  const sizes = await Promise.all(tables.map(async (name) => (await stat(join(database, name))).size));
  const [first, second] = tables.filter((_name, index) => sizes.indexOf(sizes[index] ?? 0) !== index).concat(tables);
  await cp(join(database, first ?? ''), join(database, second ?? ''));
  expect(await openFails(folder)).toMatch(/\.ldb: it (holds other keys|has \d+ bytes instead)/);
});

it('[DUR-12] finds acknowledged writes that are gone, wherever a log was cut, but not where nobody was told', async () => {
  const { folder, database } = await writtenFolder();
  const log = await fileIn(database, /\.log$/);
  const { size } = await stat(log);
  for (const length of [0, 10, size >> 1, size - 1]) {
    const copy = await freshFolder();
    await cp(folder, copy, { recursive: true });
    await truncate(await fileIn(join(copy, 'leveldb'), /\.log$/), length);
    expect(await openFails(copy), `length ${length}`).toMatch(
      /lacks the last \d+ of 140 writes that were acknowledged/,
    );
  }
  // What a power failure leaves: a last write that is torn, and the line about it not on the disk.
  await rm(join(folder, 'last-write'));
  await truncate(log, size - 1);
  expect(await openFails(folder)).toBe('opened');
});

it('takes a line about the last write that cannot be read for none', async () => {
  const { folder } = await writtenFolder();
  await flip(join(folder, 'last-write'), 30);
  expect(await openFails(folder)).toBe('opened');
});

it('[DUR-12] reads without LevelDB what LevelDB reads, also while it is in use', async () => {
  const { folder } = await writtenFolder();
  const store = await LevelStore.open(folder);
  const written = (from: number) =>
    Array.from({ length: 30 }, (_, i) => ({ key: Buffer.from(`key 3 ${from + i}`), value: Buffer.alloc(70_000, i) }));
  for (const { key, value } of written(10)) await store.write([{ type: 'put', key, value }]);
  await store.write([{ type: 'del', key: Buffer.from('key 0 3') }]);
  const gather = async (source: Pick<LevelStore, 'read'> | null) => {
    const found: string[] = [];
    for await (const [key, value] of source?.read(ALL) ?? []) found.push(`${Buffer.from(key)}=${Buffer.from(value)}`);
    return found;
  };
  const expected = await gather(store);
  expect(expected.length).toBeGreaterThan(140);
  expect(await gather((await readDatabase(folder)) as LevelStore)).toEqual(expected);
  await store.close();
  expect(await gather((await readDamagedDatabase(folder, () => undefined)) as LevelStore)).toEqual(expected);
});

describe('[DUR-15] under a store that is open', () => {
  it('damage in a table refuses what it touches and all writes, and nothing else', async () => {
    const { folder, database } = await writtenFolder();
    const clock = new FakeClock();
    const store = await LevelStore.open(folder, { clock });
    const table = await fileIn(database, /\.ldb$/);
    const sound = await readFile(table);
    await flip(table, 100);
    const found = await Promise.allSettled(
      Array.from({ length: 140 }, (_, i) => store.get(Buffer.from(`key ${Math.floor(i / 20)} ${i % 20}`))),
    );
    const refused = found.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(140);
    for (const one of found) {
      if (one.status === 'rejected') expect(String(one.reason)).toMatch(/is damaged \(\d+\.ldb: its bytes \d+ to \d+/);
      else expect(one.value?.length).toBeGreaterThanOrEqual(900);
    }
    await expect(store.write([])).rejects.toThrow(/is damaged/);
    // Found to be sound again when it is looked at again.
    await writeFile(table, sound);
    await clock.advance(60_000);
    await expect.poll(() => store.write([]).then(() => 'works', String)).toBe('works');
    await store.close();
  });

  it('damage in the index of a table that a walk does not come to is refused, too: LevelDB opens it', async () => {
    const folder = await freshFolder();
    // What a start finds in the log goes into a table of level 0.
    for (const keys of [['a', 'z'], ['b'], []]) {
      const store = await LevelStore.open(folder);
      for (const key of keys) await store.write([{ type: 'put', key: Buffer.from(key), value: Buffer.alloc(100) }]);
      await store.close();
    }
    const store = await LevelStore.open(folder);
    const database = join(folder, 'leveldb');
    const table = (await namesIn(database)).filter((name) => name.endsWith('.ldb')).at(-1) ?? '';
    const path = join(database, table);
    await flip(path, (await stat(path)).size - 48 - 12);
    const walk = async () => {
      for await (const _entry of store.read({ from: Buffer.from('y'), to: Buffer.from('zz') }));
    };
    await expect(walk()).rejects.toThrow(new RegExp(`is damaged \\(${table}: its bytes`));
    await store.close();
  });

  it('damage is found in the background before anybody asks', async () => {
    const { folder, database } = await writtenFolder();
    const clock = new FakeClock();
    const store = await LevelStore.open(folder, { clock });
    await flip(await fileIn(database, /\.ldb$/), 100);
    await store.write([]);
    await clock.advance(60 * 60_000);
    await expect.poll(() => store.write([]).then(() => 'works', String)).toMatch(/is damaged \(\d+\.ldb: /);
    await store.close();
  });

  it.each([
    ['deleted', (database: string) => rm(join(database, '..'), { recursive: true })],
    [
      'replaced by another one',
      async (database: string) => {
        await rm(database, { recursive: true });
        await cp((await writtenFolder()).database, database, { recursive: true });
      },
    ],
    ['without its write-ahead log', async (database: string) => rm(await fileIn(database, /\.log$/))],
    ['without a table', async (database: string) => rm(await fileIn(database, /\.ldb$/))],
  ])('[DUR-16] a folder that is %s takes nothing more, and gives nothing more', async (_what, change) => {
    const { folder, database } = await writtenFolder();
    const store = await LevelStore.open(folder);
    await store.write([{ type: 'put', key: Buffer.from('a'), value: Buffer.from('b') }]);
    await change(database);
    const write = store.write([{ type: 'put', key: Buffer.from('a'), value: Buffer.from('c') }]);
    await expect(write).rejects.toThrow(/^The folder .*leveldb .*, while the server runs\. Nothing is stored until/);
    await expect(store.write([])).rejects.toThrow(/while the server runs/);
    await expect(store.get(Buffer.from('key 0 1'))).rejects.toThrow(/while the server runs/);
    await store.close();
  });

  it('[DUR-16] a folder that was moved away and back goes on', async () => {
    const { folder, database } = await writtenFolder();
    const { rename } = await import('node:fs/promises');
    const store = await LevelStore.open(folder);
    await rename(database, `${database}-away`);
    await expect(store.write([])).rejects.toThrow(/cannot be found any more \(ENOENT\)/);
    await rename(`${database}-away`, database);
    await store.write([{ type: 'put', key: Buffer.from('a'), value: Buffer.from('b') }]);
    expect(Buffer.from((await store.get(Buffer.from('a'))) ?? []).toString()).toBe('b');
    await store.close();
    expect(await openFails(folder)).toBe('opened');
  });
});

describe('[DUR-12] says what is in the way by its name', () => {
  const NOBODY = 65534;

  /** A folder of the user who will open it. */
  async function ownFolder(): Promise<{ folder: string; database: string }> {
    const found = await writtenFolder();
    if (process.getuid?.() === 0) {
      await chmod(dirname(found.folder), 0o711);
      await chown(found.folder, NOBODY, NOBODY);
      for (const name of await readdir(found.folder, { recursive: true })) {
        await chown(join(found.folder, name), NOBODY, NOBODY);
      }
    }
    return found;
  }

  it.each([
    ['CURRENT', /^CURRENT$/],
    ['LOCK', /^LOCK$/],
    ['a table', /\.ldb$/],
    ['a log', /\.log$/],
    ['the MANIFEST', /^MANIFEST/],
  ])('no permission on %s', async (_what, pattern) => {
    const { folder, database } = await ownFolder();
    const path = await fileIn(database, pattern);
    await chmod(path, 0);
    const message = await asNobody(() => openFails(folder));
    expect(message).toContain(`${path} cannot be used (EACCES): this user (uid `);
    expect(message).toMatch(
      /mode 0000\. Run the command as the user who runs the server, or give everything .*chown -R/,
    );
    await chmod(path, 0o600);
    expect(await asNobody(() => openFails(folder))).toBe('opened');
  });

  it("another user's folder", async () => {
    const { folder } = await writtenFolder();
    if (process.getuid?.() === 0) await chmod(dirname(folder), 0o711);
    else await chmod(folder, 0);
    expect(await asNobody(() => openFails(folder))).toMatch(
      /cannot be used \(EACCES\): this user \(uid \d+\) may not, .* belongs to the user/,
    );
    await chmod(folder, 0o700);
  });
});
