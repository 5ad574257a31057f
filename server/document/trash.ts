import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Operation, Store } from '../store/store.ts';
import { decodeCatalogueEntry } from './catalogue.ts';
import type { CommitQueue } from './commit-queue.ts';
import { accessKey, catalogueKey, documentRange, TRASH, trashKey, trashRange } from './keys.ts';
import { DamagedRecordError, decodeJsonRecord, encodeJsonRecord } from './record.ts';
import type { ServerRecords } from './server-records.ts';

/** How long a deleted document can be had back, in milliseconds. */
export const TRASH_LIFETIME = 30 * 24 * 60 * 60 * 1000;

/** A document that was deleted and can be had back. Times are milliseconds since 1970. */
export interface DeletedDocument {
  /** Sorts by the time of the deletion. */
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly deletedAt: number;
  /** Of all that is kept of it. */
  readonly bytes: number;
}

/** Why a document cannot be had back. */
export type TrashProblem = 'not-deleted' | 'exists';

const ABOUT = 'm';
const CATALOGUE_ENTRY = 'c';
const EVENTS = 'e';
/** Begins the rest of a key of the document itself. */
const OF_DOCUMENT = 'd';

/**
 * Deleted documents, for 30 days: all that was stored of one stands below a key of its own, byte for byte, moved there in one batch. What
 * happened to its access goes with it, for it is not the business of the next owner of the name.
 *
 * The next life of the name has another epoch, so that no copy on somebody's device brings the old text back (SYN-5); a document that
 * is had back has the one that it had, and copies of it go on.
 */
export class Trash {
  readonly #store: Pick<Store, 'get' | 'read'>;
  readonly #commits: CommitQueue;
  readonly #records: ServerRecords;
  readonly #clock: Clock;
  readonly #counted: (change: 1 | -1) => void;

  /** @param counted told of each document that is there no longer, or again */
  constructor(
    store: Pick<Store, 'get' | 'read'>,
    commits: CommitQueue,
    records: ServerRecords,
    clock: Clock,
    counted: (change: 1 | -1) => void,
  ) {
    this.#counted = counted;
    this.#store = store;
    this.#commits = commits;
    this.#records = records;
    this.#clock = clock;
  }

