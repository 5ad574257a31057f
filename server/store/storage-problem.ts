import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseFileError } from './level/database-files.ts';
import { StoreError } from './store.ts';

/** What LevelDB says in the messages of its own errors, and the code of the same system call. */
const LEVEL_TEXTS: readonly (readonly [text: string, code: string])[] = [
  ['Permission denied', 'EACCES'],
  ['No space left on device', 'ENOSPC'],
  ['Disk quota exceeded', 'EDQUOT'],
  ['File too large', 'EFBIG'],
  ['Read-only file system', 'EROFS'],
  ['Too many open files', 'EMFILE'],
  ['Input/output error', 'EIO'],
];

/** What went wrong: the code of the system call, and the file where it is known. */
interface Fault {
  readonly code: string;
  readonly path: string | null;
}

/**
 * Why a data folder cannot be used, as one sentence for the person who runs the server: the cause by its name, and what to
 * do. Only what is damaged is called damaged.
 */
export async function storageProblem(folder: string, cause: unknown): Promise<StoreError> {
  if (cause instanceof StoreError) return cause;
  if (cause instanceof DatabaseFileError) return damaged(folder, cause.message, cause);
  const fault = faultOf(cause);
  const at = fault.path ?? folder;
  switch (fault.code) {
    case 'LEVEL_LOCKED':
      return new StoreError(
        `The data folder ${folder} is in use by another process. Stop that one, or give another folder with --data.`,
        { cause },
      );
    case 'EACCES':
    case 'EPERM':
      return new StoreError(
        `${at} cannot be used (${fault.code}): ${await whoMayNot(at)}. Run the command as the user who runs the server, or give everything in ${folder} to this one (chown -R).`,
        { cause },
      );
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new StoreError(
        `There is no room left on the disk of ${folder} (${fault.code}). Make some, then try again; nothing is damaged.`,
        { cause },
      );
    case 'EROFS':
      return new StoreError(
        `The disk of ${folder} can only be read (EROFS). Mount it for writing, or give another folder with --data.`,
        { cause },
      );
    case 'EMFILE':
    case 'ENFILE':
      return new StoreError(
        `Too many files are open to read ${folder} (${fault.code}). Allow this process more: ulimit -n, LimitNOFILE.`,
        { cause },
      );
    case 'EIO':
      return new StoreError(
        `The disk does not give back ${at} (EIO). Look at the disk first; then ${WAYS_OUT(folder)}`,
        { cause },
      );
    case 'LEVEL_CORRUPTION':
      return damaged(folder, cause instanceof Error ? cause.message : String(cause), cause);
    default:
      return new StoreError(
        `The folder ${at} cannot be used (${fault.code}). Give another with --data, or mend this one.`,
        { cause },
      );
  }
}

const WAYS_OUT = (folder: string) =>
  `restore a backup into a new folder: coscribe restore BACKUP --data NEW_FOLDER. ` +
  `Without one, save what can be read: coscribe backup DIR --salvage --data ${folder}`;

/** The database is not what was written. */
export function damaged(folder: string, reason: string, cause?: unknown): StoreError {
  const waysOut = WAYS_OUT(folder);
  return new StoreError(
    `The database in ${folder} is damaged (${reason}). ${waysOut.charAt(0).toUpperCase()}${waysOut.slice(1)}`,
    { cause },
  );
}

function faultOf(error: unknown): Fault {
  if (!(error instanceof Error)) return { code: String(error), path: null };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.message;
  if (code === 'LEVEL_IO_ERROR') {
    const path = /(\/.*?): /.exec(error.message)?.[1] ?? null;
    const known = LEVEL_TEXTS.find(([text]) => error.message.includes(text));
    return { code: known?.[1] ?? error.message, path };
  }
  return { code, path: 'path' in error && typeof error.path === 'string' ? error.path : null };
}

/** Whose a file is, and who asks. Of a file that cannot even be seen, the folder that hides it. */
async function whoMayNot(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (found === null) return dirname(path) === path ? 'this user may not' : whoMayNot(dirname(path));
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
  return `this user (uid ${process.geteuid?.() ?? 'unknown'}) may not, ${path} belongs to the user with uid ${found.uid}, mode ${mode}`;
}
