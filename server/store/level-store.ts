import { constants } from 'node:fs';
import { access, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { type Clock, systemClock } from '../clock.ts';
import { LastWrite } from './last-write.ts';
import { DatabaseFileError } from './level/database-files.ts';
import { FolderGoneError, FolderWatch } from './level/folder-watch.ts';
import { LevelSnapshot } from './level/level-snapshot.ts';
import { ReadGuard } from './level/read-guard.ts';
import { TableScrub } from './level/table-scrub.ts';
import type { VerifyProgress } from './level/verify-database.ts';
import { databaseOf, inspectDataFolder } from './level-folder.ts';
import { storageProblem } from './storage-problem.ts';
import type { KeyRange, Operation, Store } from './store.ts';
import { StoreError } from './store.ts';

/** How many entries one read fetches from LevelDB at a time. */
const READ_CHUNK = 512;

/** Room that a database needs to be opened, beside what its write-ahead logs become, in bytes. */
const OPENING_BYTES = 256 * 1024;

type Level = ClassicLevel<Uint8Array, Uint8Array>;

/** No key is before the one or behind the other. */
const FIRST_KEY = new Uint8Array([0]);
const LAST_KEY = new Uint8Array(64).fill(0xff);

/** What `LevelStore.open` may be given. */
export interface LevelStoreOptions {
  /** With it the tables are verified again and again in the background, until `close`. */
  readonly clock?: Clock;
  /** Hears how far the verification of all tables has come, before they are opened. */
  readonly onProgress?: VerifyProgress;
}

/**
 * The store on disk: LevelDB in a folder of the data folder, every write with fsync.
 *
 * LevelDB believes its files. So all of them are verified before it opens them (level-folder.ts), again in the background
 * (table-scrub.ts), and what it is about to read right before it does (read-guard.ts); each write looks whether the folder is
 * still there (folder-watch.ts). While something is wrong, every read or write that it could touch is refused.
 *
 * After a write that failed, on a full disk for instance, LevelDB goes on writing to the same log behind the torn record, at
 * places where it will not look when it is opened again: of twenty synced writes after a full disk had room again, none was
 * there after a restart. So nothing is written to a database with a failed write; the next write opens it again first, as
 * soon as there is room for that. Until then the old one goes on reading.
 */
export class LevelStore implements Store {
  readonly #folder: string;
  readonly #location: string;
  readonly #watch: FolderWatch;
  readonly #guard: ReadGuard;
  readonly #lastWrite: LastWrite;
  #db: Level;
  #scrub: TableScrub | null = null;
  /** Damage that was found since the start. Nothing is written meanwhile: LevelDB would carry it into new tables. */
  #damage: StoreError | null = null;
  #mustReopen = false;
  #closed = false;

  private constructor(folder: string, db: Level, { watch, lastWrite }: { watch: FolderWatch; lastWrite: LastWrite }) {
    this.#folder = folder;
    this.#location = databaseOf(folder);
    this.#db = db;
    this.#watch = watch;
    this.#guard = new ReadGuard(this.#location, watch);
    this.#lastWrite = lastWrite;
  }

  /**
   * Opens (and makes, if need be) the database in `dataFolder`, after all of it was verified. One process at a time can have it.
   * @throws StoreError when the folder cannot be used, or the database is damaged, with what to do about it.
   */
  static async open(dataFolder: string, { clock, onProgress }: LevelStoreOptions = {}): Promise<LevelStore> {
    const folder = resolve(dataFolder);
    const location = databaseOf(folder);
    try {
      await prepareFolder(folder, location);
      // Before LevelDB opens it, which skips what is damaged and throws the evidence away.
      const lastSequence = await inspectDataFolder(folder, {
        tables: true,
        ...(onProgress === undefined ? {} : { onProgress }),
      });
      await checkRoom(location);
      const db = await openLevel(location);
      try {
        const watch = await FolderWatch.begin(location, systemClock);
        const lastWrite = await LastWrite.open(folder, lastSequence);
        const store = new LevelStore(folder, db, { watch, lastWrite });
        if (clock !== undefined) store.#startScrub(clock);
        return store;
      } catch (error) {
        await db.close();
        throw error;
      }
    } catch (cause) {
      throw await storageProblem(folder, cause);
    }
  }

  async get(key: Uint8Array): Promise<Uint8Array | null> {
    await this.#explained(this.#guard.checkKey(key));
    return (await this.#inWords(this.#db.get(key))) ?? null;
  }

  async *read({ from, to }: KeyRange): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    const db = this.#db;
    const snapshot = db.snapshot();
    try {
      let checked = await this.#explained(this.#guard.checkRange(from, to));
      for (let start: Uint8Array | null = from; start !== null; ) {
        const end: Uint8Array | null = checked;
        // A piece ahead of the walk: behind what it gives, LevelDB looks on over all that was deleted.
        if (end !== null) checked = await this.#explained(this.#guard.checkRange(end, to));
        const iterator = db.iterator({ gte: start, lt: end ?? to, snapshot });
        try {
          for (;;) {
            const entries = await this.#inWords(iterator.nextv(READ_CHUNK));
            if (entries.length === 0) break;
            yield* entries;
          }
        } finally {
          await iterator.close();
        }
        start = end;
      }
    } finally {
      await snapshot.close();
    }
  }

  /** Without what was written last and is in no table yet: a few megabytes. */
  size(): Promise<number> {
    return this.#db.approximateSize(FIRST_KEY, LAST_KEY);
  }

  /** Without operations it only looks whether the storage would take any. */
  async write(operations: readonly Operation[]): Promise<void> {
    if (this.#closed) throw new Error('The store is closed.');
    if (this.#damage !== null) throw this.#damage;
    if (this.#mustReopen) await this.#reopen();
    // At the same time, so that nobody waits for it: the folder was there while the write was under way.
    const [written, looked] = await Promise.allSettled([this.#writeBatch(operations), this.#watch.check()]);
    if (written.status === 'rejected') this.#mustReopen = true;
    // Where both fail, the folder is why.
    if (looked.status === 'rejected') throw await this.#problem(looked.reason);
    if (written.status === 'rejected') throw written.reason;
    this.#lastWrite.add(operations.length);
  }

  async #writeBatch(operations: readonly Operation[]): Promise<void> {
    if (operations.length === 0) return;
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
    await this.#scrub?.stop();
    await this.#db.close();
    await this.#lastWrite.close();
  }

  async #reopen(): Promise<void> {
    // Another folder in its place is another database.
    await this.#explained(this.#watch.check());
    await checkRoom(this.#location);
    await this.#db.close();
    // What a failed write left in the log is dropped; what was acknowledged has to be there.
    const lastSequence = await inspectDataFolder(this.#folder, { tables: false, skipLogDamage: true });
    // Should this fail, the closed database refuses everything, and the next write tries again.
    this.#db = await openLevel(this.#location);
    this.#lastWrite.reset(lastSequence);
    this.#mustReopen = false;
  }

  #startScrub(clock: Clock): void {
    const onResult = async (found: unknown) => {
      this.#damage = found === null ? null : await this.#problem(found);
    };
    this.#scrub = new TableScrub(this.#location, { watch: this.#watch, clock, onResult });
    this.#scrub.start();
  }

  /** Waits for a look; what it finds is said with what to do. */
  async #explained<T>(look: Promise<T>): Promise<T> {
    try {
      return await look;
    } catch (cause) {
      throw await this.#problem(cause);
    }
  }

  /** Waits for a read of LevelDB; what it finds wrong with its files is said with what to do. */
  async #inWords<T>(read: Promise<T>): Promise<T> {
    try {
      return await read;
    } catch (cause) {
      const code = codeOf(cause);
      throw code === 'LEVEL_CORRUPTION' || code === 'LEVEL_IO_ERROR' ? await this.#problem(cause) : cause;
    }
  }

  async #problem(cause: unknown): Promise<StoreError> {
    if (cause instanceof FolderGoneError) {
      return new StoreError(
        `The folder ${this.#location} ${cause.message}, while the server runs. Nothing is stored until it is back as it was; to use what is there now, start the server again.`,
        { cause },
      );
    }
    const problem = await storageProblem(this.#folder, cause);
    if (cause instanceof DatabaseFileError) {
      this.#damage = problem;
      this.#scrub?.lookSoon();
    }
    return problem;
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

/** Makes what is missing of a data folder, and sees that it can be used. */
async function prepareFolder(folder: string, location: string): Promise<void> {
  try {
    await makeFolder(location);
    await access(location, constants.R_OK | constants.W_OK | constants.X_OK);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const code = codeOf(cause) ?? String(cause);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw cause;
    throw new StoreError(
      `The data folder ${folder} cannot be written (${code}). Give another with --data, or change its permissions.`,
      { cause },
    );
  }
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

/**
 * Every entry of a LevelDB folder that another program keeps, in the order of the keys. The folder is only read, and may be in use.
 * @throws StoreError
 */
export async function* readForeignLevel(folder: string): AsyncGenerator<readonly [key: Uint8Array, value: Uint8Array]> {
  try {
    const snapshot = await LevelSnapshot.open(folder);
    yield* snapshot.read({ from: new Uint8Array(0), to: null });
  } catch (cause) {
    if (!(cause instanceof DatabaseFileError)) throw await storageProblem(folder, cause);
    throw new StoreError(`The database in ${folder} cannot be opened: it is damaged (${cause.message}).`, { cause });
  }
}
