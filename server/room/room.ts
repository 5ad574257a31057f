import * as Y from 'yjs';
import { CLOSE_CODES } from '../../protocol/close-codes.ts';
import {
  type DocumentProperties,
  encodeAwareness,
  encodeSyncStep1,
  encodeSyncStep2,
  encodeUpdate,
  type Notice,
} from '../../protocol/messages.ts';
import { stateDigest } from '../../protocol/state-digest.ts';
import type { Clock } from '../clock.ts';
import type { Document } from '../document/document.ts';
import { createServerDoc } from '../document/server-doc.ts';
import { Gate } from '../gate/gate.ts';
import { UpdateRefused } from '../gate/update-refused.ts';
import { bringsAnything, bringsStructs, isHeavy } from '../gate/update-weight.ts';
import type { Logger } from '../log/logger.ts';
import { closeForStorage, closeOverworked } from './close-member.ts';
import type { Member } from './member.ts';
import { MemberState } from './member-state.ts';
import { Presence } from './presence.ts';
import { readPresence } from './presence-identity.ts';
import { ReusableIds } from './reusable-ids.ts';
import type { RoomDependencies, RoomLimits, RoomObserver } from './room-dependencies.ts';
import { SizeWatch } from './size-watch.ts';
import { checkStateVector } from './state-vector.ts';
import { TurnPace } from './turn.ts';
import { UpdateCounters } from './update-counters.ts';
import type { Waiting } from './waiting.ts';
import { WholeState } from './whole-state.ts';

/** How often in a row a member may answer a resync with something that still has a gap. */
const MAX_GAPS = 3;

/** A log of this many records is compacted when the room is left. */
const SETTLE_RECORDS = 20;

/**
 * One open document, live. What members send passes the gate and waits for the end of the turn; then one transaction
 * applies it, and what Yjs emits goes to the log and, encoded once, to every member: one update as a rule, and all of
 * them in order if there are more.
 *
 *   receive -> gate.admit -> waiting --turn--> gate.apply -> emitted updates -+-> members (at once)
 *                 | gap: ask for a resync                                     +-> log -> durable -> acknowledgements
 *                 | refused: close the sender
 *
 * Safety: an acknowledgement leaves only after the log holds the update. Liveness: whatever waits has a turn scheduled.
 */
export class Room {
  readonly document: Document;
  readonly #doc = createServerDoc();
  readonly #gate: Gate;
  readonly #presence: Presence;
  readonly #field: string;
  readonly #limits: RoomLimits;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #counters: UpdateCounters;
  readonly #observer: RoomObserver | null;
  readonly #size: SizeWatch;
  readonly #memberStates = new Map<Member, MemberState>();
  readonly #reusableIds: ReusableIds;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  /** What Yjs has emitted and nobody has taken yet. */
  #emitted: Uint8Array[] = [];
  readonly #pace = new TurnPace();
  #turnScheduled = false;
  readonly #whole: WholeState;
  /** The digest of the state, while it is current. */
  #digest: string | null = null;
  #broken = false;

  private constructor({ document, gate, field, limits, clock, logger, counters, observer }: RoomDependencies) {
    this.document = document;
    this.#gate = new Gate(this.#doc, gate);
    this.#whole = new WholeState(this.#doc, document, document.states, logger);
    this.#reusableIds = new ReusableIds(document);
    this.#presence = new Presence(limits.presence);
    this.#field = field;
    this.#limits = limits;
    this.#size = new SizeWatch(document, limits.documentBytes, clock);
    this.#clock = clock;
    this.#logger = logger;
    this.#counters = counters ?? new UpdateCounters();
    this.#observer = observer ?? null;
  }

