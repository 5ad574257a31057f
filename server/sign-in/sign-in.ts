import type { Settings } from '../config/settings.ts';
import type { Logger } from '../log/logger.ts';
import { BackChannel } from './back-channel.ts';
import { OidcClient } from './oidc.ts';
import { SessionTokens } from './session-token.ts';
import { Sessions, type SessionsDependencies } from './sessions.ts';

/** How people sign in, and what comes of it. */
export interface SignIn {
  readonly oidc: OidcClient;
  readonly sessions: Sessions;
  readonly tokens: SessionTokens;
  readonly backChannel: BackChannel;
  /** Seals what is remembered while somebody is at the provider. */
  readonly secret: Uint8Array;
}

/** The settings that say which provider people sign in with. */
export type SignInSettings = Pick<Settings, 'oidcIssuer' | 'oidcClientId' | 'oidcClientSecret' | 'oidcScopes'>;

export interface SignInDependencies extends SessionsDependencies {
  /** The server's own. */
  readonly secret: Uint8Array;
  readonly logger: Logger;
}

/** How people sign in; null when the settings name no provider. The provider is not asked anything yet. */
export async function createSignIn(settings: SignInSettings, dependencies: SignInDependencies): Promise<SignIn | null> {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcClientSecret: clientSecret, oidcScopes: scopes } = settings;
  if (issuer === null || clientId === null) return null;
  const { secret, clock, logger } = dependencies;
  const sessions = await Sessions.open(secret, dependencies);
  const oidc = new OidcClient({ issuer, clientId, clientSecret, scopes, clock });
  const backChannel = new BackChannel({ oidc, sessions, clientId, clock, logger });
  return { oidc, sessions, tokens: new SessionTokens(secret, sessions, clock), backChannel, secret };
}
