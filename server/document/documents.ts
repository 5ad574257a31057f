import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import { type Operation, type Store, StoreError } from '../store/store.ts';
import { type AccessRecord, decodeAccessRecord, encodeAccessRecord } from './access-record.ts';
import { allEntries } from './all-entries.ts';
import { encodeBackup } from './backup-format.ts';
import { type CatalogueEntry, decodeCatalogueEntry } from './catalogue.ts';
import { CommitQueue } from './commit-queue.ts';
import { FORMAT, openFormat } from './data-format.ts';
import { Document } from './document.ts';
import { accessKey, CATALOGUE, catalogueAfter, catalogueKey, parseKey, SECRET_KEY } from './keys.ts';
import { DamagedRecordError, decodeJsonRecord, encodeJsonRecord } from './record.ts';
import { ServerRecords } from './server-records.ts';
import { STATE_WORK_HERE, type StateWork } from './state-work.ts';
import { Trash } from './trash.ts';

/** A document as a list has it. */
export interface ListedDocument {
  readonly name: string;
  /** Null when it is damaged: then nobody can open the document either. */
  readonly entry: CatalogueEntry | null;
}

export interface DocumentsOptions {
  readonly maxUnstoredBytes?: number;
  readonly states?: StateWork;
  /** Takes a line about what holds up the start, for the person who runs the server. Without, it goes to the log. */
  readonly tell?: (line: string) => void;
}

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
  /** What was deleted and can be had back. */
  readonly trash: Trash;
  /** Work on big states, for anyone who has one. */
  readonly states: StateWork;

  #count = 0;

  private constructor(store: Store, clock: Clock, commits: CommitQueue, storeId: string, states: StateWork) {
    this.commits = commits;
    this.records = new ServerRecords(store, commits);
    this.trash = new Trash(store, commits, this.records, clock, (change) => {
      this.#count += change;
    });
    this.states = states;
    this.#store = store;
    this.#clock = clock;
    this.#storeId = storeId;
  }

  /**
   * Takes a store into use; a fresh one is marked with the format and an id of its own, one of an older format is moved on.
   * @throws StoreError when it was written by a newer version or holds something else.
   */
  static async open(
    store: Store,
    clock: Clock,
    logger: Logger,
    { maxUnstoredBytes, states = STATE_WORK_HERE, tell = (line) => logger.info({}, line) }: DocumentsOptions = {},
  ): Promise<Documents> {
    const commits = new CommitQueue(store, clock, logger, maxUnstoredBytes);
    const documents = new Documents(store, clock, commits, await openFormat(store, { clock, tell }), states);
    for await (const _entry of store.read(CATALOGUE)) documents.#count += 1;
    return documents;
  }

  /** How many documents there are. Counted once, at the start, and from then on as they come and go. */
  get count(): number {
    return this.#count;
  }

  /** A handle on the document `name`, which may not exist yet. Call its `load` before anything else. */
  document(name: string): Document {
    return new Document(name, {
      store: this.#store,
      commits: this.commits,
      clock: this.#clock,
      storeId: this.#storeId,
      states: this.states,
      nextEpoch: async () => ((await this.records.get('life', name)) as { next: number } | null)?.next ?? 0,
      created: () => {
        this.#count += 1;
      },
    });
  }

  /** The stored catalogue entry, or null when the document does not exist. */
  async entry(name: string): Promise<CatalogueEntry | null> {
    const value = await this.#store.get(catalogueKey(name));
    return value === null ? null : decodeCatalogueEntry(value);
  }

  /**
   * The documents that exist and whose names come behind `after`, in the order of the names' bytes. Only the catalogue is read,
   * however much text there is.
   */
  async *list(after = ''): AsyncGenerator<ListedDocument> {
    for await (const [key, value] of this.#store.read(catalogueAfter(after))) {
      const { name } = parseKey(key);
      if (name !== null) yield { name, entry: entryIn(value) };
    }
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
  return encodeBackup({ format: FORMAT, createdAt }, allEntries(store));
}

function entryIn(value: Uint8Array): CatalogueEntry | null {
  try {
    return decodeCatalogueEntry(value);
  } catch (error) {
    if (error instanceof DamagedRecordError) return null;
    throw error;
  }
}

function readSecret(stored: Uint8Array): Buffer {
  const { secret } = Object(decodeJsonRecord(stored)) as { secret?: unknown };
  if (typeof secret !== 'string') throw new StoreError('The data folder is damaged: its secret cannot be read.');
  return Buffer.from(secret, 'base64url');
}
