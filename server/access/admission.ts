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
import { BANNED_ADDRESS, BANNED_PERSON, type Decision, type Denial, FROZEN } from './decision.ts';
import { LiveAccess, type LiveAccessListener } from './live-access.ts';
import type { RestrictionChange, Restrictions } from './restrictions.ts';

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
  readonly restrictions: Restrictions;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long an authenticator may take, in milliseconds, before a client is asked to come again. */
const ACCESS_TIMEOUT = 10_000;

/** A question that is not answered. */
interface Question {
  readonly request: ArrivedRequest;
  /** Whether what it asks for has changed since it was put. */
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
  readonly #restrictions: Restrictions;
  /** The access of those who are here, with the document that it is for and where they are. */
  readonly #live = new Map<LiveAccess, Pick<ArrivedRequest, 'documentName' | 'address'>>();
  readonly #stopListening: () => void;

  constructor({ authenticator, quotas, restrictions, clock, logger }: AdmissionDependencies) {
    this.#authenticator = authenticator;
    this.#quotas = quotas;
    this.#clock = clock;
    this.#logger = logger;
    const stop = authenticator.onChange?.((documentName, person) => this.#accessChanged(documentName, person));
    // A host's own may return anything.
    this.#stopListening = typeof stop === 'function' ? stop : () => undefined;
    this.#restrictions = restrictions;
    restrictions.onChange((change) => this.#restricted(change));
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
    this.#live.set(access, { documentName, address });
    return access;
  }

  /** Whether nobody writes in a document, with the API key neither. */
  isFrozen(documentName: string): boolean {
    return this.#restrictions.isFrozen(documentName);
  }

  /** Whether nobody is let in from an address, whatever they bring. */
  isBanned(address: string): boolean {
    return this.#restrictions.isBannedAddress(address);
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
    const question: Question = { request, outdated: false };
    this.#questions.add(question);
    let answer = await this.#answer(request, ask);
    while (question.outdated) {
      question.outdated = false;
      answer = await this.#answer(request, ask);
    }
    this.#questions.delete(question);
    return use(this.#counted(request, answer));
  }

  /** Decides for somebody who is here. A token that they bring counts as one that comes with a new connection. */
  async #decideAgain(request: ArrivedRequest, offered: boolean): Promise<Decision> {
    const answer = await this.#answer<Grant>(request, () => this.#ask(request));
    if (!answer.granted && answer.refusal === 'failed') {
      const fields = { err: answer.cause, document: request.documentName };
      this.#logger.error(fields, 'The access of a connection could not be decided again.');
    }
    return offered ? this.#counted(request, answer) : answer;
  }

  /** Asks, for this long. What is thrown at once is a rejection too. */
  async #answer<Yes extends { readonly granted: true }>(
    { documentName, address }: ArrivedRequest,
    ask: () => Yes | Refusal | Promise<Yes | Refusal>,
  ): Promise<Yes | Denial> {
    if (this.#restrictions.isBannedAddress(address)) return refuse(BANNED_ADDRESS);
    let timer: unknown;
    const timeout = new Promise<never>((_resolve, reject) => {
      const tooLate = () => reject(new AccessUnavailable('Access could not be decided in time.'));
      timer = this.#clock.setTimeout(tooLate, ACCESS_TIMEOUT);
    });
    try {
      return this.#restrict(documentName, await Promise.race([ask(), timeout]));
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

  /** What an authenticator knows nothing of: who is banned, and what is frozen. */
  #restrict<Yes extends { readonly granted: true }>(documentName: string, answer: Yes | Refusal): Yes | Refusal {
    if (!answer.granted) return answer;
    const isFrozen = this.#restrictions.isFrozen(documentName);
    // Somebody may create a document, which is a change of what is frozen.
    if (!isGrant(answer)) return isFrozen ? refuse(FROZEN) : answer;
    if (answer.person !== null && this.#restrictions.isBannedPerson(answer.person.id)) return refuse(BANNED_PERSON);
    return isFrozen ? { ...answer, frozen: true } : answer;
  }

  #restricted(change: RestrictionChange): void {
    switch (change.kind) {
      case 'document':
        this.#accessChanged(change.name);
        return;
      case 'person':
        this.#accessChanged(null, change.id);
        return;
      case 'network':
        for (const question of this.#questions) if (change.includes(question.request.address)) question.outdated = true;
        for (const [access, { address }] of this.#live) if (change.includes(address)) access.review();
        return;
      default:
        change satisfies never;
    }
  }

  #accessChanged(documentName: string | null, person?: string): void {
    const isMeant = (name: string) => documentName === null || name === documentName;
    // Of whom an open question is, nobody knows yet.
    for (const question of this.#questions) if (isMeant(question.request.documentName)) question.outdated = true;
    for (const [access, live] of this.#live) if (isMeant(live.documentName)) access.review(person);
  }
}

/** Whether what was refused may have been a guess. A password that is still to be given is none. */
function mayBeGuess({ refusal }: Denial): boolean {
  return refusal === 'unauthenticated' || refusal === 'forbidden';
}

function isGrant(answer: { readonly granted: true }): answer is Grant {
  return 'role' in answer;
}

function refuse(reason: string): Refusal {
  return { granted: false, refusal: 'forbidden', reason };
}

function asItIs<Answer>(answer: Answer): Answer {
  return answer;
}
