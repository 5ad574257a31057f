import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { progressLines } from '../log/progress-lines.ts';
import { type Operation, type Store, StoreError } from '../store/store.ts';
import { ALL_DOCUMENTS, FORMAT_KEY, movedFromFormat1 } from './keys.ts';
import { decodeJsonRecord, encodeJsonRecord } from './record.ts';

/*
 * The format of a store: the layout in keys.ts and record.ts. A test opens a stored database of every format.
 *
 *   1   catalogue entries among the texts
 *   2   catalogue entries under a prefix of their own; log records with sections
 *
 * A store of format 1 is moved on when it is opened, in one batch: whatever happens meanwhile, it is one or the other.
 */

/** The format that this version writes. */
export const FORMAT = 2;

/** The format that it also reads. */
const FORMER_FORMAT = 1;

/** Stands in the place of the format until a restore has written everything. */
export const UNFINISHED = 'unfinished restore';

/** What the move to a newer format needs to tell how far it is. */
export interface MoveProgress {
  readonly clock: Clock;
  /** Takes a line for the person who runs the server. */
  readonly tell: (line: string) => void;
}

/**
 * Makes sure that a store is of the format that this version writes: marks a fresh one, and moves one of format 1 on.
 * @returns the store's id
 * @throws StoreError when it was written by a newer version or holds something else
 */
export async function openFormat(store: Store, progress: MoveProgress): Promise<string> {
  const stored = await store.get(FORMAT_KEY);
  if (stored === null) {
    const { storeId, operation } = newFormat();
    await store.write([operation]);
    return storeId;
  }
  const { format, id } = parseFormat(stored);
  const problem = formatProblem(format);
  if (problem !== null) throw new StoreError(problem);
  if (typeof id !== 'string') throw damagedFormat();
  if (format === FORMER_FORMAT) await moveFromFormat1(store, id, progress);
  return id;
}

/**
 * Looks whether this version can read a store that is only read, of any format that it knows. A damaged format record says
 * nothing against that.
 * @throws StoreError when it was written by a newer version, or a restore into it did not end
 */
export async function checkFormat(store: Pick<Store, 'read'>): Promise<void> {
  for await (const [, value] of store.read({ from: FORMAT_KEY, to: Buffer.concat([FORMAT_KEY, new Uint8Array(1)]) })) {
    let format: unknown;
    try {
      ({ format } = parseFormat(value));
    } catch (error) {
      if (error instanceof StoreError) return;
      throw error;
    }
    const problem = formatProblem(format);
    if (problem !== null) throw new StoreError(problem);
  }
}

/** The operation that marks a store as complete, with an id that no other store has. */
export function newFormat(): { storeId: string; operation: Operation } {
  const storeId = randomBytes(9).toString('base64url');
  return { storeId, operation: putFormat(storeId) };
}

/** Whether this version reads entries of a format. */
export function isKnownFormat(format: unknown): boolean {
  return format === FORMAT || format === FORMER_FORMAT;
}

function putFormat(storeId: string): Operation {
  return { type: 'put', key: FORMAT_KEY, value: encodeJsonRecord({ format: FORMAT, id: storeId }) };
}

/** Why this version cannot use a store of a format, in a sentence for the person who runs the server; null when it can. */
function formatProblem(format: unknown): string | null {
  if (format === UNFINISHED) {
    return 'A restore into this data folder did not end. Restore the backup again, into an empty folder.';
  }
  if (isKnownFormat(format)) return null;
  return `The data folder has the format ${JSON.stringify(format)}; this version of Coscribe reads format ${FORMAT} and older ones. Use the version that wrote it, or a newer one.`;
}

function parseFormat(stored: Uint8Array): { format?: unknown; id?: unknown } {
  try {
    return Object(decodeJsonRecord(stored));
  } catch (cause) {
    throw damagedFormat(cause);
  }
}

function damagedFormat(cause?: unknown): StoreError {
  return new StoreError(
    'The data folder is damaged: its format record cannot be read. Restore a backup into an empty folder: coscribe restore BACKUP --data FOLDER',
    { cause },
  );
}

/**
 * Gives all catalogue entries their keys of format 2, in one batch with the new format. To find them everything is read, once;
 * what an entry holds is not looked at, so that a damaged one stays as it is, and is refused alone.
 */
async function moveFromFormat1(store: Store, storeId: string, { clock, tell }: MoveProgress): Promise<void> {
  const operations: Operation[] = [];
  const tellNow = progressLines(clock, tell);
  let bytes = 0;
  for await (const [key, value] of store.read(ALL_DOCUMENTS)) {
    bytes += key.length + value.length;
    tellNow(
      () =>
        `Moving the data folder to format ${FORMAT}: ${Math.round(bytes / 2 ** 20).toLocaleString('en-US')} MB of documents read.`,
    );
    const moved = movedFromFormat1(key);
    if (moved !== key) operations.push({ type: 'del', key }, { type: 'put', key: moved, value });
  }
  await store.write([...operations, putFormat(storeId)]);
  if (operations.length > 0) {
    tell(`The data folder has format ${FORMAT} now. Older versions of Coscribe refuse it.`);
  }
}
