import * as Y from 'yjs';
import type { CloseCode } from '../../protocol/close-codes.ts';
import { type DocumentProperties, encodeSyncStep1, type Notice } from '../../protocol/messages.ts';
import { stateDigest } from '../../protocol/state-digest.ts';
import type { Clock } from '../clock.ts';
import type { Document } from '../document/document.ts';
import { createServerDoc } from '../document/server-doc.ts';
import { Gate, type GateOptions } from '../gate/gate.ts';
import type { Logger } from '../log/logger.ts';
import { closeForRoom, closeOverworked } from './close-member.ts';
import { Compressor } from './compressor.ts';
import { Delivery } from './delivery.ts';
import type { Member } from './member.ts';
import { MemberState } from './member-state.ts';
import type { MergeShare } from './merges.ts';
import { plainTextOf } from './plain-text.ts';
import { Presence, type PresenceLimits } from './presence.ts';
import { readPresence } from './presence-identity.ts';
import { ReusableIds } from './reusable-ids.ts';
import { RoomText } from './room-text.ts';
import { checkStateVector } from './state-vector.ts';
import type { Load } from './turn-pace.ts';
import { Turns } from './turns.ts';
import { UpdateCounters } from './update-counters.ts';
import { WholeState } from './whole-state.ts';

export interface RoomLimits {
  readonly presence: PresenceLimits;
  /** Longest time a member may stay behind before it is closed, in milliseconds. */
  readonly catchUpDeadline: number;
  /** Size of the stored document from which on its text can only be deleted, in bytes. */
  readonly documentBytes: number;
}

/** Hears of changes of documents. Called in the midst of a turn: it must return soon and not throw. */
export interface RoomObserver {
  /** The text has changed by `update` (V1 encoding), which everybody is being sent. */
  changed(text: RoomText, update: Uint8Array): void;
  /** All that has changed until now is on disk. */
  stored(text: RoomText): void;
}

export interface RoomDependencies {
  readonly document: Document;
  readonly gate: GateOptions;
  /** The Y.Text that is the document's text for programs. */
  readonly field: string;
  readonly limits: RoomLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Everybody who wants to hear what happens to the text, in this order. */
  readonly observers?: readonly RoomObserver[];
  /** Shared by all rooms of a server. */
  readonly counters?: UpdateCounters;
  /** The same: when merges may run. */
  readonly mergeShare?: MergeShare;
  /** The same: how much turns have to gather. */
  readonly load?: Load;
  /** The same: compresses what newcomers are sent. */
  readonly compressor?: Compressor;
}

/** A log of this many records is compacted when the room is left. */
const SETTLE_RECORDS = 20;

/**
 * A document that very many clients have written in is rebuilt when nobody is in it: each transaction takes some milliseconds,
 * here and in every browser. With ids that are used again, none gets there by honest work.
 */
const WORN_OUT_CLIENT_IDS = 10_000;

/**
 * One open document, live, and the people in it: they join, write, show themselves, are answered, and leave. What they write
 * is applied in turns (`Turns`), what they are sent goes out as fast as they read (`Delivery`).
 */
export class Room {
  readonly document: Document;
  /** The text that programs read and change. */
  readonly text: RoomText;
  readonly #doc = createServerDoc();
  readonly #clock: Clock;
  readonly #gate: Gate;
  readonly #presence: Presence;
  readonly #field: string;
  readonly #isText: boolean;
  readonly #limits: RoomLimits;
  readonly #logger: Logger;
  readonly #counters: UpdateCounters;
  readonly #members = new Map<Member, MemberState>();
  readonly #reusableIds: ReusableIds;
  readonly #whole: WholeState;
  readonly #delivery: Delivery;
  readonly #turns: Turns;
  /** The digest of the state, while it is current. */
  #digest: string | null = null;

  /** The name of the one Y.Text that the document holds; null where it may hold whatever Yjs can. */
  get textField(): string | null {
    return this.#isText ? this.#field : null;
  }

