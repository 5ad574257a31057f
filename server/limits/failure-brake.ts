import type { Clock } from '../clock.ts';

export interface BrakeRule {
  /** Failures that cost nothing. */
  readonly free: number;
  /** The wait after the first failure beyond, in milliseconds; doubled with every further one, up to `longest`. */
  readonly first: number;
  readonly longest: number;
}

interface Failures {
  count: number;
  /** When the next attempt may be made, and when all is forgotten; `clock.now()` based, in milliseconds. */
  openAt: number;
  forgottenAt: number;
}

/** Keys kept in memory; the one longest untouched is forgotten first. */
const MAX_KEYS = 10_000;

/** Slows anyone who fails again and again: guesses of a password, sign-ins. Kept in memory, for each key. */
export class FailureBrake {
  readonly #rule: BrakeRule;
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failures>();

  constructor(rule: BrakeRule, clock: Clock) {
    this.#rule = rule;
    this.#clock = clock;
  }

  /** Seconds until `key` may try again; 0 for now. */
  wait(key: string): number {
    const failures = this.#failures.get(key);
    return failures === undefined ? 0 : Math.max(0, Math.ceil((failures.openAt - this.#clock.now()) / 1000));
  }

  /**
   * Counts a failure. Count an attempt before its outcome is known, so that many at a time are no way around. Of a key that
   * stands for several, `shares` times as many are free.
   */
  failed(key: string, shares = 1): void {
    const { first, longest } = this.#rule;
    const free = this.#rule.free * shares;
    const now = this.#clock.now();
    const before = this.#failures.get(key);
    const count = before === undefined || before.forgottenAt <= now ? 1 : before.count + 1;
    const wait = count <= free ? 0 : Math.min(longest, first * 2 ** Math.min(30, count - free - 1));
    this.#failures.delete(key);
    this.#failures.set(key, { count, openAt: now + wait, forgottenAt: now + wait + longest });
    if (this.#failures.size <= MAX_KEYS) return;
    for (const oldest of this.#failures.keys()) {
      this.#failures.delete(oldest);
      return;
    }
  }

  /** Takes back one `failed`: the attempt was good. */
  succeeded(key: string): void {
    const failures = this.#failures.get(key);
    if (failures === undefined) return;
    failures.count -= 1;
    failures.openAt = this.#clock.now();
    if (failures.count <= 0) this.#failures.delete(key);
  }
}
