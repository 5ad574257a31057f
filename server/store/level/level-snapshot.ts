import { StoreError } from '../store.ts';
import {
  DatabaseFileError,
  type DatabaseFiles,
  listFiles,
  logsOf,
  readLogFile,
  readManifest,
  readManifestFile,
  tableName,
} from './database-files.ts';
import { compareVersions, parseInternalKey, type Version } from './internal-key.ts';
import type { Manifest, TableInfo } from './manifest.ts';
import { type OnDamage, SortedVersions, TableCursor, type VersionCursor } from './version-cursor.ts';
import type { WriteBatch } from './write-ahead-log.ts';

/** How often a database may change while it is opened for reading. */
const MAX_TRIES = 5;

/** What cannot be read: a part of the data, or only the list of the files, for which the files themselves stand in. */
export interface Loss {
  readonly of: 'data' | 'list';
  /** A file, and what is wrong with it. */
  readonly damage: string;
}

/** A table, and the first key in it. */
interface Source {
  readonly name: string;
  /** Null where nothing says what the table should be. */
  readonly info: TableInfo | null;
  readonly smallest: Uint8Array;
}

/**
 * Everything that a database holds at one moment, read without LevelDB: nothing is written, and the checksum of everything that
 * is read is compared. Another process may have it open; should that one drop a table meanwhile, reading ends with an error.
 */
export class LevelSnapshot {
  readonly #location: string;
  readonly #tables: readonly Source[];
  readonly #unflushed: readonly Version[];
  readonly #onDamage: OnDamage;

  private constructor(
    location: string,
    { tables, unflushed, onDamage }: { tables: readonly Source[]; unflushed: readonly Version[]; onDamage: OnDamage },
  ) {
    this.#location = location;
    this.#tables = [...tables].sort((a, b) => Buffer.compare(a.smallest, b.smallest));
    this.#unflushed = unflushed;
    this.#onDamage = onDamage;
  }

  /**
   * Reads a sound database. `read` throws when it is not.
   * @throws DatabaseFileError
   */
  static async open(location: string): Promise<LevelSnapshot> {
    for (let attempt = 1; ; attempt++) {
      const { manifest, bytes } = await readManifest(location);
      // After it, so that every file it names has been made.
      const files = await listFiles(location);
      try {
        const unflushed = await readLogs(logsOf(manifest, files), (name) => readLogFile(location, name));
        const onDamage: OnDamage = (file, damage) => {
          throw new DatabaseFileError(file, `: ${damage.message}`, { cause: damage });
        };
        return new LevelSnapshot(location, { tables: sourcesOf(manifest, files), unflushed, onDamage });
      } catch (error) {
        // LevelDB is done with a log that was there a moment ago.
        const now = await readManifest(location).catch(() => null);
        if (attempt === MAX_TRIES || now === null || now.bytes.equals(bytes)) throw error;
      }
    }
  }

  /**
   * Reads whatever can be read of a damaged database. `report` is told what cannot: a file, and what is wrong with it.
   * Where no MANIFEST can be believed, all tables and logs in the folder count. Null when nothing can be read.
   */
  static async salvage(location: string, report: (loss: Loss) => void): Promise<LevelSnapshot | null> {
    const files = await listFiles(location);
    const manifest = await newestManifest(location, files, report);
    const told = (error: unknown) => {
      report({ of: 'data', damage: error instanceof Error ? error.message : String(error) });
      return null;
    };
    if (manifest !== null)
      await Promise.resolve()
        .then(() => logsOf(manifest, files))
        .catch(told);
    const logs = [...files.logs].filter(([number]) => manifest === null || number >= manifest.logNumber);
    const names = logs.map(([, name]) => name);
    const unflushed = await readLogs(names, async (name) => {
      const whole = await readLogFile(location, name).catch(told);
      return whole ?? readLogFile(location, name, { skipDamage: true }).catch(() => []);
    });
    const tables: Source[] = [];
    for (const name of manifest === null
      ? files.tables.values()
      : sourcesOf(manifest, files).map((table) => table.name)) {
      const smallest = await firstKeyOf(location, name).catch(told);
      if (smallest !== null) tables.push({ name, info: null, smallest });
    }
    if (tables.length + unflushed.length === 0) return null;
    const onDamage: OnDamage = (file, damage) => told(new Error(`${file}: ${damage.message}`));
    return new LevelSnapshot(location, { tables, unflushed, onDamage });
  }

