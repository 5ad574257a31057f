import type * as Y from 'yjs';
import { type DocumentProperties, encodeUpdate } from '../../protocol/messages.ts';
import type { Clock } from '../clock.ts';
import type { Document } from '../document/document.ts';
import type { Gate } from '../gate/gate.ts';
import { UpdateRefused } from '../gate/update-refused.ts';
import { bringsAnything, bringsStructs, isHeavy } from '../gate/update-weight.ts';
import type { Logger } from '../log/logger.ts';
import { Application, type Applied } from './application.ts';
import { closeForReload, closeForSize, closeForStorage, closeOverworked } from './close-member.ts';
import type { Delivery } from './delivery.ts';
import type { Member } from './member.ts';
import { type MemberState, soleAuthorOf, type Waiting } from './member-state.ts';
import { MergeShare, Merges } from './merges.ts';
import { SizeWatch } from './size-watch.ts';
import { type Load, TurnPace } from './turn-pace.ts';
import type { UpdateCounters } from './update-counters.ts';
import type { WholeState } from './whole-state.ts';

/** Hears what becomes of the text. Called in the midst of a turn: it must return soon and not throw. */
export interface TurnObserver {
  /** The text has changed by `update` (V1 encoding), which everybody is being sent. */
  changed(update: Uint8Array): void;
  /** All that has changed until now is on disk. */
  stored(): void;
}

export interface TurnDependencies {
  readonly document: Document;
  readonly doc: Y.Doc;
  readonly gate: Gate;
  readonly whole: WholeState;
  readonly delivery: Delivery;
  /** Everybody who is in the room. */
  readonly members: ReadonlyMap<Member, MemberState>;
  /** Size of the stored document from which on its text can only be deleted, in bytes. */
  readonly documentBytes: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counters: UpdateCounters;
  readonly observer: TurnObserver;
  /** When merges may run. Shared by all rooms of a server. */
  readonly mergeShare?: MergeShare;
  /** How much turns have to gather. Likewise. */
  readonly load?: Load;
}

/**
 * The turns of one room: what comes waits for the end of the turn; then one transaction applies it, and what Yjs emits goes
 * to the log and, encoded once, to every member: one update as a rule, and all of them in order if there are more.
 *
 *   take -> gate.admit -> waiting --turn--> gate.apply -> emitted updates -+-> members (at once)
 *              | gap: ask for a resync                                     +-> log -> durable -> acknowledgements
 *              | refused: close the sender
 *
 * What takes long, a merge of offline work, is applied in slices: the rest goes on in later turns (`Merges`).
 *
 * Safety: an acknowledgement leaves only after the log holds the update. Liveness: whatever waits has a turn scheduled.
 */
export class Turns {
  readonly #document: Document;
  readonly #doc: Y.Doc;
  readonly #gate: Gate;
  readonly #whole: WholeState;
  readonly #delivery: Delivery;
  readonly #members: ReadonlyMap<Member, MemberState>;
  readonly #size: SizeWatch;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #counters: UpdateCounters;
  readonly #observer: TurnObserver;
  readonly #pace: TurnPace;
  readonly #merges: Merges;
  readonly #application: Application;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  /** What Yjs has emitted and nobody has taken yet. */
  #emitted: Uint8Array[] = [];
  /** When the turn that is scheduled will be, and what unschedules it; null while none is. */
  #scheduled: { readonly at: number; readonly timer: unknown } | null = null;
  #broken = false;

