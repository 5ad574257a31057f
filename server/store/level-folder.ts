import { join, resolve } from 'node:path';
import { LAST_WRITE_FILE, readLastWrite } from './last-write.ts';
import { DatabaseFileError } from './level/database-files.ts';
import { LevelSnapshot, type Loss } from './level/level-snapshot.ts';
import { type VerifyOptions, verifyDatabase } from './level/verify-database.ts';
import { storageProblem } from './storage-problem.ts';
import { type Store, StoreError } from './store.ts';

/** Where the database of a data folder is. */
export function databaseOf(dataFolder: string): string {
  return join(resolve(dataFolder), 'leveldb');
}

/**
 * Looks at the database of a data folder without opening it for writing: every file that LevelDB relies on (with `tables` every
 * block of every table), and whether everything that was acknowledged is in there.
 * @returns the sequence number of the last write in there; 0 when nothing was ever stored
 * @throws StoreError with the cause by its name, and what to do
 */
export async function inspectDataFolder(dataFolder: string, options: VerifyOptions): Promise<number> {
  const folder = resolve(dataFolder);
  try {
    // First, so that what a process writes meanwhile is in the database and not only in here.
    const lastWrite = await readLastWrite(folder);
    const state = await verifyDatabase(databaseOf(folder), options);
    const lastSequence = state.kind === 'sound' ? state.lastSequence : 0;
    if (lastSequence < lastWrite) throw lostWrites(folder, { lastSequence, lastWrite });
    return lastSequence;
  } catch (cause) {
    throw await storageProblem(folder, cause);
  }
}

/** What a data folder holds, for reading only. */
export type ReadOnlyStore = Pick<Store, 'read'>;

/**
 * Opens the database of a data folder for reading; null when nothing was ever stored. A process may use it meanwhile.
 * @throws StoreError also while reading
 */
export async function readDatabase(dataFolder: string): Promise<ReadOnlyStore | null> {
  const folder = resolve(dataFolder);
  if ((await inspectDataFolder(folder, { tables: false })) === 0) return null;
  try {
    return explained(folder, await LevelSnapshot.open(databaseOf(folder)));
  } catch (cause) {
    throw await storageProblem(folder, cause);
  }
}

/**
 * The same for a damaged database: whatever can still be read, without changing anything.
 * @throws StoreError when nothing can be read
 */
export async function readDamagedDatabase(dataFolder: string, report: (loss: Loss) => void): Promise<ReadOnlyStore> {
  const folder = resolve(dataFolder);
  try {
    const snapshot = await LevelSnapshot.salvage(databaseOf(folder), report);
    if (snapshot === null) throw new StoreError(`Nothing can be read of the database in ${folder}.`);
    return explained(folder, snapshot);
  } catch (cause) {
    throw await storageProblem(folder, cause);
  }
}

function explained(folder: string, snapshot: LevelSnapshot): ReadOnlyStore {
  return {
    read: async function* (range) {
      try {
        yield* snapshot.read(range);
      } catch (cause) {
        throw await storageProblem(folder, cause);
      }
    },
  };
}

function lostWrites(folder: string, { lastSequence, lastWrite }: { lastSequence: number; lastWrite: number }): Error {
  return new DatabaseFileError(
    'leveldb/',
    ` lacks the last ${lastWrite - lastSequence} of ${lastWrite} writes that were acknowledged: a file was cut off, or is older than ` +
      `${join(folder, LAST_WRITE_FILE)}, which you may delete if you put an older copy there yourself`,
  );
}
