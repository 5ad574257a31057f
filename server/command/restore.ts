import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { byDocument, inspect } from '../document/inspection.ts';
import { restore as restoreInto } from '../document/restore.ts';
import { LevelStore } from '../store/level-store.ts';
import { count } from './backup.ts';
import { findBackupFile, readBackupFile } from './backup-file.ts';
import { CommandError, reasonOf } from './command-error.ts';
import type { Terminal } from './terminal.ts';

/**
 * `coscribe restore BACKUP --data FOLDER`: makes a data folder of a backup. Everything is checked before anything is
 * written, and only an empty or missing folder is written to.
 */
export async function restore({ from, data }: { from: string; data: string }, terminal: Terminal): Promise<number> {
  const folder = resolve(data);
  await checkIsEmpty(folder);
  const path = await findBackupFile(from);
  await checkBackup(path);
  const source = await readBackupFile(path);
  const store = await LevelStore.open(folder);
  try {
    const documents = await restoreInto(store, source.entries);
    terminal.say(`${count(documents, 'document')} of ${source.header.createdAt} in ${folder}.`);
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    throw new CommandError(`The restore into ${folder} failed (${reasonOf(cause)}). Empty the folder and try again.`, {
      cause,
    });
  } finally {
    await store.close();
  }
  return 0;
}

async function checkIsEmpty(folder: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    if (reasonOf(cause) === 'ENOENT') return;
    throw new CommandError(`The data folder ${folder} cannot be read (${reasonOf(cause)}).`, { cause });
  }
  if (names.length === 0) return;
  throw new CommandError(`The data folder ${folder} is not empty. Give an empty or new one with --data.`);
}

async function checkBackup(path: string): Promise<void> {
  const { entries } = await readBackupFile(path);
  for await (const stored of byDocument(entries)) {
    const [problem] = await inspect(stored, { load: false });
    if (problem === undefined) continue;
    throw new CommandError(
      `The backup ${path} holds damage (${stored.name ?? 'the store'}: ${problem}); nothing was written. Use another one.`,
    );
  }
}