  /** Loads the document. Rejects when it cannot be read; a room never begins with less than what is stored. */
  static async open(dependencies: RoomDependencies): Promise<Room> {
    const room = new Room(dependencies);
    room.#whole.begin(await room.document.load(room.#doc));
    room.#doc.getText(room.#field);
    room.#doc.on('update', (update: Uint8Array) => {
      room.#emitted.push(update);
      room.#whole.changed(update);
      room.#digest = null;
    });
    return room;
  }

  get name(): string {
    return this.document.name;
  }

  /** Names the state of the document: a client with the same has everything, and nothing that this room lacks. */
  get digest(): string {
    this.#digest ??= stateDigest(this.#doc.store.clients);
    return this.#digest;
  }

  get memberCount(): number {
    return this.#memberStates.size;
  }

  /** Whether the room failed and must be left for one that is loaded afresh. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Lets `member` in: it is asked for what it has, and told who is here. */
  join(member: Member): void {
    this.#memberStates.set(member, new MemberState(member));
    const messages = [encodeSyncStep1(Y.encodeStateVector(this.#doc))];
    const everyone = this.#presence.everyone();
    if (everyone !== null) messages.push(encodeAwareness(everyone));
    member.deliver(messages);
  }

  /** A client id for `member` to write under, of somebody who has left; null when there is none. */
  grantClientId(member: Member): number | null {
    const clientId = this.#reusableIds.grant();
    if (clientId !== null) this.#gate.grant(clientId, member);
    return clientId;
  }

  /**
   * A member will not write under `clientId` again; `count` says how many update messages it has sent. Only an id that it wrote
   * under, and only with everything on disk: otherwise two clients could write different things under one clock.
   */
  retireClientId(member: Member, clientId: number, count: number): void {
    if (this.#memberStates.get(member)?.hasAcknowledged(count) !== true) return;
    if (this.#gate.disown(clientId, member)) this.#reusableIds.retire(clientId);
  }

  leave(member: Member): void {
    if (!this.#memberStates.delete(member)) return;
    this.#gate.release(member);
    this.hide(member);
  }

  /** Takes back what `member` said about itself: nobody sees it any more. */
  hide(member: Member): void {
    this.#presence.leave(member);
    this.#schedule();
  }

  /**
   * Answers a member's sync step 1 with what it lacks.
   * @throws ProtocolError when `stateVector` is not one.
   */
  synchronise(member: Member, stateVector: Uint8Array): void {
    checkStateVector(stateVector);
    const state = this.#memberStates.get(member);
    if (state === undefined) return;
    if (!member.mayWork) {
      closeOverworked(member);
    } else if (member.congested) {
      // Who asks again and again without reading would fill the memory with answers.
      state.asked = new Uint8Array(stateVector);
    } else {
      this.#answer(member, stateVector);
    }
  }

  /** What waits reaches the member at the end of the turn, like everybody. */
  #answer(member: Member, stateVector: Uint8Array): void {
    const started = this.#clock.now();
    const answer =
      stateVector.length === 1
        ? this.#whole.messages()
        : [[encodeSyncStep2(Y.encodeStateAsUpdate(this.#doc, stateVector))]];
    member.worked(this.#clock.now() - started);
    for (const messages of answer) member.deliver(messages);
  }

  /**
   * Takes an update of a member; `count` says how many update messages it has sent with this one.
   * @throws UpdateRefused when the gate does not let it in.
   */
  receive(member: Member, update: Uint8Array, { merge, count }: { merge: boolean; count: number }): void {
    const state = this.#memberStates.get(member);
    if (state === undefined) return;
    this.#counters.received += 1;
    if (this.document.storageIsFull && bringsAnything(update)) {
      closeForStorage(member);
      return;
    }
    const heavy = isHeavy(update, merge);
    if (heavy && !this.#mayBringHeavy(state)) return;
    if (bringsStructs(update) && this.#isFull()) {
      member.close(CLOSE_CODES.documentFull, CLOSE_CODES.documentFull.meaning);
      return;
    }
    // Either check may have run a turn, in which an earlier update of this member was refused.
    if (!this.#memberStates.has(member)) return;
    const started = heavy ? this.#clock.now() : 0;
    try {
      if (this.#gate.admit(update, member, merge) === 'gap') {
        this.#askAgain(state, count, merge);
        return;
      }
    } catch (error) {
      this.#counters.countRefusal(error);
      throw error;
    } finally {
      if (heavy) member.worked(this.#clock.now() - started);
    }
    state.heavyWaits ||= heavy;
    this.#waiting.push({ state, update, merge, count });
    this.#waitingBytes += update.length;
    this.#schedule();
  }

  /** Whether a member may bring something that takes long to apply. One at a time waits, so that its cost is known. */
  #mayBringHeavy(state: MemberState): boolean {
    if (state.heavyWaits) this.#runTurn();
    if (state.member.mayWork) return true;
    closeOverworked(state.member);
    return false;
  }

  /** Whether the document has reached its greatest size, with what waits for the turn. */
  #isFull(): boolean {
    if (!this.#size.isNear(this.#waitingBytes)) return false;
    this.#runTurn();
    // A room that has failed must not be written: its log is the truth.
    return !this.#broken && this.#size.isFull(() => void this.#whole.compact());
  }

  /**
   * Takes an awareness update of a member.
   * @throws ProtocolError | PresenceLimitError
   */
  receivePresence(member: Member, update: Uint8Array): void {
    if (!this.#memberStates.has(member)) return;
    try {
      this.#presence.update(member, readPresence(update, member.person), (id) => {
        if (member.mayWrite) this.#gate.reserve(id, member);
      });
    } finally {
      this.#schedule();
    }
  }

  /** Sends `member` every awareness state. */
  tellPresence(member: Member): void {
    // Once it has drained it is told anyway.
    if (member.congested) return;
    const everyone = this.#presence.everyone();
    if (everyone !== null) member.deliver([encodeAwareness(everyone)]);
  }

  /** The member has read what was congested: it gets all it missed in one update. */
  drained(member: Member): void {
    const state = this.#memberStates.get(member);
    if (state === undefined) return;
    const { asked, behind } = state;
    state.asked = null;
    if (asked !== null) this.#answer(member, asked);
    if (behind === null) return;
    const messages = [encodeUpdate(Y.encodeStateAsUpdate(this.#doc, behind.stateVector))];
    const everyone = this.#presence.everyone();
    if (everyone !== null) messages.push(encodeAwareness(everyone));
    state.behind = null;
    member.deliver(messages);
  }

  /** The text as everybody will see it when the turn has ended. */
  text(): string {
    this.#runTurn();
    return this.#doc.getText(this.#field).toString();
  }

  /**
   * Changes the text as the server, like any writer (SYN-7). Resolves when the change is durable. What `change` throws is passed
   * on; what it had done until then stays done.
   * `properties` become the title and language of a document that this change creates.
   */
  async edit(change: (text: Y.Text) => void, properties?: DocumentProperties): Promise<void> {
    this.#runTurn();
    let durable: Promise<void>;
    try {
      this.#doc.transact(() => change(this.#doc.getText(this.#field)));
    } finally {
      durable = this.#publish(this.#takeEmitted(), properties);
    }
    await durable;
  }

  /** Hands on what the server itself has changed. Resolves when that and all before it is durable. */
  #publish(updates: readonly Uint8Array[], properties?: DocumentProperties): Promise<void> {
    return new Promise((resolve) => {
      this.#record(updates, resolve, properties);
      this.#fanOut(updates.map(encodeUpdate), [], null);
    });
  }

  /** Appends updates to the log and tells the observer. Calls back when they, and all before them, are durable. */
  #record(updates: readonly Uint8Array[], onDurable: () => void, properties?: DocumentProperties): void {
    const last = updates.length - 1;
    // What brought nothing new may repeat what is still on its way to the disk.
    if (last < 0) this.document.afterPending(onDurable);
    for (const [index, update] of updates.entries()) {
      const stored = () => {
        if (index < last) return;
        onDurable();
        this.#observer?.stored(this);
      };
      this.document.append(update, stored, properties === undefined ? {} : { properties });
      this.#observer?.changed(this, update);
    }
  }

  /** The whole state in V1 encoding, as everybody will have it when the turn has ended. */
  state(): Uint8Array {
    this.#runTurn();
    return Y.encodeStateAsUpdate(this.#doc);
  }

  /** Changes title or language and tells everybody. Resolves when it is durable. */
  async setProperties(properties: Partial<DocumentProperties>): Promise<DocumentProperties> {
    const complete = { ...this.document.properties, ...properties };
    await this.document.saveProperties(complete);
    this.notify({ type: 'document', ...this.document.properties });
    return complete;
  }

  /** Passes an event to every member. */
  notify(notice: Notice): void {
    for (const member of this.#memberStates.keys()) member.notify(notice);
  }

  /** Closes members that have been behind for too long. Called from time to time. */
  closeStragglers(): void {
    const now = this.#clock.now();
    for (const { member, behind } of this.#memberStates.values()) {
      if (behind !== null && now - behind.since > this.#limits.catchUpDeadline) {
        member.close(CLOSE_CODES.tryAgainLater, 'The connection was too slow to follow.');
      }
    }
  }

  /** Applies what waits, compacts a grown log, and resolves when everything is durable. */
  async settle(): Promise<void> {
    this.#runTurn();
    if (!this.#broken && this.document.logRecords >= SETTLE_RECORDS) await this.#whole.compact();
    // A snapshot that comes late would surprise anyone who reads the document next.
    await this.#whole.whenIdle();
    if (this.#memberStates.size === 0) this.#reusableIds.keep();
    await new Promise<void>((resolve) => this.document.afterPending(resolve));
  }

  /** Whether nothing waits, neither for a turn nor for the disk. */
  get isSettled(): boolean {
    return this.#waiting.length === 0 && this.document.isDurable && !this.#whole.isRenewing;
  }

  /** Frees what the room holds. */
  destroy(): void {
    this.#doc.destroy();
  }

  #schedule(): void {
    if (this.#turnScheduled || (this.#waiting.length === 0 && !this.#presence.hasChanges)) return;
    this.#turnScheduled = true;
    const what = { text: this.#waiting.length > 0, presence: this.#presence.hasChanges };
    const wait = this.#pace.nextTurnAt(this.#memberStates.size, what) - this.#clock.now();
    if (wait <= 0) this.#clock.setImmediate(() => this.#scheduledTurn());
    else this.#clock.setTimeout(() => this.#scheduledTurn(), wait);
  }

  #scheduledTurn(): void {
    this.#turnScheduled = false;
    this.#runTurn();
    this.#schedule();
  }

  /** One turn: text first, then what presence is due. */
  #runTurn(): void {
    if (this.#broken) return;
    const now = this.#clock.now();
    const text: Uint8Array[] = [];
    let soleAuthor: MemberState | null = null;
    if (this.#waiting.length > 0) {
      this.#pace.textSent(now);
      const waiting = this.#waiting;
      this.#waiting = [];
      this.#waitingBytes = 0;
      const updates = this.#apply(waiting);
      if (this.#broken) return;
      if (updates.length > 0) {
        text.push(...updates.map(encodeUpdate));
        const first = waiting[0]?.state ?? null;
        soleAuthor = updates.length === 1 && waiting.every(({ state }) => state === first) ? first : null;
      }
    }
    const presence: Uint8Array[] = [];
    if (this.#presence.hasChanges && this.#pace.isPresenceDue(now, this.#memberStates.size)) {
      this.#pace.presenceSent(now);
      const changes = this.#presence.takeChanges();
      if (changes !== null) presence.push(encodeAwareness(changes));
    }
    this.#fanOut(text, presence, soleAuthor);
    if (this.document.wantsCompaction) void this.#whole.compact();
  }

  /** Applies what waited, hands it to the log, and returns what is new. */
  #apply(waiting: readonly Waiting[]): readonly Uint8Array[] {
    try {
      this.#doc.transact(() => {
        for (const entry of waiting) this.#applyOne(entry);
      });
    } catch (err) {
      this.#fail(err);
      return [];
    }
    const updates = this.#takeEmitted();
    this.#record(updates, () => {
      for (const { state, count } of waiting) state.durable = Math.max(state.durable, count);
      for (const { state } of waiting) state.acknowledge();
    });
    return updates;
  }

  #applyOne({ state, update, merge, count }: Waiting): void {
    const heavy = isHeavy(update, merge);
    const started = heavy ? this.#clock.now() : 0;
    try {
      if (this.#gate.apply(update, state.member, merge) === 'gap') this.#askAgain(state, count, merge);
      else if (merge) state.closeGap(count);
      this.#counters.applied += 1;
    } catch (error) {
      this.#counters.countRefusal(error);
      if (!(error instanceof UpdateRefused)) throw error;
      this.#logger.warn({ document: this.name, member: state.member.id, code: error.code }, 'An update was refused.');
      state.holdFrom(count);
      state.member.close(CLOSE_CODES.malformed, error.message);
    } finally {
      if (heavy) {
        state.heavyWaits = false;
        state.member.worked(this.#clock.now() - started);
      }
    }
  }

  #takeEmitted(): readonly Uint8Array[] {
    const updates = this.#emitted;
    this.#emitted = [];
    return updates;
  }

  /** Something an update builds on is missing: the member is asked for all that this room lacks. */
  #askAgain(state: MemberState, count: number, merge: boolean): void {
    const asked = state.isHeld && !merge;
    state.holdFrom(count);
    if (merge) state.gaps += 1;
    if (state.gaps > MAX_GAPS) {
      state.member.close(
        CLOSE_CODES.tryAgainLater,
        'The document on this device lacks a part that its edits build on.',
      );
      return;
    }
    if (!asked) state.member.deliver([encodeSyncStep1(Y.encodeStateVector(this.#doc))]);
  }

  #fanOut(text: readonly Uint8Array[], presence: readonly Uint8Array[], soleAuthor: MemberState | null): void {
    if (text.length === 0 && presence.length === 0) return;
    const both = presence.length === 0 ? text : [...text, ...presence];
    let stateVector: Uint8Array | null = null;
    for (const state of this.#memberStates.values()) {
      if (state.behind !== null) continue;
      // Anyone who wrote all of it has it already.
      const messages = state === soleAuthor ? presence : both;
      if (messages.length > 0) state.member.deliver(messages);
      if (state.member.congested) {
        stateVector ??= Y.encodeStateVector(this.#doc);
        state.behind = { stateVector, since: this.#clock.now() };
      }
    }
  }

  /** Yjs failed in the midst of a transaction: what is in memory may differ from the log, which is the truth. */
  #fail(err: unknown): void {
    this.#broken = true;
    this.#logger.error({ err, document: this.name }, 'A document failed in memory; it is loaded again from the log.');
    for (const member of [...this.#memberStates.keys()]) {
      member.close(CLOSE_CODES.internalError, 'The document has to be loaded again.');
    }
  }
}
