import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import { type ForeignDocument, ImportError } from './foreign-document.ts';
import { readHocuspocusSqlite } from './sqlite-source.ts';
import { readYLeveldb } from './y-leveldb-source.ts';

/** First bytes of every SQLite file. */
const SQLITE_MAGIC = 'SQLite format 3\0';

/** Files that are taken for one Yjs update each. */
const UPDATE_EXTENSIONS: ReadonlySet<string> = new Set(['.bin', '.yjs', '.ydoc', '.update']);

/** Files that are taken for the text of a document each. */
const TEXT_EXTENSIONS: ReadonlySet<string> = new Set(['.md', '.markdown', '.txt']);

/** What is at a path. */
export interface Source {
  readonly documents: AsyncIterable<ForeignDocument>;
  /** How many files beside them are none that can be taken. */
  readonly otherFiles: number;
}

/**
 * The documents at `path`, whatever is there: a database folder of y-leveldb, a SQLite file of Hocuspocus, a file with one Yjs
 * update or text, or a folder of such files with those in its folders, each named as its document: `team/plan.md` is `team/plan`.
 * What begins with a dot is passed over.
 * @throws ImportError when it is none of them.
 */
export async function openSource(path: string): Promise<Source> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new ImportError(`${path} cannot be read (${cause.code}).`, { cause });
  });
  if (!found.isDirectory()) {
    if (await isSqlite(path)) return { documents: readHocuspocusSqlite(path), otherFiles: 0 };
    return { documents: readFiles(dirname(path), [basename(path)]), otherFiles: 0 };
  }
  if ((await readdir(path)).includes('CURRENT')) return { documents: readYLeveldb(path), otherFiles: 0 };
  const names = await filesBelow(path);
  const files = names.filter((name) => UPDATE_EXTENSIONS.has(endingOf(name)) || TEXT_EXTENSIONS.has(endingOf(name)));
  if (files.length === 0) {
    const endings = [...UPDATE_EXTENSIONS, ...TEXT_EXTENSIONS].join(', ');
    throw new ImportError(`In ${path} is neither a database of y-leveldb nor a file that ends in ${endings}.`);
  }
  return { documents: readFiles(path, files), otherFiles: names.length - files.length };
}

/** The files of a folder and of those in it, by their paths from there, in order. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((name) => !name.split('/').some((part) => part.startsWith('.')))
    .sort();
}

function endingOf(file: string): string {
  return extname(file).toLowerCase();
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

async function* readFiles(folder: string, files: readonly string[]): AsyncGenerator<ForeignDocument> {
  for (const file of files) {
    const name = file.slice(0, file.length - extname(file).length);
    const content = await readFile(join(folder, file)).catch((cause: NodeJS.ErrnoException) => {
      throw new ImportError(`${join(folder, file)} cannot be read (${cause.code}).`, { cause });
    });
    if (TEXT_EXTENSIONS.has(endingOf(file))) yield { kind: 'text', name, content, title: basename(file) };
    else yield { kind: 'yjs', name, updates: [content] };
  }
}
