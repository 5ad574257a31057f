import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freshFolder } from '../../testing/test-server.ts';
import { LevelStore } from '../level-store.ts';
import { readLog } from './log-format.ts';
import { verifyDatabase } from './verify-database.ts';

const damageIn = (log: Uint8Array) => readLog(log).damagedAt;

/** A database with many writes in its write-ahead log, closed. */
async function writtenFolder(): Promise<{ folder: string; log: string }> {
  const folder = await freshFolder();
  const store = await LevelStore.open(folder);
  for (let i = 0; i < 400; i++) {
    // Of many lengths, the longest over several blocks of the log.
    const value = Buffer.alloc(i % 50 === 0 ? 40_000 : i, i);
    await store.write([{ type: 'put', key: Buffer.from(`key ${i}`), value }]);
  }
  await store.close();
  const location = join(folder, 'leveldb');
  const [name = ''] = (await readdir(location)).filter((file) => file.endsWith('.log'));
  return { folder, log: join(location, name) };
}

it('[DUR-12] finds a flipped bit anywhere in the write-ahead log, and the database is refused untouched', async () => {
  const { folder, log } = await writtenFolder();
  const sound = await readFile(log);
  expect(sound.length).toBeGreaterThan(300_000);
  expect(damageIn(sound)).toBeNull();
  for (let at = 11; at < sound.length; at += 1_237) {
    const damaged = Buffer.from(sound);
    damaged[at] = (damaged[at] ?? 0) ^ 0x20;
    expect(damageIn(damaged), `byte ${at}`).not.toBeNull();
  }
  const damaged = Buffer.from(sound);
  damaged[100_000] = (damaged[100_000] ?? 0) ^ 1;
  await writeFile(log, damaged);
  await expect(LevelStore.open(folder)).rejects.toThrow(
    /is damaged \(\d+\.log, byte \d+\)\. .* coscribe restore BACKUP/,
  );
  expect((await readFile(log)).equals(damaged)).toBe(true);
});

it('[DUR-12] opens a database whose last write was cut off by a crash, wherever that was', async () => {
  const { folder, log } = await writtenFolder();
  const sound = await readFile(log);
  for (let length = sound.length; length > sound.length - 1_500; length -= 7) {
    expect(damageIn(sound.subarray(0, length)), `length ${length}`).toBeNull();
  }
  // The file system had made room for it, but written nothing.
  expect(damageIn(Buffer.concat([sound, Buffer.alloc(5_000)]))).toBeNull();
  // A power failure: the line about the last write never reached the disk, either.
  await truncate(log, sound.length - 100);
  await rm(join(folder, 'last-write'));
  const store = await LevelStore.open(folder);
  expect(await store.get(Buffer.from('key 399'))).toBeNull();
  expect((await store.get(Buffer.from('key 398')))?.length).toBe(398);
  await store.close();
});

it('finds nothing in a fresh database, nor in one that was reopened many times', async () => {
  const folder = await freshFolder();
  for (let i = 0; i < 5; i++) {
    const store = await LevelStore.open(folder);
    await store.write([{ type: 'put', key: new Uint8Array([i]), value: new Uint8Array(10_000) }]);
    await store.close();
    expect((await verifyDatabase(join(folder, 'leveldb'), { tables: true })).kind).toBe('sound');
  }
});