  private constructor(dependencies: RoomDependencies) {
    const { document, gate, field, limits, clock, logger, observers = [], mergeShare, load } = dependencies;
    this.document = document;
    this.#limits = limits;
    this.#logger = logger;
    this.#field = field;
    this.#clock = clock;
    this.#isText = gate.kind === 'text';
    this.#counters = dependencies.counters ?? new UpdateCounters();
    this.#gate = new Gate(this.#doc, gate);
    const { compressor = new Compressor() } = dependencies;
    this.#whole = new WholeState(this.#doc, document, { states: document.states, compressor }, logger);
    this.#reusableIds = new ReusableIds(document);
    this.#presence = new Presence(limits.presence);
    this.#delivery = new Delivery(this.#doc, this.#whole, this.#presence, clock, logger);
    this.#turns = new Turns({
      document,
      doc: this.#doc,
      gate: this.#gate,
      whole: this.#whole,
      delivery: this.#delivery,
      members: this.#members,
      documentBytes: limits.documentBytes,
      clock,
      logger,
      counters: this.#counters,
      observer: {
        changed: (update) => {
          for (const observer of observers) observer.changed(this.text, update);
        },
        stored: () => {
          for (const observer of observers) observer.stored(this.text);
        },
      },
      ...(mergeShare === undefined ? {} : { mergeShare }),
      ...(load === undefined ? {} : { load }),
    });
    this.text = new RoomText(document.name, this.#doc, field, this.#turns);
  }

  /** Loads the document. Rejects when it cannot be read; a room never begins with less than what is stored. */
  static async open(dependencies: RoomDependencies): Promise<Room> {
    const room = new Room(dependencies);
    room.#whole.begin(await room.document.load(room.#doc));
    room.#doc.getText(dependencies.field);
    room.#turns.begin();
    room.#doc.on('update', (update: Uint8Array) => {
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
    return this.#members.size;
  }

  /** Whether the document does not exist and nothing is on its way that would make it. */
  get isUnwritten(): boolean {
    return !this.document.exists && this.#turns.isIdle && !this.broken;
  }

  /** Sends everybody away, because others need the room. */
  turnAway(): void {
    for (const member of [...this.#members.keys()]) closeForRoom(member);
  }

  /** Closes every member. */
  dismiss(code: CloseCode, reason: string): void {
    for (const member of [...this.#members.keys()]) member.close(code, reason);
  }

  /** Whether the room failed and must be left for one that is loaded afresh. */
  get broken(): boolean {
    return this.#turns.broken;
  }

  /** Lets `member` in: it is asked for what it has, and told who is here. */
  join(member: Member): void {
    this.#members.set(member, new MemberState(member));
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
    if (this.#members.get(member)?.hasAcknowledged(count) !== true) return;
    if (this.#gate.disown(clientId, member)) this.#reusableIds.retire(clientId);
  }

  leave(member: Member): void {
    const state = this.#members.get(member);
    if (state === undefined) return;
    this.#members.delete(member);
    this.#turns.forget(state);
    this.#gate.release(member);
    this.hide(member);
  }

  /** Takes back what `member` said about itself: nobody sees it any more. */
  hide(member: Member): void {
    this.#presence.leave(member);
    this.#turns.schedule();
  }

  /**
   * Answers a member's sync step 1 with what it lacks.
   * @throws ProtocolError when `stateVector` is not one.
   */
  synchronise(member: Member, stateVector: Uint8Array): void {
    checkStateVector(stateVector);
    const state = this.#members.get(member);
    if (state === undefined) return;
    // Who merges is let ask: that spends the same time, for something that was let in.
    if (!member.mayWork && state.heavy === null) {
      closeOverworked(member);
    } else if (member.congested || state.awaitsCompression) {
      // Who asks again and again without reading would fill the memory with answers.
      state.asked = new Uint8Array(stateVector);
    } else {
      this.#delivery.answer(state, stateVector);
    }
  }

  /**
   * Takes an update of a member; `count` says how many update messages it has sent with this one.
   * @throws UpdateRefused when the gate does not let it in.
   */
  receive(member: Member, update: Uint8Array, { merge, count }: { merge: boolean; count: number }): void {
    const state = this.#members.get(member);
    if (state === undefined) return;
    this.#counters.received += 1;
    this.#turns.take({ state, update, merge, count });
  }

  /**
   * Whether nobody would notice that an update of `member` is passed over: see `Gate.showsNothing`. To look costs the member.
   * @throws UpdateRefused when the update is not well-formed.
   */
  wouldNotNotice(member: Member, update: Uint8Array): boolean {
    const started = this.#clock.now();
    const unnoticed = this.#gate.showsNothing(update);
    member.worked(this.#clock.now() - started);
    return unnoticed;
  }

  /** Bytes of `member` that wait for its merge. */
  waitingBytes(member: Member): number {
    return this.#members.get(member)?.waitingBytes ?? 0;
  }

  /**
   * Takes an awareness update of a member.
   * @throws ProtocolError | PresenceLimitError
   */
  receivePresence(member: Member, update: Uint8Array): void {
    if (!this.#members.has(member)) return;
    try {
      this.#presence.update(member, readPresence(update, member.person), (id) => {
        if (member.mayWrite) this.#gate.reserve(id, member);
      });
    } finally {
      this.#turns.schedule();
    }
  }

  /** Sends `member` every awareness state. */
  tellPresence(member: Member): void {
    this.#delivery.tellPresence(member);
  }

  /** The member has read what was congested. */
  drained(member: Member): void {
    this.#delivery.drained(this.#members.get(member));
  }

  /** The whole state in V1 encoding, as everybody will have it when the turn has ended. */
  state(): Uint8Array {
    this.#turns.run();
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
    for (const member of this.#members.keys()) member.notify(notice);
  }

  /** Closes members that have been behind for too long. Called from time to time. */
  closeStragglers(): void {
    this.#delivery.closeStragglers(this.#members.values(), this.#limits.catchUpDeadline);
  }

  /** Applies what waits, compacts a grown log, and resolves when everything is durable. */
  async settle(): Promise<void> {
    this.#turns.run();
    if (!this.broken && this.document.logRecords >= SETTLE_RECORDS) await this.#whole.compact();
    // A snapshot that comes late would surprise anyone who reads the document next.
    await this.#whole.whenIdle();
    if (this.#members.size === 0) this.#reusableIds.keep();
    await new Promise<void>((resolve) => this.document.afterPending(resolve));
  }

  /** Whether nothing waits, neither for a turn nor for the disk. */
  get isSettled(): boolean {
    return this.#turns.isIdle && this.document.isDurable && !this.#whole.isRenewing;
  }

  /** Whether enough clients have written in this text to make every edit costly. */
  get isWornOut(): boolean {
    return this.#isText && !this.broken && this.#doc.store.clients.size >= WORN_OUT_CLIENT_IDS;
  }

  /**
   * Rebuilds a worn out document: the same text, written by one client, in a new epoch. Only when nobody is here and all is
   * settled; the room is not to be used any more. A document that holds more than plain text stays as it is.
   */
  async makeAnew(): Promise<void> {
    const text = plainTextOf(this.#doc, this.#field);
    if (text === null) return;
    const clientIds = this.#doc.store.clients.size;
    this.#logger.info({ document: this.name, clientIds }, 'A worn out document is rebuilt.');
    this.#turns.end();
    const fresh = createServerDoc();
    if (text !== '') fresh.getText(this.#field).insert(0, text);
    await this.document.startAnew(Y.encodeStateAsUpdate(fresh));
    fresh.destroy();
  }

  /** Frees what the room holds. */
  destroy(): void {
    this.#doc.destroy();
  }
}
