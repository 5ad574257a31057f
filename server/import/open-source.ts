import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { type ForeignDocument, ImportError } from './foreign-document.ts';
import { readHocuspocusSqlite } from './sqlite-source.ts';
import { readYLeveldb } from './y-leveldb-source.ts';

/** First bytes of every SQLite file. */
const SQLITE_MAGIC = 'SQLite format 3\0';

/** Files of a folder that are taken for one Yjs update each. */
const UPDATE_EXTENSIONS: ReadonlySet<string> = new Set(['.bin', '.yjs', '.ydoc', '.update']);

/**
 * The documents at `path`, whatever is there: a database folder of y-leveldb, a SQLite file of Hocuspocus, a file with one Yjs
 * update, or a folder of such files, each named as its document.
 * @throws ImportError when it is none of them.
 */
export async function openSource(path: string): Promise<AsyncIterable<ForeignDocument>> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new ImportError(`${path} cannot be read (${cause.code}).`, { cause });
  });
  if (!found.isDirectory()) return (await isSqlite(path)) ? readHocuspocusSqlite(path) : readUpdateFiles([path]);
  const names = await readdir(path);
  if (names.includes('CURRENT')) return readYLeveldb(path);
  const files = names.filter((name) => UPDATE_EXTENSIONS.has(extname(name)));
  if (files.length === 0) {
    throw new ImportError(
      `In ${path} is neither a database of y-leveldb nor a file that ends in ${[...UPDATE_EXTENSIONS].join(', ')}.`,
    );
  }
  return readUpdateFiles(files.sort().map((name) => join(path, name)));
}

async function isSqlite(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SQLITE_MAGIC.length), 0, SQLITE_MAGIC.length, 0);
    return buffer.subarray(0, bytesRead).toString('latin1') === SQLITE_MAGIC;
  } finally {
    await handle.close();
  }
}

async function* readUpdateFiles(files: readonly string[]): AsyncGenerator<ForeignDocument> {
  for (const file of files) {
    const name = basename(file, extname(file));
    yield { name, updates: [await readFile(file)] };
  }
}
