import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { CommandError, reasonOf } from './command-error.ts';
import { type DataSource, readStream } from './data-source.ts';

const SUFFIX = '.backup';

/**
 * Writes a backup into `folder`, which is made when missing, under a name that tells its time. The file gets its name only
 * when it is complete and on disk.
 * @returns its path and size in bytes
 */
export async function writeBackupFile(
  folder: string,
  createdAt: string,
  stream: AsyncIterable<Uint8Array>,
): Promise<{ path: string; bytes: number }> {
  const path = join(resolve(folder), `coscribe-${createdAt.replaceAll(':', '-').replace(/\.\d+Z$/, 'Z')}${SUFFIX}`);
  const unfinished = `${path}.unfinished`;
  if ((await stat(path).catch(() => null)) !== null) {
    throw new CommandError(`${path} exists already; nothing was written. Try again in a second.`);
  }
  let bytes = 0;
  try {
    await mkdir(folder, { recursive: true });
    const file = await open(unfinished, 'wx', 0o600);
    try {
      for await (const chunk of stream) {
        await file.writeFile(chunk);
        bytes += chunk.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
    await syncFolder(folder);
  } catch (cause) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    if (cause instanceof CommandError || !(cause instanceof Error) || !('syscall' in cause)) throw cause;
    throw new CommandError(`The backup cannot be written to ${folder} (${reasonOf(cause)}); nothing is left of it.`, {
      cause,
    });
  }
  return { path, bytes };
}

/** The backup at a path: the file itself, or the newest one in a folder. */
export async function findBackupFile(path: string): Promise<string> {
  const found = await stat(path).catch((cause: unknown) => {
    if (reasonOf(cause) !== 'ENOENT') throw unreadable(path, cause);
    return null;
  });
  if (found === null)
    throw new CommandError(`There is nothing at ${resolve(path)}. Give a backup, or a folder of them.`);
  if (!found.isDirectory()) return resolve(path);
  // Their names sort by time.
  const names = await readdir(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const newest = names
    .filter((name) => name.endsWith(SUFFIX))
    .sort()
    .at(-1);
  if (newest === undefined) throw new CommandError(`There is no backup in ${resolve(path)}.`);
  return resolve(path, newest);
}

function unreadable(path: string, cause: unknown): CommandError {
  return new CommandError(
    `${resolve(path)} cannot be read (${reasonOf(cause)}). Run the command as a user who may, or change its permissions.`,
    { cause },
  );
}

/** Reads a backup from its file. */
export async function readBackupFile(path: string): Promise<DataSource> {
  return readStream(`The backup ${basename(path)}`, createReadStream(path, { highWaterMark: 256 * 1024 }));
}

/** Makes a new name in a folder survive a power failure. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
