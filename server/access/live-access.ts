import { CLOSE_CODES, type CloseCode } from '../../protocol/close-codes.ts';
import type { Clock } from '../clock.ts';
import type { Grant } from './authenticator.ts';
import { closeFor, type Decision } from './decision.ts';

/** Hears what becomes of an access. */
export interface LiveAccessListener {
  /** The access goes on, with this. */
  changed(grant: Grant, before: Grant): void;
  /** The access is over, or cannot be decided now (`tryAgainLater`). Called once at most, and nothing after it. */
  lost(code: CloseCode, reason: string): void;
}

export interface LiveAccessOptions {
  /** What its owner was let in with. */
  readonly grant: Grant;
  /** The token that came with it. */
  readonly token: string | null;
  readonly clock: Clock;
  /** Decides about a token, which the client has just `offered` or which is in use. Does not reject. */
  readonly ask: (token: string | null, offered: boolean) => Promise<Decision>;
  readonly listener: LiveAccessListener;
  /** Called when it ends, however it does; may be more than once. */
  readonly ended: () => void;
}

/** What was decided. */
interface Answer {
  readonly decision: Decision;
  /** How many changes were known when it was asked. */
  readonly changes: number;
  /** When it was asked, in milliseconds since 1970. */
  readonly askedAt: number;
}

/** Longest time that a timer can be set for, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * The access of one connection while it lives: asked for again when it runs out and when the authenticator tells of a change,
 * which is a review of the token in use; and when the client offers another token. A review waits for no token, and tokens
 * are tried one after the other: so nothing that a client sends puts off the end of its access.
 */
export class LiveAccess {
  readonly #options: LiveAccessOptions;
  #grant: Grant;
  #token: string | null;
  #timer: unknown = null;
  /** How often it was told that answers may be wrong; one that was asked for before says nothing. */
  #changes = 0;
  #reviewing = false;
  #trying = false;
  /** The newest token that waits to be tried. */
  #offered: { readonly token: string | null } | null = null;
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
    this.#offered = { token: token === '' ? null : token };
    if (!this.#trying && !this.#over) void this.#try();
  }

  /**
   * Asks again, since the last answer may be wrong now; with the id of a person, only when it was about them. A token that is
   * being tried may turn out to be theirs.
   */
  review(person?: string): void {
    if (this.#over) return;
    this.#changes += 1;
    const isMeant = person === undefined || this.#grant.person?.id === person;
    if (isMeant && !this.#reviewing) void this.#review();
  }

  /** The connection is gone. */
  end(): void {
    this.#over = true;
    this.#options.clock.clearTimeout(this.#timer);
    this.#options.ended();
  }

  async #review(): Promise<void> {
    this.#reviewing = true;
    let token: string | null;
    let answer: Answer;
    do {
      token = this.#token;
      answer = await this.#ask(token, false);
      // What took the place of this token may have done so before the change.
    } while (!this.#over && (token !== this.#token || this.#isOutdated(answer)));
    this.#reviewing = false;
    this.#take(answer.decision);
  }

  async #try(): Promise<void> {
    this.#trying = true;
    while (this.#offered !== null && !this.#over) {
      const { token } = this.#offered;
      this.#offered = null;
      let answer: Answer;
      do answer = await this.#ask(token, true);
      while (!this.#over && this.#isOutdated(answer));
      this.#token = token;
      this.#take(answer.decision);
    }
    this.#trying = false;
  }

  async #ask(token: string | null, offered: boolean): Promise<Answer> {
    const [changes, askedAt] = [this.#changes, this.#options.clock.date()];
    return { changes, askedAt, decision: await this.#options.ask(token, offered) };
  }

  /**
   * Whether access was given before a change, or ran out while it was asked for, so that the next answer says why. A refusal
   * stands: anyone who is let in again may come again.
   */
  #isOutdated({ decision, changes, askedAt }: Answer): boolean {
    if (!decision.granted) return false;
    const { expiresAt } = decision;
    const ranOut = expiresAt !== null && askedAt < expiresAt && expiresAt <= this.#options.clock.date();
    return ranOut || changes !== this.#changes;
  }

  #take(decision: Decision): void {
    const { clock, listener } = this.#options;
    if (this.#over) return;
    if (!decision.granted && (decision.refusal === 'unavailable' || decision.refusal === 'failed')) {
      this.#lose(CLOSE_CODES.tryAgainLater, 'Access could not be decided right now.');
    } else if (!decision.granted) {
      this.#lose(...closeFor(decision));
    } else if (decision.expiresAt !== null && decision.expiresAt <= clock.date()) {
      this.#lose(CLOSE_CODES.unauthenticated, 'The access has run out.');
    } else {
      const before = this.#grant;
      this.#grant = decision;
      this.#watchExpiry();
      listener.changed(decision, before);
    }
  }

  #lose(code: CloseCode, reason: string): void {
    this.end();
    this.#options.listener.lost(code, reason);
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
