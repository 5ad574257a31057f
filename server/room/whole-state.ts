import * as Y from 'yjs';
import { encodeCompressed, encodeSyncStep2, encodeUpdate } from '../../protocol/messages.ts';
import type { Document } from '../document/document.ts';
import { BIG_STATE_BYTES, type MergedState, type StateWork, stateOf } from '../document/state-work.ts';
import type { Logger } from '../log/logger.ts';
import type { Compressor } from './compressor.ts';

/** How many updates a newcomer is sent behind the state before that is made again. */
const MAX_SINCE = 500;

/** States of fewer bytes leave in the first packets of a connection anyway. */
const COMPRESS_FROM = 16 * 1024;

/** An update with nothing in it: as step 2 it says that everything has come. */
const NOTHING = encodeSyncStep2(new Uint8Array([0, 0]));

/** The state of a big document at one moment, and what was written since. */
interface Kept {
  /** As an update message. */
  readonly message: Uint8Array;
  readonly since: Uint8Array[];
}

/** A state as one message that is, or is being, compressed. */
export interface CompressedState {
  /** What is in it. */
  readonly stateVector: Uint8Array;
  /** Null when it could not be compressed. Never rejects. */
  readonly message: Promise<Uint8Array | null>;
}

/**
 * The whole state of a room's document as bytes: for newcomers, and for the snapshots of its log.
 *
 * Encoding a small document takes microseconds, and its bytes are kept until it changes. Encoding one of 50 MB would hold up
 * everybody for half a second, so of a big one an older state is kept with the updates since. A newcomer gets both, and
 * another thread makes a new state of them when they have become many.
 */
export class WholeState {
  readonly #doc: Y.Doc;
  readonly #document: Document;
  readonly #states: StateWork;
  readonly #compressor: Compressor;
  readonly #logger: Logger;
  #small: readonly Uint8Array[] | null = null;
  /** Of the present state, or of an earlier one while it is being made. */
  #compressed: (CompressedState & { isReady: boolean; isStale: boolean }) | null = null;
  #kept: Kept | null = null;
  /** Resolves when the thread has made the new state that it was asked for. */
  #renewal: Promise<void> | null = null;

  constructor(doc: Y.Doc, document: Document, work: { states: StateWork; compressor: Compressor }, logger: Logger) {
    this.#doc = doc;
    this.#logger = logger;
    this.#document = document;
    this.#states = work.states;
    this.#compressor = work.compressor;
  }

  /** Begins with the message that the load came by, if it did. */
  begin(message: Uint8Array | null): void {
    if (message !== null) this.#kept = { message, since: [] };
  }

  /** The document has changed by `update`. */
  changed(update: Uint8Array): void {
    this.#small = null;
    this.#kept?.since.push(update);
    if (this.#compressed === null) return;
    if (this.#compressed.isReady) this.#compressed = null;
    else this.#compressed.isStale = true;
  }

  /** Messages for somebody who has nothing, in groups to be delivered one after the other. The last one is step 2. */
  messages(): readonly (readonly Uint8Array[])[] {
    if (this.#kept === null) {
      if (this.#small !== null) return [this.#small];
      const state = Y.encodeStateAsUpdate(this.#doc);
      if (state.length < BIG_STATE_BYTES) {
        this.#small = [encodeSyncStep2(state)];
        return [this.#small];
      }
      this.#kept = { message: encodeUpdate(state), since: [] };
    }
    const kept = this.#kept;
    if (kept.since.length > MAX_SINCE) void this.#renew();
    // Step 2 comes last, so that "synced" is said when everything is there.
    return [[kept.message], [...kept.since.map(encodeUpdate), NOTHING]];
  }

  /**
   * The state of a moment ago, compressed, for somebody who has nothing: everybody who comes until it is ready gets the same, and who
   * comes before the next change. Null where that is not worth it, or all that compresses is busy.
   */
  compressed(): CompressedState | null {
    if (this.#compressed !== null) return this.#compressed;
    const [only, ...others] = this.messages();
    const [message] = only ?? [];
    if (message === undefined || others.length > 0 || message.length < COMPRESS_FROM) return null;
    const content = this.#compressor.compress(message);
    if (content === null) return null;
    const made = {
      stateVector: Y.encodeStateVector(this.#doc),
      message: content.then(
        (bytes) => encodeCompressed(message.length, bytes),
        (err: unknown) => {
          this.#logger.error({ err, document: this.#document.name }, 'A state could not be compressed.');
          return null;
        },
      ),
      isReady: false,
      isStale: false,
    };
    this.#compressed = made;
    void made.message.then((bytes) => {
      made.isReady = true;
      if ((made.isStale || bytes === null) && this.#compressed === made) this.#compressed = null;
    });
    return made;
  }

  /** Whether another thread makes a state, whose snapshot is still to be written. */
  get isRenewing(): boolean {
    return this.#renewal !== null;
  }

  /** Resolves when no other thread works on it. */
  whenIdle(): Promise<void> {
    return this.#renewal ?? Promise.resolve();
  }

  /** Writes the document's snapshot again. Resolves when it is on its way to the disk. */
  compact(): Promise<void> {
    if (this.#kept !== null) return this.#renew();
    const state = Y.encodeStateAsUpdate(this.#doc);
    if (state.length >= BIG_STATE_BYTES) this.#kept = { message: encodeUpdate(state), since: [] };
    void this.#document.compact(state);
    return Promise.resolve();
  }

  /** Has the other thread join what is kept, and writes that as the snapshot of the log up to here. */
  #renew(): Promise<void> {
    this.#renewal ??= this.#renewNow().finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  async #renewNow(): Promise<void> {
    const old = this.#kept;
    if (old === null) return;
    const { position } = this.#document;
    const count = old.since.length;
    let merged: MergedState;
    try {
      merged = await this.#states.merge([stateOf(old.message), ...old.since], position.sequence);
    } catch (err) {
      // The log has everything; the next who needs the state has it made here.
      this.#logger.error(
        { err, document: this.#document.name },
        'The state of a big document could not be made again.',
      );
      this.#kept = null;
      return;
    }
    const { message, snapshot } = merged;
    this.#kept = message.length < BIG_STATE_BYTES ? null : { message, since: old.since.slice(count) };
    void this.#document.writeSnapshot(snapshot, position);
  }
}