  constructor(dependencies: TurnDependencies) {
    this.#document = dependencies.document;
    this.#doc = dependencies.doc;
    this.#gate = dependencies.gate;
    this.#whole = dependencies.whole;
    this.#delivery = dependencies.delivery;
    this.#members = dependencies.members;
    this.#clock = dependencies.clock;
    this.#logger = dependencies.logger;
    this.#counters = dependencies.counters;
    this.#observer = dependencies.observer;
    this.#pace = new TurnPace(dependencies.load);
    this.#size = new SizeWatch(dependencies.document, dependencies.documentBytes, dependencies.clock);
    this.#merges = new Merges(dependencies.mergeShare ?? new MergeShare(), dependencies.clock, (state) => {
      this.run(state);
      // What it waited for may let others of the turn in.
      this.schedule();
    });
    const { document, doc, gate, clock, logger, counters } = dependencies;
    this.#application = new Application({
      doc,
      gate,
      merges: this.#merges,
      counters,
      name: document.name,
      clock,
      logger,
    });
  }

  /** The document is loaded: every change of it from now on is one that a turn makes. */
  begin(): void {
    this.#doc.on('update', (update: Uint8Array) => this.#emitted.push(update));
  }

  /** Whether there are no turns any more: Yjs failed in one, or `end` was called. The log is the truth, not what is in memory. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Has no more turns: what is in memory is about to differ from the log. */
  end(): void {
    this.#broken = true;
  }

  /** Whether nothing waits for a turn. */
  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  /**
   * Takes an update of a member, for the next turn.
   * @throws UpdateRefused when the gate does not let it in.
   */
  take(entry: Waiting): void {
    const { state, update, merge } = entry;
    const { member } = state;
    if (state.heavy !== null) {
      if (!state.putOff(entry)) closeOverworked(member);
      return;
    }
    if (this.#document.storageIsFull && bringsAnything(update)) {
      closeForStorage(member);
      return;
    }
    if (bringsStructs(update) && this.#isFull()) {
      closeForSize(member);
      return;
    }
    // The check may have run a turn, in which an earlier update of this member was refused.
    if (!this.#members.has(member)) return;
    const heavy = isHeavy(update, merge);
    const started = heavy ? this.#clock.now() : 0;
    try {
      if (this.#gate.admit(update, member, merge) === 'gap') {
        this.#application.askAgain(entry);
        return;
      }
    } catch (error) {
      this.#counters.countRefusal(error);
      throw error;
    } finally {
      if (heavy) member.worked(this.#clock.now() - started);
    }
    if (heavy) state.heavy = entry;
    this.#waiting.push(entry);
    this.#waitingBytes += update.length;
    this.schedule();
  }

  /**
   * Changes the document as the server, like any writer (SYN-7). Resolves when that and all before it is durable. What
   * `change` throws is passed on; what it had done until then stays done.
   * `properties` become the title and language of a document that this change creates.
   */
  async edit(change: () => void, properties?: DocumentProperties): Promise<void> {
    this.run();
    let durable: Promise<void>;
    try {
      this.#doc.transact(change);
    } finally {
      durable = this.#publish(this.#emitted.splice(0), properties);
    }
    await durable;
  }

  /** A member is gone: what it merges does not go on. */
  forget(state: MemberState): void {
    this.#merges.remove(state);
  }

  /** Has the next turn come as soon as the pace allows, if anything waits for it. Text does not wait for a turn of presence. */
  schedule(): void {
    if (this.#waiting.length === 0 && !this.#delivery.hasPresence) return;
    const what = { text: this.#waiting.length > 0, presence: this.#delivery.hasPresence };
    const now = this.#clock.now();
    const at = Math.max(now, this.#pace.nextTurnAt(this.#members.size, what));
    if (this.#scheduled !== null) {
      if (this.#scheduled.at <= at) return;
      this.#clock.clearTimeout(this.#scheduled.timer);
    }
    if (at === now) {
      this.#scheduled = { at, timer: null };
      this.#clock.setImmediate(() => this.#scheduledTurn());
    } else {
      this.#scheduled = { at, timer: this.#clock.setTimeout(() => this.#scheduledTurn(), at - now) };
    }
  }

  /** One turn: text first, with a slice of the merge of `merging`, then what presence is due. */
  run(merging: MemberState | null = null): void {
    if (this.#broken) return;
    const now = this.#clock.now();
    const text: Uint8Array[] = [];
    let soleAuthor: MemberState | null = null;
    const waiting = this.#waiting;
    if (merging?.heavy) waiting.push(merging.heavy);
    if (waiting.length > 0) {
      this.#pace.textSent(now);
      this.#waiting = [];
      this.#waitingBytes = 0;
      const updates = this.#apply(waiting);
      if (this.#broken) return;
      text.push(...updates.map(encodeUpdate));
      if (updates.length === 1) soleAuthor = soleAuthorOf(waiting);
    }
    const presence = this.#pace.isPresenceDue(now, this.#members.size) ? this.#delivery.changedPresence() : [];
    if (presence.length > 0) this.#pace.presenceSent(now);
    this.#delivery.fanOut(this.#members.values(), text, presence, soleAuthor);
    for (const { state } of waiting) this.#takeLater(state);
    if (this.#document.wantsCompaction) void this.#whole.compact();
  }

  /** Whether the document has reached its greatest size, with what waits for the turn. */
  #isFull(): boolean {
    if (!this.#size.isNear(this.#waitingBytes)) return false;
    this.run();
    // A room that has failed must not be written: its log is the truth.
    return !this.#broken && this.#size.isFull(() => void this.#whole.compact());
  }

  #scheduledTurn(): void {
    this.#scheduled = null;
    this.run();
    this.schedule();
  }

  /** Takes what a member sent behind something heavy that is done. */
  #takeLater(state: MemberState): void {
    for (const entry of state.takeLater()) {
      if (!this.#members.has(state.member)) return;
      try {
        this.take(entry);
      } catch (error) {
        if (!(error instanceof UpdateRefused)) throw error;
        this.#application.refuse(entry, error);
      }
    }
  }

  /** Applies what waited, hands it to the log, and returns what is new. */
  #apply(waiting: readonly Waiting[]): readonly Uint8Array[] {
    let applied: Applied;
    try {
      applied = this.#application.apply(waiting, (member) => this.#members.has(member));
    } catch (err) {
      this.#fail(err);
      return [];
    }
    const { done, cost } = applied;
    this.#pace.took(cost, this.#clock.now());
    const updates = this.#emitted.splice(0);
    this.#record(updates, () => {
      for (const { state, count } of done) state.durable = Math.max(state.durable, count);
      for (const { state } of done) state.acknowledge();
    });
    return updates;
  }

  /** Appends updates to the log and tells the observer. Calls back when they, and all before them, are durable. */
  #record(updates: readonly Uint8Array[], onDurable: () => void, properties?: DocumentProperties): void {
    const last = updates.length - 1;
    // What brought nothing new may repeat what is still on its way to the disk.
    if (last < 0) this.#document.afterPending(onDurable);
    for (const [index, update] of updates.entries()) {
      const stored = () => {
        if (index < last) return;
        onDurable();
        this.#observer.stored();
      };
      this.#document.append(update, stored, properties === undefined ? {} : { properties });
      this.#observer.changed(update);
    }
  }

  /** Hands on what the server itself has changed. Resolves when that and all before it is durable. */
  #publish(updates: readonly Uint8Array[], properties?: DocumentProperties): Promise<void> {
    return new Promise((resolve) => {
      this.#record(updates, resolve, properties);
      this.#delivery.fanOut(this.#members.values(), updates.map(encodeUpdate), [], null);
    });
  }

  /** Yjs failed in the midst of a transaction: what is in memory may differ from the log, which is the truth. */
  #fail(err: unknown): void {
    this.#broken = true;
    this.#logger.error(
      { err, document: this.#document.name },
      'A document failed in memory; it is loaded again from the log.',
    );
    for (const member of [...this.#members.keys()]) closeForReload(member);
  }
}
