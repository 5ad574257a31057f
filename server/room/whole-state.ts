import * as Y from 'yjs';
import { encodeSyncStep2, encodeUpdate } from '../../protocol/messages.ts';
import type { Document } from '../document/document.ts';
import { BIG_STATE_BYTES, type MergedState, type StateWork, stateOf } from '../document/state-work.ts';
import type { Logger } from '../log/logger.ts';

/** How many updates a newcomer is sent behind the state before that is made again. */
const MAX_SINCE = 500;

/** An update with nothing in it: as step 2 it says that everything has come. */
const NOTHING = encodeSyncStep2(new Uint8Array([0, 0]));

/** The state of a big document at one moment, and what was written since. */
interface Kept {
  /** As an update message. */
  readonly message: Uint8Array;
  readonly since: Uint8Array[];
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
  readonly #logger: Logger;
  #small: readonly Uint8Array[] | null = null;
  #kept: Kept | null = null;
  /** Resolves when the thread has made the new state that it was asked for. */
  #renewal: Promise<void> | null = null;

  constructor(doc: Y.Doc, document: Document, states: StateWork, logger: Logger) {
    this.#doc = doc;
    this.#logger = logger;
    this.#document = document;
    this.#states = states;
  }

  /** Begins with the message that the load came by, if it did. */
  begin(message: Uint8Array | null): void {
    if (message !== null) this.#kept = { message, since: [] };
  }

  /** The document has changed by `update`. */
  changed(update: Uint8Array): void {
    this.#small = null;
    this.#kept?.since.push(update);
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
