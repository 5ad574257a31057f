import { join } from 'node:path';
import {
  DatabaseFileError,
  type DatabaseFiles,
  listFiles,
  logsOf,
  ofFile,
  readLogFile,
  readManifest,
  tableName,
} from './database-files.ts';
import type { Manifest, TableInfo } from './manifest.ts';
import { Table } from './table.ts';

/** What LevelDB writes first when it makes a database. */
const FIRST_MANIFEST = 'MANIFEST-000001';

/** How often a database may change while it is looked at before that counts as damage. */
const MAX_TRIES = 5;

/** How far a check of all tables has come. */
export type VerifyProgress = (done: { readonly bytes: number; readonly of: number }) => void;

export interface VerifyOptions {
  /** Whether to read every block of every table, too. */
  readonly tables: boolean;
  /** Reads logs as LevelDB does: what cannot be read is passed over. */
  readonly skipLogDamage?: boolean;
  readonly onProgress?: VerifyProgress;
}

/** What a look at a database that is not open found. */
export type DatabaseState =
  | { readonly kind: 'fresh' }
  /** Sound. `lastSequence` is that of its last write. */
  | { readonly kind: 'sound'; readonly lastSequence: number };

/**
 * Reads everything that LevelDB would rely on if it opened this folder and never checks: the MANIFEST, the write-ahead logs, the
 * tables. Changes nothing. Should another process have it open, what is read is consistent all
 * the same.
 * @throws DatabaseFileError when anything is missing or damaged
 */
export async function verifyDatabase(
  location: string,
  { tables, skipLogDamage = false, onProgress = () => undefined }: VerifyOptions,
): Promise<DatabaseState> {
  for (let attempt = 1; ; attempt++) {
    const before = await listFiles(location);
    if (isFresh(before)) return { kind: 'fresh' };
    if (!before.hasCurrent)
      throw new DatabaseFileError('CURRENT', ' is missing, and other files of a database are there');
    const { manifest, bytes } = await readManifest(location);
    // Listed once more: LevelDB may have made a file since, and named it in the MANIFEST that was just read. It deletes none
    // before the MANIFEST says so.
    const files = await listFiles(location);
    try {
      const lastSequence = await lastSequenceOf(location, { manifest, files, skipLogDamage });
      if (tables) await verifyTables(location, { manifest, files }, onProgress);
      return { kind: 'sound', lastSequence };
    } catch (error) {
      // LevelDB has it open and is done with a file that was there a moment ago.
      const now = await readManifest(location).catch(() => null);
      if (attempt === MAX_TRIES || now === null || now.bytes.equals(bytes)) throw error;
    }
  }
}

/**
 * Whether nothing was ever stored here: no files, or what is left where the process ended while LevelDB made the database. Every
 * later MANIFEST has a higher number.
 */
function isFresh({ hasCurrent, manifests, tables, logs }: DatabaseFiles): boolean {
  const beginnings = manifests.filter((name) => name !== FIRST_MANIFEST);
  return !hasCurrent && beginnings.length + tables.size + logs.size === 0;
}

/** The sequence number of the last write in logs and tables. */
async function lastSequenceOf(
  location: string,
  { manifest, files, skipLogDamage }: { manifest: Manifest; files: DatabaseFiles; skipLogDamage: boolean },
): Promise<number> {
  let { lastSequence } = manifest;
  for (const name of logsOf(manifest, files)) {
    const batches = await readLogFile(location, name, { skipDamage: skipLogDamage });
    for (const batch of batches) lastSequence = Math.max(lastSequence, batch.lastSequence);
  }
  return lastSequence;
}

async function verifyTables(
  location: string,
  { manifest, files }: { manifest: Manifest; files: DatabaseFiles },
  onProgress: VerifyProgress,
): Promise<void> {
  const tables = [...manifest.tables.values()];
  const of = tables.reduce((sum, { bytes }) => sum + bytes, 0);
  let bytes = 0;
  for (const info of tables) {
    await verifyTable(location, info, files, (more) => {
      bytes += more;
      onProgress({ bytes, of });
    });
  }
}

/**
 * Checks every byte of one table.
 * @throws DatabaseFileError
 */
export async function verifyTable(
  location: string,
  info: TableInfo,
  files: DatabaseFiles,
  onBytes: (bytes: number) => unknown,
): Promise<void> {
  const name = tableName(info, files);
  await ofFile(name, async () => {
    const table = await Table.open(join(location, name), info.bytes);
    try {
      await table.verify(info, onBytes);
    } finally {
      await table.close();
    }
  });
}
