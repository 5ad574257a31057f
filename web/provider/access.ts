import { CLOSE_CODES } from '../../protocol/close-codes.ts';
import { encodeToken } from '../../protocol/messages.ts';
import type { Person } from '../../protocol/person.ts';
import { askToken } from './access-token.ts';
import { retryDelay } from './backoff.ts';
import type { Clock } from './clock.ts';

/** When a new token is asked for, in milliseconds before the access runs out. */
const LEAD = { share: 0.2, max: 60_000 } as const;

/** Least time between two questions that nobody but the clock has put, in milliseconds. */
const LEAST_PAUSE = 1_000;

/** Longest time that a timer can be set for, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** What the server says of a connection's access, in the welcome and in notices. */
export interface AccessGrant {
  readonly role: string;
  /** Whether the document is frozen; absent when it is not. */
  readonly frozen?: boolean;
  /** Milliseconds from now until it runs out; absent for never. */
  readonly expiresIn?: number;
  /** Absent for a guest. */
  readonly person?: Person;
}

export interface AccessOptions {
  /** The token, or what gets one. */
  readonly token: string | (() => string | Promise<string>) | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly send: (frame: Uint8Array) => void;
  /** What may be done is not the same as before: by another role, or because the document was frozen or thawed. */
  readonly roleChanged: (role: string) => void;
  /** Whether a token may be shown on the live connection: it is that of the same person. */
  readonly accepts: (token: string | undefined) => boolean;
  /** There was no token to be had (TokenError); the function is asked again. For a log. */
  readonly failed: (error: unknown) => void;
}

/**
 * What this client may do, and its token: shown at every connection, and renewed on the live one before the access runs out, so
 * that nobody is interrupted. A token function that throws is asked again, with growing pauses, until it is too late; then
 * the server closes the connection, and the next one begins with a new token anyway.
 */
export class Access {
  readonly #options: AccessOptions;
  #role: string | null = null;
  #frozen = false;
  #person: Person | null = null;
  /** When it runs out, `clock.now()` based; null for never. */
  #expiresAt: number | null = null;
  /** Whether there is a connection whose access can be renewed. */
  #live = false;
  /** Questions put to the token function; the answer to any but the last is out of date. */
  #questions = 0;
  /** Questions in a row that it answered by throwing. */
  #failures = 0;
  /** Whether the token function gave a token when it was asked last. */
  #hasToken = false;
  /** Whether a refusal has been answered by another attempt. */
  #forgave = false;
  #timer: unknown = null;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /** As the server last said; null before. */
  get role(): string | null {
    return this.#role;
  }

  /** Whether nobody may write in the document for now, as the server last said. */
  get frozen(): boolean {
    return this.#frozen;
  }

  /** Who the server says this is; null for a guest. */
  get person(): Person | null {
    return this.#person;
  }

  /** Whether what may be done, or who does it, is not the same as before. */
  isChangedBy({ role, person }: AccessGrant): boolean {
    return role !== this.#role || person?.id !== this.#person?.id;
  }

  /** Whether a connection that was closed with this code may be tried once more, though the code is for good. */
  forgives(code: number): boolean {
    const mayHelp =
      // A token may have run out just now. Who has none is not to wait for the same answer.
      (code === CLOSE_CODES.unauthenticated.code && this.#renewable && this.#hasToken) ||
      // What may be done became less while an edit was on its way; reading may still be allowed.
      (code === CLOSE_CODES.forbidden.code && this.#live);
    if (!mayHelp || this.#forgave) return false;
    this.#forgave = true;
    return true;
  }

  /** The content of the server has arrived: the next refusal is the first one. */
  succeeded(): void {
    this.#forgave = false;
  }

  /** The token for a new connection; undefined for none. @throws TokenError */
  async token(): Promise<string | undefined> {
    const given = await askToken(this.#options.token);
    this.#hasToken = given !== undefined && given !== '';
    return given;
  }

  /** The server has let this client in, or has said again what it may do. */
  granted({ role, frozen = false, expiresIn, person }: AccessGrant): void {
    const { clock, roleChanged } = this.#options;
    const isSame = role === this.#role && frozen === this.#frozen;
    this.#live = true;
    this.#role = role;
    this.#frozen = frozen;
    this.#person = person ?? null;
    this.#failures = 0;
    clock.clearTimeout(this.#timer);
    this.#expiresAt = expiresIn === undefined ? null : clock.now() + expiresIn;
    if (expiresIn !== undefined) this.#renewIn(expiresIn - Math.min(LEAD.max, expiresIn * LEAD.share));
    if (!isSame) roleChanged(role);
  }

  /** Gets a new token now and shows it on the live connection; the next connection asks for one anyway. */
  renew(): void {
    if (!this.#live || !this.#renewable) return;
    this.#options.clock.clearTimeout(this.#timer);
    void this.#renew();
  }

  /** The connection is gone. */
  ended(): void {
    this.#live = false;
    this.#questions += 1;
    this.#options.clock.clearTimeout(this.#timer);
  }

  /** Whether another token can be had than the one of before. */
  get #renewable(): boolean {
    return typeof this.#options.token === 'function';
  }

  async #renew(): Promise<void> {
    const { clock, random, send, accepts, failed } = this.#options;
    this.#questions += 1;
    const question = this.#questions;
    try {
      const token = await this.token();
      if (question === this.#questions && accepts(token)) send(encodeToken(token ?? ''));
    } catch (error) {
      if (question !== this.#questions) return;
      failed(error);
      this.#failures += 1;
      clock.clearTimeout(this.#timer);
      this.#renewIn(retryDelay(this.#failures, random()));
    }
  }

  /** Renews after this many milliseconds, unless it will be too late by then. */
  #renewIn(milliseconds: number): void {
    const { clock } = this.#options;
    const delay = Math.max(LEAST_PAUSE, milliseconds);
    if (!this.#renewable || this.#expiresAt === null || clock.now() + delay >= this.#expiresAt) return;
    this.#timer = clock.setTimeout(
      () => (delay > LONGEST_TIMER ? this.#renewIn(delay - LONGEST_TIMER) : this.renew()),
      Math.min(delay, LONGEST_TIMER),
    );
  }
}
