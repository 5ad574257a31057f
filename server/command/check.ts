import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../clock.ts';
import { byDocument, inspect } from '../document/inspection.ts';
import type { VerifyProgress } from '../store/level/verify-database.ts';
import { count } from './backup.ts';
import { findBackupFile, readBackupFile } from './backup-file.ts';
import { type DataSource, readDataFolder } from './data-source.ts';
import type { Terminal } from './terminal.ts';
import { verifyProgress } from './verify-progress.ts';

/**
 * `coscribe check`: reads every record of a data folder or a backup and loads every document, whether a server runs or
 * not, and says what is wrong and what to do.
 * @returns the exit code: 1 when anything is wrong
 */
export async function check({ at, data }: { at: string | null; data: string }, terminal: Terminal): Promise<number> {
  const source = await open(
    at,
    data,
    verifyProgress(systemClock, (line) => terminal.warn(line)),
  );
  let [documents, damaged] = [0, 0];
  try {
    for await (const stored of byDocument(source.entries)) {
      if (stored.name !== null) documents += 1;
      const problems = await inspect(stored, { load: true });
      for (const problem of problems) terminal.warn(`${stored.name ?? 'The store'}: ${problem}.`);
      if (problems.length > 0) damaged += 1;
    }
  } finally {
    await source.close();
  }
  if (damaged === 0) {
    terminal.say(`${count(documents, 'document')} read, nothing is wrong.`);
    return 0;
  }
  terminal.warn(
    `${count(documents, 'document')} read, ${damaged} damaged; nobody can open these. Stop the server and restore a backup from before ` +
      '(coscribe restore BACKUP --data NEW_FOLDER), or save what can be read (coscribe backup DIR --salvage) and restore that.',
  );
  return 1;
}

/** What is at a path: a data folder, a backup, or a folder of backups. Without one, the data folder of the settings. */
async function open(at: string | null, data: string, onProgress: VerifyProgress): Promise<DataSource> {
  if (at === null) return readDataFolder(data, { onProgress });
  const isDataFolder = (await stat(join(at, 'leveldb')).catch(() => null)) !== null;
  return isDataFolder ? readDataFolder(at, { onProgress }) : readBackupFile(await findBackupFile(at));
}
