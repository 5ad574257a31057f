import * as Y from 'yjs';
import { type DocumentProperties, encodeSyncStep1, encodeUpdate, type Notice } from '../../protocol/messages.ts';
import { stateDigest } from '../../protocol/state-digest.ts';
import type { Clock } from '../clock.ts';
import type { Document } from '../document/document.ts';
import { createServerDoc } from '../document/server-doc.ts';
import { Gate } from '../gate/gate.ts';
import { UpdateRefused } from '../gate/update-refused.ts';
import { bringsAnything, bringsStructs, isHeavy } from '../gate/update-weight.ts';
import type { Logger } from '../log/logger.ts';
import { Application, type Applied } from './application.ts';
import { closeForReload, closeForRoom, closeForSize, closeForStorage, closeOverworked } from './close-member.ts';
import { Delivery } from './delivery.ts';
import type { Member } from './member.ts';
import { MemberState, soleAuthorOf, type Waiting } from './member-state.ts';
import { MergeShare, Merges } from './merges.ts';
import { plainTextOf } from './plain-text.ts';
import { Presence } from './presence.ts';
import { readPresence } from './presence-identity.ts';
import { ReusableIds } from './reusable-ids.ts';
import type { RoomDependencies, RoomLimits, RoomObserver } from './room-dependencies.ts';
import { SizeWatch } from './size-watch.ts';
import { checkStateVector } from './state-vector.ts';
import { TurnPace } from './turn.ts';
import { UpdateCounters } from './update-counters.ts';

import { WholeState } from './whole-state.ts';

/** A log of this many records is compacted when the room is left. */
const SETTLE_RECORDS = 20;

/**
 * A document that so many clients have written in is made anew when nobody is in it: each transaction takes some milliseconds,
 * here and in every browser. With ids that are used again, none gets there by honest work.
 */
const WORN_OUT_CLIENT_IDS = 10_000;

/**
 * One open document, live. What members send passes the gate and waits for the end of the turn; then one transaction
 * applies it, and what Yjs emits goes to the log and, encoded once, to every member: one update as a rule, and all of
 * them in order if there are more.
 *
 *   receive -> gate.admit -> waiting --turn--> gate.apply -> emitted updates -+-> members (at once)
 *                 | gap: ask for a resync                                     +-> log -> durable -> acknowledgements
 *                 | refused: close the sender
 *
 * What takes long, a merge of offline work, is applied in slices: the rest goes on in later turns (`Merges`).
 *
 * Safety: an acknowledgement leaves only after the log holds the update. Liveness: whatever waits has a turn scheduled.
 */
export class Room {
  readonly document: Document;
  readonly #doc = createServerDoc();
  readonly #gate: Gate;
  readonly #presence: Presence;
  readonly #field: string;
  readonly #isText: boolean;
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
  readonly #merges: Merges;
  #turnScheduled = false;
  readonly #whole: WholeState;
  readonly #delivery: Delivery;
  readonly #application: Application;
  /** The digest of the state, while it is current. */
  #digest: string | null = null;
  #broken = false;

