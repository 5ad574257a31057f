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
      return await this.#asking;
    } catch (error) {
      // A server without this route answers too, and will not change its mind.
      if (error instanceof ApiError && !error.isPassing) return GUEST;
      this.#asking = null;
      throw error;
    }
  }

  /** The token that stands for the person signed in; empty for a guest. @throws ApiError when the server cannot be asked */
  async token(): Promise<string> {
    if ((await this.info()).person === null) return '';
    if (this.#token !== null && this.#token.expiresAt - this.#now() > SPARE_TIME) return this.#token.token;
    try {
      const answer = (await this.#ask({ method: 'POST', path: '/api/session/token' })) as {
        token: string;
        expiresIn: number;
      };
      this.#token = { token: answer.token, expiresAt: this.#now() + answer.expiresIn };
      return answer.token;
    } catch (error) {
      // The session has ended: from here on this is a guest.
      if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 403)) throw error;
      this.#asking = null;
      return '';
    }
  }

  /** Ends the session on this browser. @throws ApiError */
  async signOut(): Promise<void> {
    await this.#ask({ method: 'POST', path: '/auth/sign-out' });
    this.#asking = null;
    this.#token = null;
  }
}

function readInfo(answer: unknown): SessionInfo {
  const { person, signIn } = Object(answer) as Partial<SessionInfo>;
  return { person: person ?? null, signIn: signIn ?? null };
}
