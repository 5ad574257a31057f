import { ApiError, type ApiRequest, askApi } from './api-request.ts';

/** Somebody whom the server knows. */
export interface SignedInPerson {
  readonly id: string;
  /** Null leaves the choice to the person. */
  readonly name: string | null;
  /** `#rrggbb`; null leaves the choice to the person. */
  readonly color: string | null;
  /** Address of a picture. */
  readonly avatar: string | null;
}

/** What a page has to know about signing in. */
export interface SessionInfo {
  /** Who is signed in; null for a guest. */
  readonly person: SignedInPerson | null;
  /** Where one signs in; null where nobody can. */
  readonly signIn: string | null;
}

const GUEST: SessionInfo = { person: null, signIn: null };

/** A token is fetched again when it has less than this left, in milliseconds: more than the provider renews an access ahead. */
const SPARE_TIME = 2 * 60_000;

/**
 * The signed-in session of this browser on this server. The session itself is a cookie that no script sees; for WebSockets it
 * is exchanged for tokens that live shortly.
 */
export class SiteSession {
  readonly #now: () => number;
  readonly #ask: (request: ApiRequest) => Promise<unknown>;
  #asking: Promise<SessionInfo> | null = null;
  #token: { readonly token: string; readonly expiresAt: number } | null = null;
  #owner: { readonly person: string | null; readonly other: () => void } | null = null;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number = Date.now, ask: (request: ApiRequest) => Promise<unknown> = askApi) {
    this.#now = now;
    this.#ask = ask;
  }

  /**
   * Who is signed in. Asked once; where the server fails to answer, again by the next call.
   * @throws ApiError when the server cannot be asked: nobody becomes a guest by a bad connection
   */
  async info(): Promise<SessionInfo> {
    this.#asking ??= this.#ask({ method: 'GET', path: '/api/session' }).then(readInfo);
    try {
      const info = await this.#asking;
      // A guest's page stays one when somebody signs in meanwhile.
      return this.#owner !== null && this.#owner.person === null ? { ...info, person: null } : info;
    } catch (error) {
      // A server without this route answers too, and will not change its mind.
      if (error instanceof ApiError && !error.isPassing) return GUEST;
      this.#asking = null;
      throw error;
    }
  }

  /**
   * The page is this person's from now on; null for a guest's. It gets no token of anybody else.
   * @param other called when the browser's session has ended, or is another person's
   */
  belongsTo(person: string | null, other: () => void): void {
    this.#owner = { person, other };
  }

  /**
   * The token that stands for the person signed in; empty for a guest.
   * @throws ApiError when the server cannot be asked, or somebody else is here than the one whose page it is
   */
  async token(): Promise<string> {
    // What a guest has begun goes on as a guest's.
    if (this.#owner !== null && this.#owner.person === null) return '';
    const { person } = await this.info();
    if (this.#owner !== null && (person?.id ?? null) !== this.#owner.person) throw this.#somebodyElse();
    if (person === null) return '';
    if (this.#token !== null && this.#token.expiresAt - this.#now() > SPARE_TIME) return this.#token.token;
    try {
      const answer = (await this.#ask({ method: 'POST', path: '/api/session/token' })) as {
        token: string;
        expiresIn: number;
        person?: string;
      };
      // The cookie may have become somebody else's since this page asked whose it is.
      if (this.#owner !== null && answer.person !== undefined && answer.person !== this.#owner.person)
        throw this.#somebodyElse();
      this.#token = { token: answer.token, expiresAt: this.#now() + answer.expiresIn };
      return answer.token;
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 403)) throw error;
      this.#asking = null;
      if (this.#owner !== null) throw this.#somebodyElse();
      // The session has ended: from here on this is a guest.
      return '';
    }
  }

  /** A token was refused: asks whether the session is still there, and says so if it is not. */
  async lookAgain(): Promise<void> {
    this.#asking = null;
    this.#token = null;
    try {
      await this.token();
    } catch (error) {
      // Somebody else is told of; a server that cannot be asked is asked at the next attempt.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  /** Ends the session on this browser. @returns where the one at the provider ends; null for nowhere @throws ApiError */
  async signOut(): Promise<string | null> {
    const answer = await this.#ask({ method: 'POST', path: '/auth/sign-out' });
    this.#asking = null;
    this.#token = null;
    const { continueAt } = Object(answer) as { continueAt?: unknown };
    return typeof continueAt === 'string' ? continueAt : null;
  }

  #somebodyElse(): ApiError {
    this.#asking = null;
    this.#token = null;
    this.#owner?.other();
    return new ApiError('You are no longer signed in here.');
  }
}

function readInfo(answer: unknown): SessionInfo {
  const { person, signIn } = Object(answer) as Partial<SessionInfo>;
  return { person: person ?? null, signIn: signIn ?? null };
}
