import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';

/** How long the link of `coscribe admin` can be used, and how long what it opens lasts, in milliseconds. */
export const KEY_LIFETIME = 10 * 60 * 1000;
export const ADMIN_LIFETIME = 12 * 60 * 60 * 1000;

/** Max keys, and max of what they open, at a time; the oldest go first. */
const MAX_KEPT = 100;

/**
 * Who may use the dashboard: people whom the setting `admins` names, and anyone who opened a one-time link of `coscribe admin`. Of a
 * link nothing is written down: a restart ends what it opened.
 */
export class Admins {
  readonly #people: ReadonlySet<string>;
  readonly #clock: Clock;
  /** By the hash of the secret, when it ends. */
  readonly #keys = new Map<string, number>();
  readonly #opened = new Map<string, number>();

  constructor(people: readonly string[], clock: Clock) {
    this.#people = new Set(people);
    this.#clock = clock;
  }

  /** Whether the setting names anybody. */
  get namesPeople(): boolean {
    return this.#people.size > 0;
  }

  /** A secret that opens the dashboard once. */
  issueKey(): string {
    return this.#keep(this.#keys, KEY_LIFETIME);
  }

  /** The secret of what a key opens, which is used up by that; null when it is none, or no longer. */
  redeem(key: string): string | null {
    const isGood = this.#isGood(this.#keys, key);
    this.#keys.delete(hash(key));
    return isGood ? this.#keep(this.#opened, ADMIN_LIFETIME) : null;
  }

  /** Whether a secret was given for a key. */
  isOpened(secret: string): boolean {
    return this.#isGood(this.#opened, secret);
  }

  /** Gives back what a key opened. */
  end(secret: string): void {
    this.#opened.delete(hash(secret));
  }

  isNamed(person: string): boolean {
    return this.#people.has(person);
  }

  #keep(kept: Map<string, number>, lifetime: number): string {
    const now = this.#clock.now();
    for (const [one, endsAt] of kept) if (endsAt <= now || kept.size >= MAX_KEPT) kept.delete(one);
    const secret = randomBytes(32).toString('base64url');
    kept.set(hash(secret), now + lifetime);
    return secret;
  }

  #isGood(kept: ReadonlyMap<string, number>, secret: string): boolean {
    const endsAt = kept.get(hash(secret));
    return endsAt !== undefined && endsAt > this.#clock.now();
  }
}

/** Looked up by it, a secret is not guessed by how long that takes. */
function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