  /** The entries of a range in the order of their keys; without `to` up to the last one. */
  async *read({
    from,
    to,
  }: {
    from: Uint8Array;
    to: Uint8Array | null;
  }): AsyncGenerator<readonly [key: Uint8Array, value: Uint8Array]> {
    const cursors: VersionCursor[] = [new SortedVersions(this.#unflushed, from)];
    const waiting = this.#tables.slice();
    let last = null as Buffer | null;
    try {
      for (;;) {
        const next = await this.#next(cursors, waiting, from);
        if (next?.head == null || (to !== null && Buffer.compare(next.head.key, to) >= 0)) return;
        const { key, value } = next.head;
        next.advance();
        // Of several writes of one key the latest comes first, and counts.
        if (last !== null && key.equals(last)) continue;
        last = key;
        if (value !== null) yield [key, value];
      }
    } finally {
      for (const cursor of cursors) await cursor.close();
    }
  }

  /** The cursor with the next version; opens the tables that begin before it. */
  async #next(cursors: VersionCursor[], waiting: Source[], from: Uint8Array): Promise<VersionCursor | null> {
    for (;;) {
      const first = await firstOf(cursors);
      const table = waiting[0];
      const begins =
        first?.head == null || (table !== undefined && Buffer.compare(table.smallest, first.head.key) <= 0);
      if (table === undefined || !begins) return first;
      waiting.shift();
      cursors.push(await this.#open(table, from));
    }
  }

  async #open({ name, info }: Source, from: Uint8Array): Promise<TableCursor> {
    try {
      return await TableCursor.open(this.#location, name, { info, from, onDamage: this.#onDamage });
    } catch (cause) {
      const files = await listFiles(this.#location);
      const { manifest } = await readManifest(this.#location);
      if (info === null || manifest.tables.has(info.number)) throw cause;
      throw new StoreError(
        `The database ${this.#location} changed while it was read (${files.tables.size} tables now): another process writes to it. Stop that one, and try again.`,
        { cause },
      );
    }
  }
}

/** The cursor whose next version is the first of all. Those at their end are closed and taken out. */
async function firstOf(cursors: VersionCursor[]): Promise<VersionCursor | null> {
  let first: VersionCursor | null = null;
  for (let index = 0; index < cursors.length; ) {
    const cursor = cursors[index];
    if (cursor === undefined) break;
    if (cursor.head === null && !(await cursor.fill())) {
      cursors.splice(index, 1);
      await cursor.close();
      continue;
    }
    index += 1;
    if (cursor.head === null) continue;
    if (first?.head == null || compareVersions(cursor.head, first.head) < 0) first = cursor;
  }
  return first;
}

function sourcesOf({ tables }: Manifest, files: DatabaseFiles): Source[] {
  return [...tables.values()].map((info) => {
    return { name: tableName(info, files), info, smallest: parseInternalKey(info.smallest).key };
  });
}

/** The writes in some logs, in order. */
async function readLogs(
  names: readonly string[],
  read: (name: string) => Promise<readonly WriteBatch[]>,
): Promise<Version[]> {
  const versions: Version[] = [];
  for (const name of names) for (const { writes } of await read(name)) versions.push(...writes);
  return versions;
}

/** The MANIFEST in force; where that cannot be read, the latest one that can and whose tables are there. Null without any. */
async function newestManifest(
  location: string,
  files: DatabaseFiles,
  report: (loss: Loss) => void,
): Promise<Manifest | null> {
  try {
    return (await readManifest(location)).manifest;
  } catch (error) {
    report({ of: 'list', damage: error instanceof Error ? error.message : String(error) });
  }
  for (const name of [...files.manifests].sort().reverse()) {
    const found = await readManifestFile(location, name).catch(() => null);
    if (found === null) continue;
    if ([...found.manifest.tables.keys()].every((number) => files.tables.has(number))) return found.manifest;
  }
  return null;
}

/** The first key of a table, or none that is after it: what is damaged is told by the one who reads it. */
async function firstKeyOf(location: string, name: string): Promise<Uint8Array> {
  const damages: unknown[] = [];
  const onDamage: OnDamage = (_file, damage) => damages.push(damage);
  const cursor = await TableCursor.open(location, name, { info: null, from: new Uint8Array(0), onDamage });
  try {
    const isWhole = (await cursor.fill()) && damages.length === 0;
    return isWhole && cursor.head !== null ? cursor.head.key : new Uint8Array(0);
  } finally {
    await cursor.close();
  }
}
