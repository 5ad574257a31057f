import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { systemClock } from '../clock.ts';
import { fromFormat1 } from '../document/all-entries.ts';
import { BackupError, type BackupHeader, decodeBackup, type Entry } from '../document/backup-format.ts';
import { checkFormat, FORMAT, isKnownFormat } from '../document/data-format.ts';
import { backupOf } from '../document/documents.ts';
import type { Loss } from '../store/level/level-snapshot.ts';
import type { VerifyProgress } from '../store/level/verify-database.ts';
import { inspectDataFolder, readDamagedDatabase, readDatabase } from '../store/level-folder.ts';
import { storageProblem } from '../store/storage-problem.ts';
import { askForBackup } from './admin-endpoint.ts';
import { CommandError } from './command-error.ts';

/** Everything that a data folder or a backup holds, as of one moment, with the keys of this version's format. */
export interface DataSource {
  readonly header: BackupHeader;
  /** To be iterated once. Throws CommandError when it turns out to be damaged or incomplete. */
  readonly entries: AsyncIterable<Entry>;
  close(): Promise<void>;
}

/**
 * Reads a data folder: through the server that runs on it, else its files. Nothing in the folder is changed. With `onProgress` all
 * of its files are verified first, also those that a server uses.
 */
export async function readDataFolder(
  dataFolder: string,
  { onProgress }: { onProgress?: VerifyProgress } = {},
): Promise<DataSource> {
  const folder = resolve(dataFolder);
  await checkHasData(folder);
  if (onProgress !== undefined) await inspectDataFolder(folder, { tables: true, onProgress });
  const answer = await askForBackup(folder);
  if (answer !== null) return readStream(`The answer of the server of ${folder}`, answer);
  const store = await readDatabase(folder);
  if (store === null) throw noDocuments(folder);
  await checkFormat(store);
  return readStream(`The database in ${folder}`, backupOf(store, systemClock));
}

/**
 * Reads what is left of a damaged data folder. No server may run on it. `report` is told what cannot be read: a file, and what
 * is wrong with it.
 */
export async function readDamagedFolder(dataFolder: string, report: (loss: Loss) => void): Promise<DataSource> {
  const folder = resolve(dataFolder);
  await checkHasData(folder);
  if ((await askForBackup(folder)) !== null) {
    throw new CommandError(`A server runs on ${folder}. Stop it first, so that the damaged files stay as they are.`);
  }
  const store = await readDamagedDatabase(folder, report);
  await checkFormat(store);
  return readStream(`What is left in ${folder}`, backupOf(store, systemClock));
}

/** Reads a stream in the format of backups. `what` begins the sentence that says what is wrong with it. */
export async function readStream(
  what: string,
  chunks: AsyncIterable<Uint8Array>,
  close: () => Promise<void> = async () => undefined,
): Promise<DataSource> {
  try {
    const { header, entries } = await decodeBackup(explained(what, chunks));
    const { format, createdAt } = header;
    if (!isKnownFormat(format)) {
      throw new CommandError(
        `${what} holds data of the format ${format}, and this version of Coscribe reads format ${FORMAT} and older ones. Use the version that wrote it, or a newer one.`,
      );
    }
    const moved = format === FORMAT ? entries : fromFormat1(entries);
    return { header: { format: FORMAT, createdAt }, entries: explained(what, moved), close };
  } catch (error) {
    await close();
    throw asCommandError(what, error);
  }
}

/** The same, with what goes wrong in it as a sentence. */
async function* explained<T>(what: string, source: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* source;
  } catch (error) {
    throw asCommandError(what, error);
  }
}

function asCommandError(what: string, error: unknown): unknown {
  if (error instanceof BackupError) return new CommandError(`${what} cannot be used: ${error.message}.`);
  if (!(error instanceof Error) || !('code' in error)) return error;
  if (error.code === 'ECONNRESET') return new CommandError(`${what} ended early: the server was stopped. Try again.`);
  return new CommandError(`${what} cannot be read (${error.message}).`, { cause: error });
}

/** @throws CommandError when there are no documents in a folder */
export async function checkHasData(folder: string): Promise<void> {
  const found = await stat(join(folder, 'leveldb')).catch(async (cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw await storageProblem(folder, cause);
    return null;
  });
  if (found?.isDirectory() === true) return;
  // Without the database, but with what stands beside it: it was there once.
  await inspectDataFolder(folder, { tables: false });
  throw noDocuments(folder);
}

function noDocuments(folder: string): CommandError {
  return new CommandError(`There are no documents in ${folder}. Give the server's data folder with --data.`);
}
