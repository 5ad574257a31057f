import { constants } from 'node:fs';
import { access, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { findLogDamage } from './level-log-check.ts';
import type { KeyRange, Operation, Store } from './store.ts';
import { StoreError } from './store.ts';

/** How many entries one read fetches from LevelDB at a time. */
const READ_CHUNK = 512;

/** Room that a database needs to be opened, beside what its write-ahead logs become, in bytes. */
const OPENING_BYTES = 256 * 1024;

type Level = ClassicLevel<Uint8Array, Uint8Array>;

/**
 * The store on disk: LevelDB in a folder of the data folder, every write with fsync.
 *
 * After a write that failed, on a full disk for instance, LevelDB goes on writing to the same log behind the torn record, at
 * places where it will not look when it is opened again: of twenty synced writes after a full disk had room again, none was
 * there after a restart. So nothing is written to a database with a failed write; the next write opens it again first, as
 * soon as there is room for that. Until then the old one goes on reading.
 */
export class LevelStore implements Store {
  readonly #location: string;
  #db: Level;
  #mustReopen = false;
  #closed = false;

  private constructor(location: string, db: Level) {
    this.#location = location;
    this.#db = db;
  }

  /**
   * Opens (and makes, if need be) the database in `dataFolder`. One process at a time can have it.
   * @throws StoreError when the folder cannot be used, or the database is damaged, with what to do about it.
   */
  static async open(dataFolder: string): Promise<LevelStore> {
    const { folder, location } = await LevelStore.#prepare(dataFolder);
    // Before LevelDB opens it, which skips what is damaged and throws the evidence away.
    const damage = await findLogDamage(location);
    if (damage !== null) throw damaged(folder, damage);
    try {
      return new LevelStore(location, await openLevel(location));
    } catch (cause) {
      if (codeOf(cause) === 'LEVEL_LOCKED') {
        throw new StoreError(
          `The data folder ${folder} is in use by another process. Stop that one, or give another folder with --data.`,
          { cause },
        );
      }
      throw damaged(folder, reasonOf(cause), cause);
    }
  }

  /**
   * Opens a damaged database with whatever can still be read. This changes the files: give it a copy.
   * @throws StoreError when nothing can be read.
   */
  static async openDamaged(dataFolder: string): Promise<LevelStore> {
    const { folder, location } = await LevelStore.#prepare(dataFolder);
    try {
      return new LevelStore(
        location,
        await openLevel(location).catch(async () => {
          await ClassicLevel.repair(location);
          return openLevel(location);
        }),
      );
    } catch (cause) {
      throw new StoreError(`Nothing can be read of the database in ${folder} (${reasonOf(cause)}).`, { cause });
    }
  }

  static async #prepare(dataFolder: string): Promise<{ folder: string; location: string }> {
    const folder = resolve(dataFolder);
    const location = join(folder, 'leveldb');
    try {
      await makeFolder(location);
      await access(location, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch (cause) {
      throw new StoreError(
        `The data folder ${folder} cannot be written (${reasonOf(cause)}). Give another with --data, or change its permissions.`,
        { cause },
      );
    }
    return { folder, location };
  }

  async get(key: Uint8Array): Promise<Uint8Array | null> {
    return (await this.#db.get(key)) ?? null;
  }

  async *read({ from, to }: KeyRange): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    const iterator = this.#db.iterator({ gte: from, lt: to });
    try {
      for (;;) {
        const entries = await iterator.nextv(READ_CHUNK);
        if (entries.length === 0) return;
        yield* entries;
      }
    } finally {
      await iterator.close();
    }
  }

  async write(operations: readonly Operation[]): Promise<void> {
    if (this.#mustReopen) await this.#reopen();
    try {
      await this.#writeBatch(operations);
    } catch (error) {
      this.#mustReopen = true;
      throw error;
    }
  }

  async #writeBatch(operations: readonly Operation[]): Promise<void> {
    // A chained batch is four to five times cheaper than an array of operations.
    const batch = this.#db.batch();
    for (const operation of operations) {
      if (operation.type === 'put') batch.put(operation.key, operation.value);
      else batch.del(operation.key);
    }
    await batch.write({ sync: true });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#db.close();
  }

  async #reopen(): Promise<void> {
    if (this.#closed) throw new Error('The store is closed.');
    await checkRoom(this.#location);
    await this.#db.close();
    // Should this fail, the closed database refuses everything, and the next write tries again.
    this.#db = await openLevel(this.#location);
    this.#mustReopen = false;
  }
}

/** Rejects while the disk does not take as much as opening the database needs. */
async function checkRoom(location: string): Promise<void> {
  let bytes = OPENING_BYTES;
  for (const name of await readdir(location)) {
    if (name.endsWith('.log')) bytes += (await stat(join(location, name))).size;
  }
  const probe = join(location, '..', 'room-probe');
  try {
    await writeFile(probe, Buffer.alloc(bytes), { flush: true });
  } finally {
    await rm(probe, { force: true });
  }
}

async function openLevel(location: string): Promise<Level> {
  const db: Level = new ClassicLevel(location, { keyEncoding: 'view', valueEncoding: 'view' });
  try {
    await db.open();
  } catch (error) {
    throw error instanceof Error && error.cause !== undefined ? error.cause : error;
  }
  return db;
}

function damaged(folder: string, reason: string, cause?: unknown): StoreError {
  return new StoreError(
    `The database in ${folder} is damaged (${reason}). Restore a backup into a new folder: coscribe restore BACKUP --data NEW_FOLDER. ` +
      `Without one, save what can be read: coscribe backup DIR --salvage --data ${folder}`,
    { cause },
  );
}

const PRIVATE = 0o700;

/** Makes a folder and its parents, for this user only: secrets are in it. Node's recursive `mkdir` never comes back where a parent refuses children, as /proc does. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, PRIVATE);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path, PRIVATE);
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function reasonOf(error: unknown): string {
  return codeOf(error) ?? (error instanceof Error ? error.message : String(error));
}

/**
 * Every entry of a LevelDB folder that another program keeps, in the order of the keys. Fails while that program has it open.
 * @throws StoreError
 */
export async function* readForeignLevel(folder: string): AsyncGenerator<readonly [key: Uint8Array, value: Uint8Array]> {
  const db: Level = new ClassicLevel(folder, { keyEncoding: 'view', valueEncoding: 'view', createIfMissing: false });
  try {
    await db.open();
  } catch (cause) {
    const isLocked = codeOf(cause) === 'LEVEL_LOCKED';
    const advice = isLocked ? 'another process uses it; stop that one' : reasonOf(cause);
    throw new StoreError(`The database in ${folder} cannot be opened (${advice}).`, { cause });
  }
  try {
    yield* db.iterator();
  } finally {
    await db.close();
  }
}
