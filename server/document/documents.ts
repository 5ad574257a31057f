import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import { type Operation, type Store, StoreError } from '../store/store.ts';
import { type AccessRecord, decodeAccessRecord, encodeAccessRecord } from './access-record.ts';
import { encodeBackup } from './backup-format.ts';
import { type CatalogueEntry, decodeCatalogueEntry } from './catalogue.ts';
import { CommitQueue } from './commit-queue.ts';
import { Document } from './document.ts';
import { ALL_KEYS, accessKey, catalogueKey, FORMAT_KEY, SECRET_KEY } from './keys.ts';
import { decodeJsonRecord, encodeJsonRecord } from './record.ts';
import { ServerRecords } from './server-records.ts';
import { STATE_WORK_HERE, type StateWork } from './state-work.ts';

/** Version of the layout in keys.ts and record.ts. A test opens a stored database of every version. */
export const FORMAT = 1;

/** Stands in the place of the format until a restore has written everything. */
export const UNFINISHED = 'unfinished restore';

/** All documents of one store. Opening one twice is the caller's to prevent: the registry of rooms does. */
export class Documents {
  readonly commits: CommitQueue;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #storeId: string;
  /** Access records on their way to the disk, which reads must see already. */
  readonly #unstoredAccess = new Map<string, AccessRecord>();
  /** What the server keeps beside documents. */
  readonly records: ServerRecords;
  /** Work on big states, for anyone who has one. */
  readonly states: StateWork;

  private constructor(store: Store, clock: Clock, commits: CommitQueue, storeId: string, states: StateWork) {
    this.commits = commits;
    this.records = new ServerRecords(store, commits);
    this.states = states;
    this.#store = store;
    this.#clock = clock;
    this.#storeId = storeId;
  }

  /**
   * Takes a store into use; a fresh one is marked with the format and an id of its own.
   * @throws StoreError when it was written by a newer version or holds something else.
   */
  static async open(
    store: Store,
    clock: Clock,
    logger: Logger,
    { maxUnstoredBytes, states = STATE_WORK_HERE }: { maxUnstoredBytes?: number; states?: StateWork } = {},
  ): Promise<Documents> {
    const commits = new CommitQueue(store, clock, logger, maxUnstoredBytes);
    const stored = await store.get(FORMAT_KEY);
    if (stored !== null) return new Documents(store, clock, commits, readFormat(stored), states);
    const { storeId, operation } = newFormat();
    await store.write([operation]);
    return new Documents(store, clock, commits, storeId, states);
  }

  /** A handle on the document `name`, which may not exist yet. Call its `load` before anything else. */
  document(name: string): Document {
    return new Document(name, {
      store: this.#store,
      commits: this.commits,
      clock: this.#clock,
      storeId: this.#storeId,
      states: this.states,
    });
  }

  /** The stored catalogue entry, or null when the document does not exist. */
  async entry(name: string): Promise<CatalogueEntry | null> {
    const value = await this.#store.get(catalogueKey(name));
    return value === null ? null : decodeCatalogueEntry(value);
  }

  /** Who has access to a document; null when nothing was ever said, whether it exists or not. */
  async access(name: string): Promise<AccessRecord | null> {
    const unstored = this.#unstoredAccess.get(name);
    if (unstored !== undefined) return unstored;
    const value = await this.#store.get(accessKey(name));
    return this.#unstoredAccess.get(name) ?? (value === null ? null : decodeAccessRecord(value));
  }

  /** Keeps an access record; `access` has it at once. Resolves when it is on disk. */
  setAccess(name: string, record: AccessRecord): Promise<void> {
    this.#unstoredAccess.set(name, record);
    return new Promise((resolve) => {
      const operation: Operation = { type: 'put', key: accessKey(name), value: encodeAccessRecord(record) };
      this.commits.enqueue([operation], () => {
        if (this.#unstoredAccess.get(name) === record) this.#unstoredAccess.delete(name);
        resolve();
      });
    });
  }

  /** The server's own secret, made when it is first asked for. It belongs to the data: a backup holds it. */
  async secret(): Promise<Buffer> {
    const stored = await this.#store.get(SECRET_KEY);
    if (stored !== null) return readSecret(stored);
    const secret = randomBytes(32);
    const value = encodeJsonRecord({ secret: secret.toString('base64url') });
    await this.#store.write([{ type: 'put', key: SECRET_KEY, value }]);
    return secret;
  }

  /** A backup of everything that is stored at this moment, in pieces, while others go on writing. */
  backup(): AsyncIterable<Uint8Array> {
    return backupOf(this.#store, this.#clock);
  }
}

/** A backup of a store that no `Documents` uses. */
export function backupOf(store: Pick<Store, 'read'>, clock: Clock): AsyncIterable<Uint8Array> {
  const createdAt = new Date(clock.date()).toISOString();
  return encodeBackup({ format: FORMAT, createdAt }, store.read(ALL_KEYS));
}

/** The operation that marks a store as complete, with an id that no other store has. */
export function newFormat(): { storeId: string; operation: Operation } {
  const storeId = randomBytes(9).toString('base64url');
  const value = encodeJsonRecord({ format: FORMAT, id: storeId });
  return { storeId, operation: { type: 'put', key: FORMAT_KEY, value } };
}

function readSecret(stored: Uint8Array): Buffer {
  const { secret } = Object(decodeJsonRecord(stored)) as { secret?: unknown };
  if (typeof secret !== 'string') throw new StoreError('The data folder is damaged: its secret cannot be read.');
  return Buffer.from(secret, 'base64url');
}

function readFormat(stored: Uint8Array): string {
  const { format, id } = parseFormat(stored);
  if (format === UNFINISHED) {
    throw new StoreError(
      'A restore into this data folder did not end. Restore the backup again, into an empty folder.',
    );
  }
  if (format !== FORMAT || typeof id !== 'string') {
    throw new StoreError(
      `The data folder has the format ${JSON.stringify(format)}; this version of Coscribe reads format ${FORMAT}. Use the version that wrote it, or a newer one.`,
    );
  }
  return id;
}

function parseFormat(stored: Uint8Array): { format?: unknown; id?: unknown } {
  try {
    return Object(decodeJsonRecord(stored));
  } catch (cause) {
    throw new StoreError(
      'The data folder is damaged: its format record cannot be read. Restore a backup into an empty folder: coscribe restore BACKUP --data FOLDER',
      { cause },
    );
  }
}
