import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from 'idb';
import type { DocumentProperties } from '../../../protocol/messages.ts';
import type { Clock } from '../clock.ts';
import { mergeUpdates } from '../merge-updates.ts';

/** Bounds of the offline copy. */
export const COPY_LIMITS = {
  /** Changes from the server are written together, this many milliseconds after the first at the latest … */
  gatherMs: 200,
  /** … or when there are this many. Edits of this page are written at once. */
  gatherUpdates: 500,
  /** More rows than this are replaced by one. */
  rows: 500,
} as const;

/**
 * Version of the database's layout. 1 (2026-11): updates, unsaved, meta. 2 (2026-11): the same; a name without a person is that of
 * a guest, where in 1 it was anybody's.
 */
const FORMAT_VERSION = 2;

interface CopySchema extends DBSchema {
  /** V1 updates. The document is all of them together, in any order. */
  updates: { key: number; value: Uint8Array };
  /** Edits that, when they were written, were not yet known to be durable on the server. */
  unsaved: { key: number; value: { edits: number } };
  meta: { key: 'epoch' | 'properties'; value: string | DocumentProperties };
}

type Database = IDBPDatabase<CopySchema>;

/** What the copy knows about the document beside its content. */
export interface CopyMeta {
  /** The epoch the content belongs to; null when it never met a server. */
  readonly epoch: string | null;
  readonly properties: DocumentProperties | null;
}

export interface CopyContent {
  readonly rows: readonly { readonly key: number; readonly update: Uint8Array }[];
  /** How many edits in the rows are not known to be durable on the server. */
  readonly unsavedEdits: number;
}

export interface OfflineCopyOptions {
  /** Names the database. */
  readonly key: string;
  /** Names the copy that is this person's too, if it was made before copies belonged to people. Null for none. */
  readonly unowned: string | null;
  readonly clock: Clock;
  /** The whole document as one update. It holds every row that was marked as applied and everything appended. */
  readonly encodeState: () => Uint8Array;
  /** The copy is of no use any more; editing goes on without. Called once at most. */
  readonly failed: (error: unknown) => void;
}

interface QueuedUpdate {
  readonly update: Uint8Array;
  /** Number of the edit if it is one of this page, else null. */
  readonly edit: number | null;
}

/**
 * The copy of one document on this device, in IndexedDB. Every update is appended, with a mark beside it while it is an
 * edit that the server may not have. Several tabs write to the same database at the same time: each only ever deletes rows
 * whose content it holds itself, and only marks that it wrote or counted itself.
 *
 * ```
 * opening -> reading -> ready -> closing -> over
 *    any of them -- failure --------------> over
 * ```
 */
export class OfflineCopy {
  readonly #options: OfflineCopyOptions;
  readonly #opening: Promise<Database>;
  #phase: 'opening' | 'reading' | 'ready' | 'closing' | 'over' = 'opening';
  #database: Database | null = null;
  #queue: QueuedUpdate[] = [];
  #timer: unknown = null;
  #writing: Promise<void> | null = null;
  /** Rows whose content the document of this page holds. */
  #covered: number[] = [];
  /** Marks of this page's edits, oldest first. */
  #marks: { readonly key: number; readonly through: number }[] = [];
  /** Marks that earlier pages, or other tabs, left. */
  #restoredMarks: readonly number[] = [];
  /** Marks to delete with the next write. */
  #settled: number[] = [];
  #durableThrough = 0;
  #epoch: string | null = null;
  #properties: DocumentProperties | null = null;
  #metaChanged = false;

  /** Whether this platform has a place for copies. */
  static get available(): boolean {
    try {
      return typeof indexedDB !== 'undefined';
    } catch (error) {
      // Firefox, where storage is forbidden, throws at the mere mention.
      if (error instanceof DOMException) return false;
      throw error;
    }
  }

  /** Deletes the copy named `key`. Tabs that use it go on without. */
  static async delete(key: string): Promise<void> {
    await deleteDB(key);
  }

  constructor(options: OfflineCopyOptions) {
    this.#options = options;
    this.#opening = openDatabase(options.key, options.unowned, (reason) => this.#fail(new Error(reason)));
    // Anyone who awaits it handles the failure; nobody may get to.
    this.#opening.catch((error: unknown) => this.#fail(error));
  }

