import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import { KeyServer } from './key-server.ts';
import { type Logout, LogoutTokens } from './logout-token.ts';
import type { OidcClient } from './oidc.ts';
import type { Sessions } from './sessions.ts';

export interface BackChannelOptions {
  readonly oidc: Pick<OidcClient, 'provider'>;
  readonly sessions: Pick<Sessions, 'endAll' | 'endOf'>;
  readonly clientId: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * By how many milliseconds a session may seem to have begun after the provider ended it: clocks differ, and the token takes its
 * time. One that began later is another sign-in, which no token from before ends, no matter who sends it again.
 */
const TOLERANCE = 60_000;

/** Ends sessions here when the provider says that they ended there (OpenID Connect Back-Channel Logout 1.0). */
export class BackChannel {
  readonly #options: BackChannelOptions;
  readonly #tokens: LogoutTokens;
  #keys: { readonly at: string; readonly server: KeyServer } | null = null;

  constructor(options: BackChannelOptions) {
    this.#options = options;
    this.#tokens = new LogoutTokens(options.clientId, options.clock);
  }

  /**
   * Takes a logout token of the provider. Resolves when the sessions are ended for good.
   * @throws LogoutRefused | SignInFailed | AccessUnavailable
   */
  async logOut(token: string): Promise<Logout> {
    const { oidc, sessions, clock } = this.#options;
    const { issuer, keysAt } = await oidc.provider();
    const logout = await this.#tokens.verify(token, issuer, this.#keysAt(keysAt));
    const { subject, sid, issuedAt } = logout;
    const before = Math.min(clock.date() + 1, issuedAt + TOLERANCE);
    if (sid !== null) await sessions.endOf(sid, issuer, before);
    else if (subject !== null) await sessions.endAll(`${issuer}|${subject}`, before);
    return logout;
  }

  #keysAt(at: string): KeyServer {
    const { clock, logger } = this.#options;
    if (this.#keys?.at !== at) this.#keys = { at, server: new KeyServer(at, clock, logger) };
    return this.#keys.server;
  }
}
