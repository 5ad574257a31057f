import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { type DatabaseFiles, listFiles, logsOf, readManifest, tableName } from './database-files.ts';
import type { TableInfo } from './manifest.ts';

/** A folder of an open database is not what it was. `message` ends a sentence that begins with the folder. */
export class FolderGoneError extends Error {
  override readonly name = 'FolderGoneError';
}

/** How far two changes of a folder lie apart at least that have different times, in milliseconds; generously. */
const COARSE_TIME = 100;

/** What tells one file from another with the same name. */
interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/**
 * Whether the folder of an open database is still the one that was opened, with all its files. LevelDB never looks: it goes on
 * writing into files that were deleted. One `stat` tells when nothing changed in the folder, which is nearly always; else the
 * files are compared with the MANIFEST.
 */
export class FolderWatch {
  readonly #location: string;
  readonly #clock: Clock;
  readonly #folder: Identity;
  readonly #lock: Identity;
  /** Of the folder when its files were last found to be all there. */
  #seenAt: bigint | null = null;
  #tables: ReadonlyMap<number, TableInfo> = new Map();
  #files: DatabaseFiles | null = null;
  #looking: Promise<void> | null = null;
  #nextLook: Promise<void> | null = null;

  private constructor(location: string, { folder, lock, clock }: { folder: Identity; lock: Identity; clock: Clock }) {
    this.#location = location;
    this.#clock = clock;
    this.#folder = folder;
    this.#lock = lock;
  }

  /** Watches a database that LevelDB has just opened. */
  static async begin(location: string, clock: Clock): Promise<FolderWatch> {
    const [folder, lock] = await Promise.all([identityOf(location), identityOf(join(location, 'LOCK'))]);
    const watch = new FolderWatch(location, { folder, lock, clock });
    await watch.check();
    return watch;
  }

  /** The tables of the database when it was last looked at. */
  get tables(): ReadonlyMap<number, TableInfo> {
    return this.#tables;
  }

  /** The name of the file of one of the tables. */
  nameOf(info: TableInfo): string {
    return tableName(info, this.#files ?? { tables: new Map() });
  }

  /** @throws FolderGoneError */
  async check(): Promise<void> {
    const now = await stat(this.#location, { bigint: true }).catch((cause: unknown) => {
      throw gone(cause);
    });
    if (!isSame(now, this.#folder)) throw new FolderGoneError('was replaced by another one');
    if (now.mtimeNs !== this.#seenAt) await this.look();
  }

  /**
   * Compares the files with the MANIFEST, whether anything seems to have changed or not.
   * @throws FolderGoneError
   */
  look(): Promise<void> {
    if (this.#looking === null) {
      this.#looking = this.#compare().finally(() => {
        this.#looking = null;
      });
      return this.#looking;
    }
    // The one under way may have read what was true before; all who ask meanwhile share the next.
    const again = () => {
      this.#nextLook = null;
      return this.look();
    };
    this.#nextLook ??= this.#looking.then(again, again);
    return this.#nextLook;
  }

  async #compare(): Promise<void> {
    const { mtimeNs } = await stat(this.#location, { bigint: true }).catch((cause: unknown) => {
      throw gone(cause);
    });
    const lock = await identityOf(join(this.#location, 'LOCK')).catch((cause: unknown) => {
      throw gone(cause);
    });
    if (!isSame(lock, this.#lock)) throw new FolderGoneError('was taken over by another process');
    for (let attempt = 1; ; attempt++) {
      const { manifest, bytes } = await readManifest(this.#location).catch(rethrowGone);
      const files = await listFiles(this.#location).catch(rethrowGone);
      const missing = [...manifest.tables.keys()].find((number) => !files.tables.has(number));
      const reason = missing === undefined ? logProblem(() => logsOf(manifest, files)) : `lacks the table ${missing}`;
      if (reason === null) {
        this.#tables = manifest.tables;
        this.#files = files;
        // Times are coarse: a folder that has just changed may change again without another one.
        const age = this.#clock.date() - Number(mtimeNs / 1_000_000n);
        this.#seenAt = age > COARSE_TIME ? mtimeNs : null;
        return;
      }
      // LevelDB may have dropped it since, and then the MANIFEST says so.
      const now = await readManifest(this.#location).catch(rethrowGone);
      if (now.bytes.equals(bytes) || attempt === 5) throw new FolderGoneError(reason);
    }
  }
}

function logProblem(look: () => unknown): string | null {
  try {
    look();
    return null;
  } catch (error) {
    return `lacks a file (${error instanceof Error ? error.message : error})`;
  }
}

async function identityOf(path: string): Promise<Identity> {
  const { dev, ino } = await stat(path, { bigint: true });
  return { dev, ino };
}

function isSame(a: Identity, b: Identity): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

function rethrowGone(cause: unknown): never {
  throw gone(cause);
}

function gone(cause: unknown): FolderGoneError {
  const reason =
    cause instanceof Error && 'code' in cause ? cause.code : cause instanceof Error ? cause.message : cause;
  return new FolderGoneError(`cannot be found any more (${reason})`, { cause });
}