  /** Opens the database. Rejects when that is impossible. */
  async open(): Promise<CopyMeta> {
    const database = await this.#opening;
    const transaction = database.transaction('meta');
    const [epoch, properties] = await Promise.all([
      transaction.store.get('epoch'),
      transaction.store.get('properties'),
      transaction.done,
    ]);
    if (this.#phase !== 'opening') throw new Error('the offline copy was closed while it opened');
    this.#database = database;
    this.#phase = 'reading';
    return {
      epoch: typeof epoch === 'string' ? epoch : null,
      properties: typeof properties === 'object' ? properties : null,
    };
  }

  /** Reads everything. Writing begins after this, so that no edit of this page is counted as one of an earlier page. */
  async read(): Promise<CopyContent> {
    const database = this.#database;
    if (database === null) throw new Error('the offline copy is not open');
    const transaction = database.transaction(['updates', 'unsaved']);
    const updates = transaction.objectStore('updates');
    const unsaved = transaction.objectStore('unsaved');
    const [keys, values, markKeys, marks] = await Promise.all([
      updates.getAllKeys(),
      updates.getAll(),
      unsaved.getAllKeys(),
      unsaved.getAll(),
      transaction.done,
    ]);
    if (this.#phase === 'reading') {
      this.#phase = 'ready';
      this.#restoredMarks = markKeys;
    }
    return {
      rows: keys.flatMap((key, index) => {
        const update = values[index];
        return update === undefined ? [] : [{ key, update }];
      }),
      unsavedEdits: marks.reduce((sum, mark) => sum + mark.edits, 0),
    };
  }

  /** The document holds the content of these rows. From here on what was appended is written. */
  applied(keys: readonly number[]): void {
    this.#covered.push(...keys);
    this.flush();
  }

  /** Keeps an update: an edit of this page by its number, or null for a change that came from elsewhere. */
  append(update: Uint8Array, edit: number | null): void {
    if (this.#phase === 'over' || this.#phase === 'closing') return;
    this.#queue.push({ update, edit });
    if (edit !== null || this.#queue.length >= COPY_LIMITS.gatherUpdates) this.flush();
    else this.#flushSoon();
  }

  /** The content belongs to this epoch. */
  adopt(epoch: string): void {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#metaChanged = true;
    this.flush();
  }

  /** Keeps title and language, to show them without a network. */
  keep(properties: DocumentProperties): void {
    this.#properties = { title: properties.title, language: properties.language };
    this.#metaChanged = true;
    this.#flushSoon();
  }

  /** The edits of this page up to this number are durable on the server. */
  durable(through: number): void {
    this.#durableThrough = Math.max(this.#durableThrough, through);
    this.#settleMarks();
  }

  /** What the copy held when it was read is durable on the server. */
  restoredDurable(): void {
    this.#settled.push(...this.#restoredMarks);
    this.#restoredMarks = [];
    this.#flushSoon();
  }

  /** Writes what waits, now. */
  flush(): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#phase !== 'ready' || this.#writing !== null || !this.#hasWork()) return;
    this.#writing = this.#write()
      .catch((error: unknown) => this.#fail(error))
      .then(() => {
        this.#writing = null;
        // What came meanwhile waited for this write, not for a timer.
        this.flush();
      });
  }

  /** Writes what waits, and what comes until that is written. Never rejects. */
  async written(): Promise<void> {
    for (this.flush(); this.#writing !== null; this.flush()) await this.#writing;
  }

  /** Gives the copy up: what is in the database stays as it is. Does nothing to a copy that is being closed. */
  abandon(error: unknown): void {
    if (this.#phase !== 'closing') this.#fail(error);
  }

  /** Writes what waits and closes. Idempotent; never rejects. */
  async close(): Promise<void> {
    if (this.#phase === 'over' || this.#phase === 'closing') return;
    const couldWrite = this.#phase === 'ready';
    this.#phase = 'closing';
    this.#options.clock.clearTimeout(this.#timer);
    try {
      const database = await this.#opening;
      if (!couldWrite) this.#database = database;
      await this.#writing;
      if (this.#phase === 'closing' && this.#hasWork()) await this.#write();
    } catch (error) {
      this.#fail(error);
    }
    this.#end();
  }

  #hasWork(): boolean {
    return this.#queue.length > 0 || this.#settled.length > 0 || this.#metaChanged;
  }

  #flushSoon(): void {
    if (this.#phase === 'over' || this.#phase === 'closing') return;
    this.#timer ??= this.#options.clock.setTimeout(() => this.flush(), COPY_LIMITS.gatherMs);
  }

  /** One transaction for everything that waits. All requests are made at once: a page that goes away gets no callback. */
  async #write(): Promise<void> {
    const database = this.#database;
    if (database === null) return;
    const queue = this.#queue;
    const settled = this.#settled;
    const kept = this.#metaChanged ? this.#properties : null;
    this.#queue = [];
    this.#settled = [];
    this.#metaChanged = false;

    const transaction = database.transaction(['updates', 'unsaved', 'meta'], 'readwrite');
    const updates = transaction.objectStore('updates');
    const unsaved = transaction.objectStore('unsaved');
    const meta = transaction.objectStore('meta');
    const checked = checkEpoch(transaction, this.#epoch, this.#covered.length);
    const edits = queue.flatMap(({ edit }) => (edit !== null && edit > this.#durableThrough ? [edit] : []));
    const through = edits.at(-1);
    const row = queue.length === 0 ? null : updates.add(mergeUpdates(queue.map(({ update }) => update)));
    const mark = through === undefined ? null : unsaved.add({ edits: edits.length });
    const properties = kept === null ? null : meta.put(kept, 'properties');
    const deletes = settled.map((key) => unsaved.delete(key));
    const [rowKey, markKey] = await Promise.all([row, mark, checked, properties, transaction.done, ...deletes]);

    if (rowKey !== null) this.#covered.push(rowKey);
    if (markKey !== null && through !== undefined) {
      this.#marks.push({ key: markKey, through });
      this.#settleMarks();
    }
    if (this.#covered.length > COPY_LIMITS.rows && this.#phase === 'ready') await this.#compact(database);
  }

  /** Replaces the rows that the document holds by one. Rows of other tabs that this page never read stay. */
  async #compact(database: Database): Promise<void> {
    const covered = this.#covered;
    const transaction = database.transaction(['updates', 'meta'], 'readwrite');
    const updates = transaction.objectStore('updates');
    const checked = checkEpoch(transaction, this.#epoch, this.#covered.length);
    const row = updates.add(this.#options.encodeState());
    const deletes = covered.map((key) => updates.delete(key));
    const [rowKey] = await Promise.all([row, checked, transaction.done, ...deletes]);
    this.#covered = [rowKey];
  }

  #settleMarks(): void {
    const open = this.#marks.filter(({ through }) => through > this.#durableThrough);
    if (open.length === this.#marks.length) return;
    this.#settled.push(...this.#marks.slice(0, this.#marks.length - open.length).map(({ key }) => key));
    this.#marks = open;
    this.#flushSoon();
  }

  #fail(error: unknown): void {
    if (this.#phase === 'over') return;
    this.#end();
    this.#options.failed(error);
  }

  #end(): void {
    this.#phase = 'over';
    this.#queue = [];
    this.#options.clock.clearTimeout(this.#timer);
    // Closing waits for transactions that are under way. A database that opens only later is closed then.
    this.#opening.then(
      (database) => database.close(),
      () => undefined,
    );
  }
}

// Async, because browsers also throw where IndexedDB is forbidden.
async function openDatabase(key: string, unowned: string | null, lost: (reason: string) => void): Promise<Database> {
  const isThere = unowned !== null && (await isUnowned(unowned));
  const database = await openDB<CopySchema>(key, FORMAT_VERSION, {
    upgrade(database, before) {
      if (before > 0) return;
      database.createObjectStore('updates', { autoIncrement: true });
      database.createObjectStore('unsaved', { autoIncrement: true });
      database.createObjectStore('meta');
    },
    blocking: () => lost('the offline copy is being deleted or replaced'),
    terminated: () => lost('the browser closed the offline copy'),
  });
  if (isThere) await adopt(database as unknown as IDBPDatabase, unowned);
  return database;
}

async function adopt(database: IDBPDatabase, unowned: string): Promise<void> {
  try {
    await (await import('./unowned-copy.ts')).adoptUnownedCopy(database, unowned);
  } catch {
    // It stays where it is, to be taken over another time: this person's own copy works without it.
  }
}

async function isUnowned(name: string): Promise<boolean> {
  // A browser that cannot tell leaves it to guests, who had it before as well.
  const databases = (await indexedDB.databases?.()) ?? [];
  return databases.some((database) => database.name === name && database.version === 1);
}

interface EpochTransaction {
  objectStore(name: 'meta'): {
    get(key: 'epoch'): Promise<string | DocumentProperties | undefined>;
    put(value: string, key: 'epoch'): Promise<unknown>;
  };
  objectStore(name: 'updates'): { count(): Promise<number> };
  abort(): void;
}

/**
 * Aborts a write when another tab has meanwhile filled the copy with another epoch of the document: both together would hold
 * the text twice (SYN-5). A copy that holds nothing but rows of this page takes any epoch, because only a page that has
 * nothing of the old one moves to a new one. To be called before rows are added.
 */
async function checkEpoch(transaction: EpochTransaction, epoch: string | null, ownRows: number): Promise<void> {
  const meta = transaction.objectStore('meta');
  const [stored, rows] = await Promise.all([meta.get('epoch'), transaction.objectStore('updates').count()]);
  if (epoch === null || stored === epoch) return;
  if (stored !== undefined && rows > ownRows) {
    transaction.abort();
    throw new Error('another tab holds another epoch of the document');
  }
  await meta.put(epoch, 'epoch');
}
