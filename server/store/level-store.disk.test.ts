import { mkdtemp, readdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../testing/seeded-random.ts';
import { inspectDataFolder } from './level-folder.ts';
import { LevelStore } from './level-store.ts';
import { storeContract } from './store-contract.ts';

const freshFolder = () => mkdtemp(join(tmpdir(), 'coscribe-store-'));

describe('the LevelDB store', () => {
  for (const { title, run } of storeContract(async () => LevelStore.open(await freshFolder()))) it(title, run);

  it('keeps what was written when it is opened again', async () => {
    const folder = await freshFolder();
    const first = await LevelStore.open(folder);
    await first.write([{ type: 'put', key: new Uint8Array([1]), value: new Uint8Array([42]) }]);
    await first.close();
    const second = await LevelStore.open(folder);
    expect([...((await second.get(new Uint8Array([1]))) ?? [])]).toEqual([42]);
    await second.close();
  });

  it('[DUR-11] says in one line that a folder is in use, and leaves the one who has it alone', async () => {
    const folder = await freshFolder();
    const first = await LevelStore.open(folder);
    await expect(LevelStore.open(folder)).rejects.toThrow(
      /^The data folder .* is in use by another process\..*--data\.$/,
    );
    await first.write([{ type: 'put', key: new Uint8Array([1]), value: new Uint8Array([1]) }]);
    await first.close();
  });

  it('makes folders that only its user can read', async () => {
    const folder = join(await freshFolder(), 'parent', 'data');
    await (await LevelStore.open(folder)).close();
    const modes = [dirname(folder), folder, join(folder, 'leveldb')].map(
      async (path) => (await stat(path)).mode & 0o777,
    );
    expect(await Promise.all(modes)).toEqual([0o700, 0o700, 0o700]);
  });

  it('says in one line that a folder cannot be made', async () => {
    const folder = await freshFolder();
    const file = join(folder, 'a-file');
    await writeFile(file, '');
    await expect(LevelStore.open(join(file, 'data'))).rejects.toThrow(/cannot be written \(ENOTDIR\)/);
  });
});

it('[DUR-15, DUR-16] never takes for damage what LevelDB does by itself: merging tables and dropping old files', async () => {
  const folder = await freshFolder();
  const store = await LevelStore.open(folder);
  const random = new SeededRandom(4);
  let writing = true;
  const write = async () => {
    for (let batch = 0; batch < 220; batch++) {
      const operations = Array.from({ length: 12 }, () => {
        // Of random bytes, which do not shrink.
        const value = Buffer.from(Array.from({ length: 6_000 }, () => random.below(256)));
        return { type: 'put' as const, key: Buffer.from(`key ${random.below(600)}`), value };
      });
      await store.write(operations);
    }
    writing = false;
  };
  const read = async () => {
    while (writing) await store.get(Buffer.from(`key ${random.below(600)}`));
  };
  const walk = async () => {
    while (writing) for await (const _entry of store.read({ from: Buffer.from('key'), to: Buffer.from('kez') }));
  };
  const look = async () => {
    while (writing) await inspectDataFolder(folder, { tables: true });
  };
  await Promise.all([write(), read(), read(), walk(), look()]);
  await store.close();
  expect(await inspectDataFolder(folder, { tables: true })).toBe(220 * 12);
  // Tables were dropped, or nothing was shown.
  const tables = (await readdir(join(folder, 'leveldb'))).filter((name) => name.endsWith('.ldb'));
  expect(tables.some((name) => Number.parseInt(name, 10) > tables.length * 2)).toBe(true);
});
