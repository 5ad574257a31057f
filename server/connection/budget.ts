import type { Clock } from '../clock.ts';
import { Allowance, type ConnectionRates } from '../limits/allowance.ts';
import { type TooMuchTraffic, type TrafficAllowance, takeMessage } from '../limits/traffic.ts';

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
}

/** What one connection may still send and cost: by itself, and together with others of its address and its person. */
export class ConnectionBudget {
  readonly #clock: Clock;
  readonly #quotas: ConnectionQuotas;
  readonly #address: string;
  readonly #own: TrafficAllowance;
  readonly #presence: Allowance;
  readonly #questions: Allowance;
  readonly #work: Allowance;
  /** Its own, then those that it shares. */
  #traffic: readonly TrafficAllowance[] = [];
  #sharedWork: readonly Allowance[] = [];
  #clientIds: readonly Allowance[] = [];

  constructor(
    rates: ConnectionRates,
    {
      quotas,
      address,
      person,
      clock,
    }: { quotas: ConnectionQuotas; address: string; person: string | null; clock: Clock },
  ) {
    this.#clock = clock;
    this.#quotas = quotas;
    this.#address = address;
    this.#own = { messages: new Allowance(rates.messages, clock), bytes: new Allowance(rates.bytes, clock) };
    this.#presence = new Allowance(rates.presence, clock);
    this.#questions = new Allowance(rates.questions, clock);
    this.#work = new Allowance(rates.work, clock);
    this.belongsTo(person);
  }

  /** From here on it counts for this person; null for a guest. */
  belongsTo(person: string | null): void {
    this.#traffic = [this.#own, ...this.#quotas.traffic(this.#address, person)];
    this.#sharedWork = this.#quotas.work(this.#address, person);
    this.#clientIds = this.#quotas.clientIds(this.#address, person);
  }

  /** Takes a message of this many bytes; says what was too much, null when nothing was. */
  takeMessage(bytes: number): TooMuchTraffic | null {
    return takeMessage(this.#traffic, bytes, this.#clock);
  }

  takePresence(): boolean {
    return this.#presence.take(1, this.#clock);
  }

  /** Takes a question. Returns the seconds to wait when there were too many, else 0. */
  takeQuestion(): number {
    return this.#questions.take(1, this.#clock) ? 0 : this.#questions.secondsUntil(1);
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

  /** It has cost so many milliseconds. */
  worked(milliseconds: number): void {
    this.#work.spend(milliseconds);
    for (const allowance of this.#sharedWork) allowance.spend(milliseconds);
  }
}