  private constructor({
    document,
    gate,
    field,
    limits,
    clock,
    logger,
    counters,
    observer,
    mergeShare,
  }: RoomDependencies) {
    this.document = document;
    this.#gate = new Gate(this.#doc, gate);
    this.#whole = new WholeState(this.#doc, document, document.states, logger);
    this.#reusableIds = new ReusableIds(document);
    this.#presence = new Presence(limits.presence);
    this.#delivery = new Delivery(this.#doc, this.#whole, this.#presence, clock);
    this.#field = field;
    this.#isText = gate.kind === 'text';
    this.#limits = limits;
    this.#size = new SizeWatch(document, limits.documentBytes, clock);
    this.#clock = clock;
    this.#logger = logger;
    this.#counters = counters ?? new UpdateCounters();
    this.#observer = observer ?? null;
    this.#merges = new Merges(mergeShare ?? new MergeShare(), clock, (state) => {
      this.#runTurn(state);
      // What it waited for may let others of the turn in.
      this.#schedule();
    });
    const parts = { doc: this.#doc, gate: this.#gate, merges: this.#merges, counters: this.#counters };
    this.#application = new Application({ ...parts, name: document.name, clock, logger });
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

  /** Whether the document does not exist and nothing is on its way that would make it. */
  get isUnwritten(): boolean {
    return !this.document.exists && this.#waiting.length === 0 && !this.#broken;
  }

  /** Sends everybody away, because others need the room. */
  turnAway(): void {
    for (const member of [...this.#memberStates.keys()]) closeForRoom(member);
  }

  /** Whether the room failed and must be left for one that is loaded afresh. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Lets `member` in: it is asked for what it has, and told who is here. */
  join(member: Member): void {
    this.#memberStates.set(member, new MemberState(member));
    member.deliver([encodeSyncStep1(Y.encodeStateVector(this.#doc)), ...this.#delivery.everyone()]);
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
    const state = this.#memberStates.get(member);
    if (state === undefined) return;
    this.#memberStates.delete(member);
    this.#merges.remove(state);
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
    // Who merges is let ask: that spends the same time, for something that was let in.
    if (!member.mayWork && state.heavy === null) {
      closeOverworked(member);
    } else if (member.congested) {
      // Who asks again and again without reading would fill the memory with answers.
      state.asked = new Uint8Array(stateVector);
    } else {
      this.#delivery.answer(member, stateVector);
    }
  }

  /**
   * Takes an update of a member; `count` says how many update messages it has sent with this one.
   * @throws UpdateRefused when the gate does not let it in.
   */
  receive(member: Member, update: Uint8Array, { merge, count }: { merge: boolean; count: number }): void {
    const state = this.#memberStates.get(member);
    if (state === undefined) return;
    this.#counters.received += 1;
    this.#take({ state, update, merge, count });
  }

  /** Bytes of `member` that wait for its merge. */
  waitingBytes(member: Member): number {
    return this.#memberStates.get(member)?.waitingBytes ?? 0;
  }

  /** @throws UpdateRefused */
  #take(entry: Waiting): void {
    const { state, update, merge } = entry;
    const { member } = state;
    if (state.heavy !== null) {
      if (!state.putOff(entry)) closeOverworked(member);
      return;
    }
    if (this.document.storageIsFull && bringsAnything(update)) {
      closeForStorage(member);
      return;
    }
    if (bringsStructs(update) && this.#isFull()) {
      closeForSize(member);
      return;
    }
    // The check may have run a turn, in which an earlier update of this member was refused.
    if (!this.#memberStates.has(member)) return;
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
    this.#schedule();
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
    this.#delivery.tellPresence(member);
  }

  /** The member has read what was congested. */
  drained(member: Member): void {
    this.#delivery.drained(this.#memberStates.get(member));
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
      durable = this.#publish(this.#emitted.splice(0), properties);
    }
    await durable;
  }

  /** Hands on what the server itself has changed. Resolves when that and all before it is durable. */
  #publish(updates: readonly Uint8Array[], properties?: DocumentProperties): Promise<void> {
    return new Promise((resolve) => {
      this.#record(updates, resolve, properties);
      this.#delivery.fanOut(this.#memberStates.values(), updates.map(encodeUpdate), [], null);
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
    this.#delivery.closeStragglers(this.#memberStates.values(), this.#limits.catchUpDeadline);
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

  /** Whether so many clients have written in this text that every edit has become costly. */
  get isWornOut(): boolean {
    return this.#isText && !this.#broken && this.#doc.store.clients.size >= WORN_OUT_CLIENT_IDS;
  }

  /**
   * Makes a worn out document anew: the same text, written by one client, in a new epoch. Only when nobody is here and all is
   * settled; the room is not to be used any more. A document that holds more than plain text stays as it is.
   */
  async makeAnew(): Promise<void> {
    const text = plainTextOf(this.#doc, this.#field);
    if (text === null) return;
    const clientIds = this.#doc.store.clients.size;
    this.#logger.info({ document: this.name, clientIds }, 'A worn out document is made anew.');
    this.#broken = true;
    const fresh = createServerDoc();
    if (text !== '') fresh.getText(this.#field).insert(0, text);
    await this.document.startAnew(Y.encodeStateAsUpdate(fresh));
    fresh.destroy();
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

  /** One turn: text first, with a slice of the merge of `merging`, then what presence is due. */
  #runTurn(merging: MemberState | null = null): void {
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
    const presence = this.#pace.isPresenceDue(now, this.#memberStates.size) ? this.#delivery.changedPresence() : [];
    if (presence.length > 0) this.#pace.presenceSent(now);
    this.#delivery.fanOut(this.#memberStates.values(), text, presence, soleAuthor);
    for (const { state } of waiting) this.#takeLater(state);
    if (this.document.wantsCompaction) void this.#whole.compact();
  }

  /** Takes what a member sent behind something heavy that is done. */
  #takeLater(state: MemberState): void {
    for (const entry of state.takeLater()) {
      if (!this.#memberStates.has(state.member)) return;
      try {
        this.#take(entry);
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
      applied = this.#application.apply(waiting, (member) => this.#memberStates.has(member));
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

  /** Yjs failed in the midst of a transaction: what is in memory may differ from the log, which is the truth. */
  #fail(err: unknown): void {
    this.#broken = true;
    this.#logger.error({ err, document: this.name }, 'A document failed in memory; it is loaded again from the log.');
    for (const member of [...this.#memberStates.keys()]) closeForReload(member);
  }
}
