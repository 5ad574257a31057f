import { CLOSE_CODES, type CloseCode } from '../../protocol/close-codes.ts';
import type { Access, Grant } from '../auth/authenticator.ts';
import type { Clock } from '../clock.ts';

export interface LiveAccessOptions {
  /** What the connection was let in with. */
  readonly grant: Grant;
  /** The token that it came with. */
  readonly token: string | null;
  readonly clock: Clock;
  /** Asks the authenticator about a token. May reject: then nobody can say, and the access is lost for now. */
  readonly ask: (token: string | null) => Promise<Access>;
  /** The access goes on, with this. */
  readonly changed: (grant: Grant, before: Grant) => void;
  /** The access is over. Called once at most, and nothing after it. */
  readonly lost: (code: CloseCode, reason: string) => void;
}

/** Longest time that a timer can be set for, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * The access of one connection while it lives: asked for again when it runs out, when the client brings a new token, and
 * when the authenticator tells of a change. One question at a time; what happens during it leads to another.
 */
export class LiveAccess {
  readonly #options: LiveAccessOptions;
  #grant: Grant;
  #token: string | null;
  #timer: unknown = null;
  #asking = false;
  #askAgain = false;
  #over = false;

  constructor(options: LiveAccessOptions) {
    this.#options = options;
    this.#grant = options.grant;
    this.#token = options.token;
    this.#watchExpiry();
  }

  get grant(): Grant {
    return this.#grant;
  }

  /** Milliseconds until it has to be asked for again; null for never. */
  get expiresIn(): number | null {
    const { expiresAt } = this.#grant;
    return expiresAt === null ? null : Math.max(0, expiresAt - this.#options.clock.date());
  }

  /** Goes on with another token, if that is good. */
  renew(token: string): void {
    this.#token = token === '' ? null : token;
    this.review();
  }

  /**
   * Asks again, since the last answer may be wrong now; with the id of a person, only when it was about them. A question that
   * is open may turn out to be.
   */
  review(person?: string): void {
    if (this.#over || (person !== undefined && !this.#asking && this.#grant.person?.id !== person)) return;
    this.#askAgain = true;
    if (!this.#asking) void this.#ask();
  }

  /** The connection is gone. */
  end(): void {
    this.#over = true;
    this.#options.clock.clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    const { ask } = this.#options;
    this.#asking = true;
    while (this.#askAgain && !this.#over) {
      this.#askAgain = false;
      const access = await ask(this.#token).catch(() => null);
      if (!this.#over && !this.#askAgain) this.#take(access);
    }
    this.#asking = false;
  }

  #take(access: Access | null): void {
    const { clock, changed } = this.#options;
    if (access === null) {
      this.#lose(CLOSE_CODES.tryAgainLater, 'Access could not be decided right now.');
    } else if (!access.granted) {
      this.#lose(CLOSE_CODES[access.refusal], access.reason);
    } else if (access.expiresAt !== null && access.expiresAt <= clock.date()) {
      this.#lose(CLOSE_CODES.unauthenticated, 'The access has run out.');
    } else {
      const before = this.#grant;
      this.#grant = access;
      this.#watchExpiry();
      changed(access, before);
    }
  }

  #lose(code: CloseCode, reason: string): void {
    this.end();
    this.#options.lost(code, reason);
  }

  #watchExpiry(): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    const left = this.expiresIn;
    if (left === null) return;
    this.#timer = clock.setTimeout(
      () => (left > LONGEST_TIMER ? this.#watchExpiry() : this.review()),
      Math.min(left, LONGEST_TIMER),
    );
  }
}
