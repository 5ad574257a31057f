import { randomBytes } from 'node:crypto';
import type { Person } from '../access/authenticator.ts';
import type { Clock } from '../clock.ts';
import { Seal } from './seal.ts';

const DAY = 24 * 60 * 60 * 1000;

/** How long a session lasts that nobody uses, in milliseconds. */
export const SESSION_LIFETIME = 7 * DAY;

/** How old a session may be before a use makes it last again, in milliseconds. */
const RENEW_AFTER = DAY;

/** How long a session lasts however much it is used, in milliseconds; then the provider is asked again. */
export const LONGEST_SESSION = 30 * DAY;

/** Somebody who signed in, in one browser. */
export interface Session {
  readonly id: string;
  readonly person: Person;
  /** Milliseconds since 1970, as the others. */
  readonly signedInAt: number;
  readonly renewedAt: number;
  readonly expiresAt: number;
}

/**
 * The sessions of signed-in people. Nothing is stored: a session is what its sealed cookie says, until it expires. Sessions
 * that were signed out are remembered until then, as long as the process runs.
 */
export class Sessions {
  readonly #seal: Seal;
  readonly #clock: Clock;
  /** When each session that was signed out would have expired. */
  readonly #ended = new Map<string, number>();
  readonly #listeners = new Set<(person: string) => void>();

  constructor(secret: Uint8Array, clock: Clock) {
    this.#seal = new Seal(secret, 'session', clock);
    this.#clock = clock;
  }

  /** A new session, with an id that no earlier one had. */
  start(person: Person): Session {
    const now = this.#clock.date();
    return this.#session(randomBytes(16).toString('base64url'), person, now);
  }

  /** The session as its cookie holds it. */
  seal({ id, person, signedInAt, renewedAt, expiresAt }: Session): Promise<string> {
    return this.#seal.close({ id, person, signedInAt, renewedAt }, expiresAt);
  }

  /** The session of a cookie; null when there is none, or no longer. */
  async read(cookie: string): Promise<Session | null> {
    const content = await this.#seal.open(cookie);
    // What opens was written by `seal`.
    const session = content as (Omit<Session, 'expiresAt'> & { exp: number }) | null;
    if (session === null || this.isEnded(session.id)) return null;
    const { id, person, signedInAt, renewedAt, exp } = session;
    return { id, person, signedInAt, renewedAt, expiresAt: exp * 1000 };
  }

  /** The session with more time left, when that is due; null when it goes on as it is. */
  renewed({ id, person, signedInAt, renewedAt }: Session): Session | null {
    if (this.#clock.date() - renewedAt < RENEW_AFTER) return null;
    const renewed = this.#session(id, person, signedInAt);
    return renewed.expiresAt > this.#clock.date() ? renewed : null;
  }

  /** Signs out: neither the session's cookie nor its tokens are good from now on. */
  end(session: Session): void {
    const now = this.#clock.date();
    for (const [id, expiresAt] of this.#ended) if (expiresAt <= now) this.#ended.delete(id);
    // A copy of the cookie that was renewed elsewhere may last longer than this one.
    this.#ended.set(session.id, Math.min(now + SESSION_LIFETIME, session.signedInAt + LONGEST_SESSION));
    for (const listener of this.#listeners) listener(session.person.id);
  }

  /** Hears whose session was signed out. */
  onEnd(listener: (person: string) => void): void {
    this.#listeners.add(listener);
  }

  isEnded(id: string): boolean {
    return this.#ended.has(id);
  }

  #session(id: string, person: Person, signedInAt: number): Session {
    const now = this.#clock.date();
    const expiresAt = Math.min(now + SESSION_LIFETIME, signedInAt + LONGEST_SESSION);
    return { id, person, signedInAt, renewedAt: now, expiresAt };
  }
}
