import type { Clock } from '../clock.ts';

/** How much of something is allowed: so much at once, and so much a second on average. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Rates of what one connection may send and cost. */
export interface ConnectionRates {
  /** Messages of any kind. */
  readonly messages: Rate;
  /** Bytes of messages. */
  readonly bytes: Rate;
  /** Presence messages; more are gathered, the newest wins, nobody is closed. */
  readonly presence: Rate;
  /** Questions that a short message asks and a long one answers: sync step 1, and who is here. */
  readonly questions: Rate;
  /** Milliseconds of computing for questions and for large or merged updates (SEC-9). */
  readonly work: Rate;
}

/** As much of a clock as an allowance needs. */
export type Time = Pick<Clock, 'now'>;

/**
 * What is left of a rate: a token bucket that reads the clock only when it has run out, so that taking from it costs a
 * subtraction. It may therefore give one burst more than a bucket that refills all the time, never more than that.
 */
export class Allowance {
  readonly #rate: Rate;
  #left: number;
  #refilledAt: number;

  constructor(rate: Rate, clock: Time) {
    this.#rate = rate;
    this.#left = rate.burst;
    this.#refilledAt = clock.now();
  }

  /** Takes `amount` when so much is left, and says whether it was; otherwise takes nothing. */
  take(amount: number, clock: Time): boolean {
    if (this.#left < amount) this.#refill(clock.now());
    if (this.#left < amount) return false;
    this.#left -= amount;
    return true;
  }

  /** Takes `amount` although less may be left: what it cost is known only afterwards. */
  spend(amount: number): void {
    this.#left -= amount;
  }

  /** Whether anything is left. */
  isLeft(clock: Time): boolean {
    if (this.#left <= 0) this.#refill(clock.now());
    return this.#left > 0;
  }

  /** What is left now; less than nothing when more was spent than there was. */
  left(clock: Time): number {
    this.#refill(clock.now());
    return this.#left;
  }

  /** Whole seconds until `amount` is there, one at least. */
  secondsUntil(amount: number): number {
    return Math.max(1, Math.ceil((Math.min(amount, this.#rate.burst) - this.#left) / this.#rate.perSecond));
  }

  #refill(now: number): void {
    const gained = ((now - this.#refilledAt) / 1000) * this.#rate.perSecond;
    this.#left = Math.min(this.#rate.burst, this.#left + gained);
    this.#refilledAt = now;
  }
}
