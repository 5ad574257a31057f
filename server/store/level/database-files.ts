import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FormatError } from './format-error.ts';
import { readLog } from './log-format.ts';
import { type Manifest, parseManifest, type TableInfo } from './manifest.ts';
import { parseWriteBatch, type WriteBatch } from './write-ahead-log.ts';

/** A file of a database is missing, damaged or cannot be read. `message` ends a sentence: the file, and what is wrong. */
export class DatabaseFileError extends Error {
  override readonly name = 'DatabaseFileError';
  readonly file: string;

  constructor(file: string, reason: string, options?: ErrorOptions) {
    super(`${file}${reason}`, options);
    this.file = file;
  }
}

/** The files of a database folder by what they are. */
export interface DatabaseFiles {
  readonly hasCurrent: boolean;
  readonly manifests: readonly string[];
  /** File names by number. */
  readonly tables: ReadonlyMap<number, string>;
  readonly logs: ReadonlyMap<number, string>;
}

/** What is in a database folder; nothing, when there is none. */
export async function listFiles(location: string): Promise<DatabaseFiles> {
  const names = await readdir(location).catch((error: unknown): string[] => {
    if (isMissing(error)) return [];
    throw error;
  });
  return {
    hasCurrent: names.includes('CURRENT'),
    manifests: names.filter((name) => /^MANIFEST-\d+$/.test(name)),
    tables: numbered(names, /^(\d+)\.(?:ldb|sst)$/),
    logs: numbered(names, /^(\d+)\.log$/),
  };
}

function numbered(names: readonly string[], pattern: RegExp): Map<number, string> {
  const found = names.flatMap((name) => {
    const number = pattern.exec(name)?.[1];
    return number === undefined ? [] : [[Number(number), name] as const];
  });
  return new Map(found.sort(([a], [b]) => a - b));
}

/** The name of the MANIFEST in force. */
async function readCurrent(location: string): Promise<string> {
  const text = await ofFile('CURRENT', () => readFile(join(location, 'CURRENT'), 'latin1'));
  const name = /^(MANIFEST-\d+)\n$/.exec(text)?.[1];
  if (name === undefined) throw new DatabaseFileError('CURRENT', ' does not hold the name of a MANIFEST');
  return name;
}

/** What the database consists of now, and the bytes that say so. */
export async function readManifest(location: string): Promise<{ manifest: Manifest; bytes: Buffer }> {
  return readManifestFile(location, await readCurrent(location));
}

/** The same for a MANIFEST of that name, in force or not. */
export function readManifestFile(location: string, name: string): Promise<{ manifest: Manifest; bytes: Buffer }> {
  return ofFile(name, async () => {
    const bytes = await readFile(join(location, name));
    return { manifest: parseManifest(bytes), bytes };
  });
}

/**
 * The write-ahead logs whose writes are in no table yet, in order.
 * @throws DatabaseFileError when one is missing
 */
export function logsOf({ logNumber, previousLog }: Manifest, { logs }: DatabaseFiles): string[] {
  if (logNumber > 0 && !logs.has(logNumber)) {
    throw new DatabaseFileError(`${String(logNumber).padStart(6, '0')}.log`, ' is missing');
  }
  return [...logs].filter(([number]) => number >= logNumber || number === previousLog).map(([, name]) => name);
}

/** The name of a table's file, also of one that is missing. */
export function tableName({ number }: TableInfo, { tables }: Pick<DatabaseFiles, 'tables'>): string {
  return tables.get(number) ?? `${String(number).padStart(6, '0')}.ldb`;
}

/** What a write-ahead log holds. With `skipDamage`, whatever can be read of it. */
export async function readLogFile(
  location: string,
  name: string,
  { skipDamage = false }: { skipDamage?: boolean } = {},
): Promise<WriteBatch[]> {
  return ofFile(name, async () => {
    const { records, damagedAt } = readLog(await readFile(join(location, name)), { skipDamage });
    if (damagedAt !== null && !skipDamage) throw new DatabaseFileError(name, `, byte ${damagedAt}`);
    return records.flatMap((record) => {
      try {
        return [parseWriteBatch(record)];
      } catch (error) {
        if (skipDamage && error instanceof FormatError) return [];
        throw error;
      }
    });
  });
}

/** Does something with a file of a database; what goes wrong names the file. */
export async function ofFile<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof FormatError) throw new DatabaseFileError(name, `: ${cause.message}`, { cause });
    if (isMissing(cause)) throw new DatabaseFileError(name, ' is missing', { cause });
    throw cause;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
