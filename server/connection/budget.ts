import { CLOSE_CODES, type CloseCode, retryAfterReason } from '../../protocol/close-codes.ts';
import type { Clock } from '../clock.ts';
import { Allowance, type ConnectionRates } from '../limits/allowance.ts';
import { type TrafficAllowance, takeMessage } from '../limits/traffic.ts';

/** What is counted for all connections of one address, and of one person, together. `person` is null for a guest. */
export interface ConnectionQuotas {
  /** Takes one of the documents that they may create; returns the seconds to wait, 0 when there are none. */
  creation(address: string, person: string | null): number;
  /** What they may still send. */
  traffic(address: string, person: string | null): readonly TrafficAllowance[];
  /** What their merges and questions may still cost, in milliseconds. */
  work(address: string, person: string | null): readonly Allowance[];
  /** How many client ids they may bring into documents. */
  clientIds(address: string, person: string | null): readonly Allowance[];
  /** What they may still add to documents, in bytes. */
  storage(address: string, person: string | null): readonly Allowance[];
}

/** Whether there is room on the disk. */
export interface StorageRoom {
  readonly isFull: boolean;
  readonly hasRoomForNew: boolean;
}

/** Something was too much, and this is what the connection is closed with. */
export interface OverBudget {
  readonly code: CloseCode;
  readonly reason: string;
}

/** Seconds that a client is asked to wait when the disk has no room left for it: somebody has to make some. */
const STORAGE_RETRY_AFTER = 60;

/** What one connection may still send and cost: by itself, and together with others of its address and its person. */
export class ConnectionBudget {
  readonly #clock: Clock;
  readonly #quotas: ConnectionQuotas;
  readonly #address: string;
  readonly #room: StorageRoom;
  readonly #own: TrafficAllowance;
  readonly #presence: Allowance;
  readonly #questions: Allowance;
  readonly #work: Allowance;
  /** Its own, then those that it shares. */
  #traffic: readonly TrafficAllowance[] = [];
  #sharedWork: readonly Allowance[] = [];
  #clientIds: readonly Allowance[] = [];
  #storage: readonly Allowance[] = [];
  #person: string | null = null;
  /** Whether it was counted that this connection creates the document. */
  #hasCreated = false;

  constructor(
    rates: ConnectionRates,
    {
      quotas,
      storage,
      address,
      person,
      clock,
    }: { quotas: ConnectionQuotas; storage: StorageRoom; address: string; person: string | null; clock: Clock },
  ) {
    this.#clock = clock;
    this.#quotas = quotas;
    this.#address = address;
    this.#room = storage;
    this.#own = { messages: new Allowance(rates.messages, clock), bytes: new Allowance(rates.bytes, clock) };
    this.#presence = new Allowance(rates.presence, clock);
    this.#questions = new Allowance(rates.questions, clock);
    this.#work = new Allowance(rates.work, clock);
    this.belongsTo(person);
  }

  /** From here on it counts for this person; null for a guest. */
  belongsTo(person: string | null): void {
    this.#person = person;
    this.#traffic = [this.#own, ...this.#quotas.traffic(this.#address, person)];
    this.#sharedWork = this.#quotas.work(this.#address, person);
    this.#clientIds = this.#quotas.clientIds(this.#address, person);
    this.#storage = this.#quotas.storage(this.#address, person);
  }

  /** Takes a message of this many bytes; null when that was not too much. */
  takeMessage(bytes: number): OverBudget | null {
    const tooMuch = takeMessage(this.#traffic, bytes, this.#clock);
    return tooMuch === null ? null : slowDown(tooMuch.seconds, tooMuch.reason);
  }

  takePresence(): boolean {
    return this.#presence.take(1, this.#clock);
  }

  /** The first edit creates a document, and of those there are this many an hour. */
  takeCreation(): OverBudget | null {
    if (this.#hasCreated) return null;
    if (!this.#room.hasRoomForNew) return noRoom('The server has no room for new documents.');
    const seconds = this.#quotas.creation(this.#address, this.#person);
    if (seconds > 0) return slowDown(seconds, 'Too many documents were created in a short time.');
    this.#hasCreated = true;
    return null;
  }

  /** Takes what an update adds to a document, in bytes. */
  takeStorage(bytes: number): OverBudget | null {
    if (this.#room.isFull) return noRoom('The server stores as much as it may.');
    for (const storage of this.#storage) {
      if (!storage.take(bytes, this.#clock)) {
        return slowDown(storage.secondsUntil(bytes), 'Too much was written in a day.');
      }
    }
    return null;
  }

  /** Takes a question that is dear to answer. */
  takeQuestion(): OverBudget | null {
    if (this.#questions.take(1, this.#clock)) return null;
    return slowDown(this.#questions.secondsUntil(1), 'The same was asked too often in a short time.');
  }

  /** Takes client ids that are new to a document. */
  takeClientIds(count: number): boolean {
    return this.#clientIds.every((allowance) => allowance.take(count, this.#clock));
  }

  /** Whether anything is left of its own computing time. */
  get mayWork(): boolean {
    return this.#work.isLeft(this.#clock);
  }

  /** Whether anything is left of its own computing time and of what it shares. */
  get mayMerge(): boolean {
    return this.mayWork && this.#sharedWork.every((allowance) => allowance.isLeft(this.#clock));
  }

  /** It has cost this many milliseconds. */
  worked(milliseconds: number): void {
    this.#work.spend(milliseconds);
    for (const allowance of this.#sharedWork) allowance.spend(milliseconds);
  }
}

function slowDown(seconds: number, reason: string): OverBudget {
  return { code: CLOSE_CODES.rateLimited, reason: retryAfterReason(seconds, reason) };
}

function noRoom(reason: string): OverBudget {
  return { code: CLOSE_CODES.tryAgainLater, reason: retryAfterReason(STORAGE_RETRY_AFTER, reason) };
}
