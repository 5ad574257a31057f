import { type ApiRequest, askApi } from './api-request.ts';

/** Where somebody is signed in. Times are ISO 8601. */
export interface OwnSession {
  readonly id: string;
  /** Whether it is the one of this browser. */
  readonly current: boolean;
  readonly signedInAt: string;
  readonly lastUsedAt: string;
  readonly address: string;
  /** As people call it; null when it does not say. */
  readonly browser: string | null;
}

/** The sessions of the person whose cookie this browser has. Every method throws ApiError when the server refuses or cannot be reached. */
export class OwnSessions {
  readonly #ask: (request: ApiRequest) => Promise<unknown>;

  constructor(ask: (request: ApiRequest) => Promise<unknown> = askApi) {
    this.#ask = ask;
  }

  /** All of them, the one used last first. */
  async list(): Promise<readonly OwnSession[]> {
    const { sessions } = (await this.#ask({ method: 'GET', path: '/api/sessions' })) as {
      sessions: readonly OwnSession[];
    };
    return sessions;
  }

  async end(id: string): Promise<void> {
    await this.#ask({ method: 'DELETE', path: `/api/sessions/${encodeURIComponent(id)}` });
  }

  /** Ends all but the one of this browser. */
  async endOthers(): Promise<void> {
    await this.#ask({ method: 'DELETE', path: '/api/sessions?except=current' });
  }
}
