import * as Y from 'yjs';
import type { DocumentProperties } from '../../protocol/messages.ts';
import type { Clock } from '../clock.ts';
import type { Operation, Store } from '../store/store.ts';
import { type CatalogueEntry, decodeCatalogueEntry, encodeCatalogueEntry } from './catalogue.ts';
import type { CommitQueue } from './commit-queue.ts';
import { catalogueKey, logKey, logRange, logSequence, snapshotKey } from './keys.ts';
import { DamagedRecordError, decodeLogRecord, decodeSnapshot, encodeLogRecord, encodeSnapshot } from './record.ts';
import { BIG_STATE_BYTES, STATE_WORK_HERE, type StateWork } from './state-work.ts';

/** A log of this many records is compacted: reading 500 takes under a millisecond, reading 260,000 takes a second. */
const COMPACT_RECORDS = 500;

/** A log of this many records is compacted whatever the size of the snapshot that this writes again. */
const COMPACT_RECORDS_ALWAYS = 20_000;

/** A place in a document's log. Good as long as no snapshot has been written since. */
export interface LogPosition {
  readonly sequence: number;
  readonly logBytes: number;
}

/**
 * One document's durable life: an append log, a snapshot that covers its beginning, a catalogue entry beside them. It
 * knows bytes and sequence numbers; the live Yjs document belongs to the room.
 *
 *   records    1 2 3 4 5 6 7 8 9
 *   snapshot   -------^            covers 1 to 4: those records are dropped in the batch that writes it
 *   load       snapshot, then 5 to 9 without a gap
 */
export class Document {
  readonly name: string;
  readonly #store: Store;
  readonly #commits: CommitQueue;
  readonly #clock: Clock;
  readonly #storeId: string;
  readonly #nextEpoch: () => Promise<number>;
  readonly #created: () => void;
  /** Of the life that begins with the first write, while there is none. */
  #firstEpoch = 0;
  /** Work on big states. */
  readonly states: StateWork;
  #entry: CatalogueEntry | null = null;
  /** Number of the last record appended; 0 before the first. */
  #sequence = 0;
  /** Number of the last record that the newest snapshot covers, written or on its way. */
  #snapshotSequence = 0;
  #snapshotBytes = 0;
  #logBytes = 0;
  #compacting = false;
  /** Writes handed to the commit queue that are not durable. */
  #underway = 0;

  constructor(
    name: string,
    dependencies: {
      store: Store;
      commits: CommitQueue;
      clock: Clock;
      storeId: string;
      states?: StateWork;
      /** The epoch of a document of this name that does not exist: another than those of the ones that were deleted. */
      nextEpoch?: () => Promise<number>;
      /** Called when the document comes to be. */
      created?: () => void;
    },
  ) {
    this.name = name;
    this.#store = dependencies.store;
    this.#commits = dependencies.commits;
    this.#clock = dependencies.clock;
    this.#storeId = dependencies.storeId;
    this.#nextEpoch = dependencies.nextEpoch ?? (async () => 0);
    this.#created = dependencies.created ?? (() => undefined);
    this.states = dependencies.states ?? STATE_WORK_HERE;
  }

  /** Whether anything of it is stored or on its way there. */
  get exists(): boolean {
    return this.#entry !== null || this.#sequence > 0;
  }

  /** Whether there was a document of this name that was deleted, and none has come to be since. */
  get wasDeleted(): boolean {
    return !this.exists && this.#firstEpoch > 0;
  }