  /**
   * Deletes a document, with whatever is damaged of it. Nobody may have a room with it. Resolves when that is on disk; null when
   * there is none.
   */
  async put(name: string): Promise<DeletedDocument | null> {
    await this.#settled();
    const stored = await this.#store.get(catalogueKey(name));
    const parts = await this.#partsOf(name);
    // Access alone, without a text or a title, is of a document that does not exist.
    if (stored === null && parts.every(([key]) => accessKey(name).equals(key))) return null;
    const now = this.#clock.date();
    const id = `${now.toString(36).padStart(9, '0')}-${randomBytes(6).toString('hex')}`;
    const entry = stored === null ? null : readEntry(stored);
    const operations: Operation[] = [];
    let bytes = stored?.length ?? 0;
    if (stored !== null) operations.push(put(trashKey(id, CATALOGUE_ENTRY), stored), del(catalogueKey(name)));
    const { from } = documentRange(name);
    for (const [key, value] of parts) {
      bytes += value.length;
      operations.push(put(trashKey(id, OF_DOCUMENT, key.subarray(from.length)), value), del(key));
    }
    const events = await this.#records.get('events', name);
    if (events !== null) {
      operations.push(
        put(trashKey(id, EVENTS), encodeJsonRecord(Object(events))),
        this.#records.removal('events', name),
      );
    }
    const deleted: DeletedDocument = { id, name, title: entry?.title ?? '', deletedAt: now, bytes };
    operations.push(put(trashKey(id, ABOUT), encodeJsonRecord(deleted)));
    const before = (await this.#records.get('life', name)) as { next: number } | null;
    // Of one whose entry is damaged the epoch is unknown, but was hardly ever changed.
    const next = Math.max(before?.next ?? 0, (entry?.epoch ?? 0) + 1);
    operations.push(this.#records.storage('life', name, { next }));
    await this.#commit(operations);
    if (stored !== null) this.#counted(-1);
    return deleted;
  }

  /** What can be had back, the latest first. */
  async list(): Promise<DeletedDocument[]> {
    await this.#settled();
    const found: DeletedDocument[] = [];
    for await (const [, about] of this.#all()) found.push(about);
    return found.reverse();
  }

  /**
   * Brings a document back, under its name or another. Nobody may have a room with the document of that name. Resolves when it is
   * on disk.
   */
  async restore(id: string, as: string | null = null): Promise<DeletedDocument | TrashProblem> {
    await this.#settled();
    const about = await this.#about(id);
    if (about === null) return 'not-deleted';
    const name = as ?? about.name;
    if ((await this.#store.get(catalogueKey(name))) !== null) return 'exists';
    const { from } = documentRange(name);
    const operations: Operation[] = [];
    let hasEntry = false;
    for await (const [key, value] of this.#store.read(trashRange(id))) {
      const part = key.subarray(trashRange(id).from.length);
      const [kind] = Buffer.from(part.subarray(0, 1)).toString('latin1');
      operations.push(del(key));
      hasEntry ||= kind === CATALOGUE_ENTRY;
      if (kind === CATALOGUE_ENTRY) operations.push(put(catalogueKey(name), value));
      else if (kind === OF_DOCUMENT) operations.push(put(Buffer.concat([from, part.subarray(1)]), value));
      else if (kind === EVENTS) operations.push(this.#records.storage('events', name, Object(decodeJsonRecord(value))));
    }
    await this.#commit(operations);
    if (hasEntry) this.#counted(1);
    return { ...about, name };
  }

  /** Removes for good what was deleted too long ago; how many that were. */
  async purge(): Promise<number> {
    const before = this.#clock.date() - TRASH_LIFETIME;
    let purged = 0;
    for await (const [, { id, deletedAt }] of this.#all()) {
      if (deletedAt > before) break;
      const operations: Operation[] = [];
      for await (const [key] of this.#store.read(trashRange(id))) operations.push(del(key));
      await this.#commit(operations);
      purged += 1;
    }
    return purged;
  }

  /** By the time of the deletion. */
  async *#all(): AsyncGenerator<readonly [Uint8Array, DeletedDocument]> {
    let from: Uint8Array = TRASH.from;
    for (;;) {
      const id = await this.#firstFrom(from);
      if (id === null) return;
      const about = await this.#about(id);
      if (about !== null) yield [trashKey(id, ABOUT), about];
      from = trashRange(id).to;
    }
  }

  /** Without reading what stands below it: that may be large. */
  async #firstFrom(from: Uint8Array): Promise<string | null> {
    for await (const [key] of this.#store.read({ from, to: TRASH.to })) {
      const bytes = Buffer.from(key);
      return bytes.toString('latin1', TRASH.from.length, bytes.indexOf(0));
    }
    return null;
  }

  async #about(id: string): Promise<DeletedDocument | null> {
    const value = await this.#store.get(trashKey(id, ABOUT));
    // What stands there was written above.
    return value === null ? null : (decodeJsonRecord(value) as DeletedDocument);
  }

  async #partsOf(name: string): Promise<(readonly [Uint8Array, Uint8Array])[]> {
    const parts: (readonly [Uint8Array, Uint8Array])[] = [];
    for await (const part of this.#store.read(documentRange(name))) parts.push(part);
    return parts;
  }

  /** What others have handed over is to be read too. */
  #settled(): Promise<void> {
    return new Promise((resolve) => this.#commits.afterPending(resolve));
  }

  #commit(operations: readonly Operation[]): Promise<void> {
    return new Promise((resolve) => this.#commits.enqueue(operations, resolve));
  }
}

function readEntry(stored: Uint8Array): { title: string; epoch: number } | null {
  try {
    return decodeCatalogueEntry(stored);
  } catch (error) {
    if (error instanceof DamagedRecordError) return null;
    throw error;
  }
}

function put(key: Uint8Array, value: Uint8Array): Operation {
  return { type: 'put', key, value };
}

function del(key: Uint8Array): Operation {
  return { type: 'del', key };
}
