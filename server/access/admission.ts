import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import {
  type Access,
  type AccessRequest,
  AccessUnavailable,
  type Authenticator,
  type Grant,
  type Refusal,
} from './authenticator.ts';
import type { Decision, Denial } from './decision.ts';
import { LiveAccess, type LiveAccessListener } from './live-access.ts';

/** A request whose sender's address is known, as that of every transport is. */
export interface ArrivedRequest extends AccessRequest {
  readonly address: string;
}

/** Counts the tokens of an address that were not good. */
export interface TokenQuota {
  /** Counts one; returns the seconds that the address has to wait, 0 while it may bring more. */
  refusedToken(address: string): number;
}

export interface AdmissionDependencies {
  readonly authenticator: Authenticator;
  readonly quotas: TokenQuota;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long an authenticator may take, in milliseconds, before a client is asked to come again. */
const ACCESS_TIMEOUT = 10_000;

/** A question that is not answered. */
interface Question {
  readonly documentName: string;
  /** Whether the access of the document has changed since it was put. */
  outdated: boolean;
}

/**
 * Who may come in: the one place that asks the authenticator, for every transport. It says how long that may take, what a token
 * that is not good costs, and when access is looked at again.
 *
 * Every token is looked at, and a good one is let in whatever its neighbours at the same address brought; counted, and answered
 * with a wait, are only those that are not good. Neither is the renewal of somebody who is here ever put off.
 */
export class Admission {
  readonly #authenticator: Authenticator;
  readonly #quotas: TokenQuota;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #questions = new Set<Question>();
  /** The access of those who are here, with the document that it is for. */
  readonly #live = new Map<LiveAccess, string>();
  readonly #stopListening: () => void;

  constructor({ authenticator, quotas, clock, logger }: AdmissionDependencies) {
    this.#authenticator = authenticator;
    this.#quotas = quotas;
    this.#clock = clock;
    this.#logger = logger;
    const stop = authenticator.onChange?.((documentName, person) => this.#accessChanged(documentName, person));
    // A host's own may return anything.
    this.#stopListening = typeof stop === 'function' ? stop : () => undefined;
  }

  /** Decides about a request that is answered at once. */
  decide(request: ArrivedRequest): Promise<Decision> {
    return this.#decide(request, () => this.#ask(request), asItIs);
  }

  /** The same by another question than what somebody may do. */
  decideBy<Yes extends { readonly granted: true }>(
    request: ArrivedRequest,
    ask: () => Promise<Yes | Refusal>,
  ): Promise<Yes | Denial> {
    return this.#decide(request, ask, asItIs);
  }

  /**
   * Decides about somebody who wants to stay, and calls `use` in the very turn in which the decision is true: anyone who is shut
   * out while the question is open does not slip in. Rejects only with what `use` throws.
   */
  admit<Result>(request: ArrivedRequest, use: (decision: Decision) => Result): Promise<Result> {
    return this.#decide(request, () => this.#ask(request), use);
  }

  /** Looks after the access of somebody who was let in, until it ends. */
  watch({ documentName, token, address }: ArrivedRequest, grant: Grant, listener: LiveAccessListener): LiveAccess {
    const access: LiveAccess = new LiveAccess({
      grant,
      token,
      clock: this.#clock,
      ask: (token, offered) => this.#decideAgain({ documentName, token, address }, offered),
      listener,
      ended: () => this.#live.delete(access),
    });
    this.#live.set(access, documentName);
    return access;
  }

  /** Hears no more of changes. */
  close(): void {
    try {
      this.#stopListening();
    } catch (err) {
      this.#logger.error({ err }, 'The authenticator failed to stop telling of changes.');
    }
  }

  /** Puts the question, with nothing else that a transport knows of the request. */
  #ask({ documentName, token, address }: ArrivedRequest): Access | Promise<Access> {
    return this.#authenticator.authorize({ documentName, token, address });
  }

  async #decide<Yes extends { readonly granted: true }, Result>(
    request: ArrivedRequest,
    ask: () => Yes | Refusal | Promise<Yes | Refusal>,
    use: (decision: Yes | Denial) => Result,
  ): Promise<Result> {
    const question: Question = { documentName: request.documentName, outdated: false };
    this.#questions.add(question);
    let answer = await this.#answer(ask);
    while (question.outdated) {
      question.outdated = false;
      answer = await this.#answer(ask);
    }
    this.#questions.delete(question);
    return use(this.#counted(request, answer));
  }

  /** Decides for somebody who is here. A token that they bring counts as one that comes with a new connection. */
  async #decideAgain(request: ArrivedRequest, offered: boolean): Promise<Decision> {
    const answer = await this.#answer<Grant>(() => this.#ask(request));
    if (!answer.granted && answer.refusal === 'failed') {
      const fields = { err: answer.cause, document: request.documentName };
      this.#logger.error(fields, 'The access of a connection could not be decided again.');
    }
    return offered ? this.#counted(request, answer) : answer;
  }

  /** Asks, for this long. What is thrown at once is a rejection too. */
  async #answer<Yes extends { readonly granted: true }>(
    ask: () => Yes | Refusal | Promise<Yes | Refusal>,
  ): Promise<Yes | Denial> {
    let timer: unknown;
    const timeout = new Promise<never>((_resolve, reject) => {
      const tooLate = () => reject(new AccessUnavailable('Access could not be decided in time.'));
      timer = this.#clock.setTimeout(tooLate, ACCESS_TIMEOUT);
    });
    try {
      return await Promise.race([ask(), timeout]);
    } catch (cause) {
      if (cause instanceof AccessUnavailable) {
        return { granted: false, refusal: 'unavailable', reason: cause.message, cause };
      }
      return { granted: false, refusal: 'failed', reason: 'Access could not be decided.', cause };
    } finally {
      this.#clock.clearTimeout(timer);
    }
  }

  #counted<Yes extends { readonly granted: true }>({ token, address }: ArrivedRequest, answer: Yes | Denial) {
    if (answer.granted || token === null || !mayBeGuess(answer)) return answer;
    const retryAfter = this.#quotas.refusedToken(address);
    if (retryAfter === 0) return answer;
    const reason = 'Too many tokens were refused in a short time.';
    return { granted: false, refusal: 'rateLimited', reason, retryAfter } as const;
  }

  #accessChanged(documentName: string | null, person?: string): void {
    const isMeant = (name: string) => documentName === null || name === documentName;
    // Of whom an open question is, nobody knows yet.
    for (const question of this.#questions) if (isMeant(question.documentName)) question.outdated = true;
    for (const [access, name] of this.#live) if (isMeant(name)) access.review(person);
  }
}

/** Whether what was refused may have been a guess. A password that is still to be given is none. */
function mayBeGuess({ refusal }: Denial): boolean {
  return refusal === 'unauthenticated' || refusal === 'forbidden';
}

function asItIs<Answer>(answer: Answer): Answer {
  return answer;
}