  get properties(): DocumentProperties {
    return { title: this.#entry?.title ?? '', language: this.#entry?.language ?? '' };
  }

  /** Milliseconds since 1970; null while it does not exist. */
  get createdAt(): number | null {
    return this.#entry?.createdAt ?? null;
  }

  /** Differs between any two lives of the document: another data folder, or a restore or wipe in this one. */
  get epoch(): string {
    return `${this.#storeId}.${this.#entry?.epoch ?? this.#firstEpoch}`;
  }

  /** Whether everything handed over so far is on disk. */
  get isDurable(): boolean {
    return this.#underway === 0;
  }

  /** Bytes of the newest snapshot, written or on its way. */
  get snapshotBytes(): number {
    return this.#snapshotBytes;
  }

  /** Bytes of the log records that the snapshot does not cover: more than they will add to the next one. */
  get logBytes(): number {
    return this.#logBytes;
  }

  /** Bytes of the document as it is stored. */
  get storedBytes(): number {
    return this.#snapshotBytes + this.#logBytes;
  }

  /** Whether so much waits for the disk, of all documents, that nothing more should be appended (DUR-10). */
  get storageIsFull(): boolean {
    return this.#commits.isFull;
  }

  /** How far the log goes now. */
  get position(): LogPosition {
    return { sequence: this.#sequence, logBytes: this.#logBytes };
  }

  /** Log records that the snapshot does not cover. */
  get logRecords(): number {
    return this.#sequence - this.#snapshotSequence;
  }

  /**
   * Applies what is stored to `doc`, in one transaction. Of a document that is not stored it finds nothing, which is no
   * error; whatever cannot be read or is damaged is one, never an empty document (DUR-3).
   * Of a big document it gives back the update message with all of it, which is there anyway.
   * @throws DamagedRecordError | Error
   */
  async load(doc: Y.Doc): Promise<Uint8Array | null> {
    const updates: Uint8Array[] = [];
    const [entry, snapshot] = await Promise.all([
      this.#store.get(catalogueKey(this.name)),
      this.#store.get(snapshotKey(this.name)),
    ]);
    if (entry !== null) this.#entry = decodeCatalogueEntry(entry);
    else this.#firstEpoch = await this.#nextEpoch();
    if (snapshot !== null) {
      const { sequence, state } = decodeSnapshot(snapshot);
      this.#sequence = sequence;
      this.#snapshotSequence = sequence;
      this.#snapshotBytes = state.length;
      updates.push(state);
    }
    for await (const [key, value] of this.#store.read(logRange(this.name, this.#sequence + 1))) {
      const sequence = logSequence(key);
      if (sequence !== this.#sequence + 1) {
        throw new DamagedRecordError(`record ${this.#sequence + 1} of the log is missing; the next one is ${sequence}`);
      }
      this.#sequence = sequence;
      this.#logBytes += value.length;
      updates.push(decodeLogRecord(value).update);
    }
    if (updates.length > 0 && entry === null) throw new DamagedRecordError('the catalogue entry is missing');
    const big = this.storedBytes >= BIG_STATE_BYTES;
    const message = big ? await this.#applyInPieces(doc, updates) : null;
    if (!big) {
      doc.transact(() => {
        for (const update of updates) Y.applyUpdate(doc, update, this);
      });
    }
    if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) {
      throw new DamagedRecordError('the log lacks an update that a later one builds on');
    }
    return message;
  }

  /** Lets others have their turns in between; a big document takes seconds. */
  async #applyInPieces(doc: Y.Doc, updates: readonly Uint8Array[]): Promise<Uint8Array> {
    const { message, pieces } = await this.states.cut(updates);
    for (const piece of pieces) {
      Y.applyUpdate(doc, piece, this);
      await new Promise<void>((resolve) => this.#clock.setImmediate(resolve));
    }
    return message;
  }

  /**
   * Appends one update. `onDurable` is called when it, and everything before it, survives a crash and a power failure.
   * The first update of a document makes its catalogue entry in the same batch; `properties` go into that.
   */
  append(update: Uint8Array, onDurable: () => void, { properties }: { properties?: DocumentProperties } = {}): void {
    this.#sequence += 1;
    const value = encodeLogRecord({ time: this.#clock.date(), update });
    this.#logBytes += value.length;
    const operations: Operation[] = [{ type: 'put', key: logKey(this.name, this.#sequence), value }];
    if (this.#entry === null) operations.push(this.#putEntry(properties ?? this.properties));
    this.#commit(operations, onDurable);
  }

  /** Changes title and language; makes the catalogue entry if there is none yet. Resolves when it is durable. */
  saveProperties(properties: DocumentProperties): Promise<void> {
    return new Promise((resolve) => this.#commit([this.#putEntry(properties)], resolve));
  }

  /** Client ids kept for reuse when the room was last left. */
  get reusableIds(): readonly number[] {
    return this.#entry?.reusableIds ?? [];
  }

  /** Replaces the client ids kept for reuse; of a document that does not exist none are kept. */
  keepReusableIds(reusableIds: readonly number[], onDurable: () => void): void {
    if (this.#entry === null) onDurable();
    else this.#commit([this.#putEntry(this.properties, reusableIds)], onDurable);
  }

  /** Calls back when everything appended so far is durable: at once when nothing waits. */
  afterPending(onDurable: () => void): void {
    this.#commits.afterPending(onDurable);
  }

  /** Whether the log has grown so far that `compact` is worth its cost. */
  get wantsCompaction(): boolean {
    if (this.#compacting || this.#commits.failing || this.logRecords < COMPACT_RECORDS) return false;
    // A big state is rewritten only when the log has grown in proportion.
    return this.#logBytes * 2 >= this.#snapshotBytes || this.logRecords >= COMPACT_RECORDS_ALWAYS;
  }

  /**
   * Writes `state` as the snapshot of everything appended so far and drops the records it covers, in one batch (DUR-8).
   * `state` must hold exactly those updates: take it and call this in the same turn.
   */
  compact(state: Uint8Array): Promise<void> {
    const { position } = this;
    return this.writeSnapshot(encodeSnapshot({ sequence: position.sequence, state }), position);
  }

  /** The same with the record of a snapshot that covers everything up to `through`. */
  writeSnapshot(value: Uint8Array, { sequence, logBytes }: LogPosition): Promise<void> {
    // A disk that refuses writes gets no more to write than it must; the log holds everything.
    if (this.#compacting || this.#commits.failing || sequence <= this.#snapshotSequence) return Promise.resolve();
    const operations: Operation[] = [{ type: 'put', key: snapshotKey(this.name), value }];
    for (let covered = this.#snapshotSequence + 1; covered <= sequence; covered++) {
      operations.push({ type: 'del', key: logKey(this.name, covered) });
    }
    // What is appended from here on belongs to the next snapshot, whenever this one is written (DUR-7).
    this.#compacting = true;
    this.#snapshotSequence = sequence;
    this.#snapshotBytes = value.length;
    this.#logBytes -= logBytes;
    return new Promise((resolve) =>
      this.#commit(operations, () => {
        this.#compacting = false;
        resolve();
      }),
    );
  }

  /**
   * Begins a new life of the document, with `state` in place of everything until now, in one batch: a copy of the old life is
   * refused from here on (SYN-5), for it would bring everything twice. Nobody may have a room with the old state any more.
   */
  startAnew(state: Uint8Array): Promise<void> {
    const operations: Operation[] = [
      { type: 'put', key: snapshotKey(this.name), value: encodeSnapshot({ sequence: this.#sequence, state }) },
      this.#putEntry(this.properties, [], (this.#entry?.epoch ?? 0) + 1),
    ];
    for (let covered = this.#snapshotSequence + 1; covered <= this.#sequence; covered++) {
      operations.push({ type: 'del', key: logKey(this.name, covered) });
    }
    return new Promise((resolve) => this.#commit(operations, resolve));
  }

  #commit(operations: readonly Operation[], onDurable: () => void): void {
    this.#underway += 1;
    this.#commits.enqueue(operations, () => {
      this.#underway -= 1;
      onDurable();
    });
  }

  #putEntry(
    { title, language }: DocumentProperties,
    reusableIds = this.reusableIds,
    epoch = this.#entry?.epoch ?? this.#firstEpoch,
  ): Operation {
    if (this.#entry === null) this.#created();
    this.#entry = {
      title,
      language,
      createdAt: this.#entry?.createdAt ?? this.#clock.date(),
      epoch,
      reusableIds,
    };
    return { type: 'put', key: catalogueKey(this.name), value: encodeCatalogueEntry(this.#entry) };
  }
}
