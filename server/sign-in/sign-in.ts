import type { Clock } from '../clock.ts';
import type { Settings } from '../config/settings.ts';
import { OidcClient } from './oidc.ts';
import { SessionTokens } from './session-token.ts';
import { Sessions } from './sessions.ts';

/** How people sign in, and what comes of it. */
export interface SignIn {
  readonly oidc: OidcClient;
  readonly sessions: Sessions;
  readonly tokens: SessionTokens;
  /** Seals what is remembered while somebody is at the provider. */
  readonly secret: Uint8Array;
}

/** The settings that say which provider people sign in with. */
export type SignInSettings = Pick<Settings, 'oidcIssuer' | 'oidcClientId' | 'oidcClientSecret' | 'oidcScopes'>;

/** How people sign in; null when the settings name no provider. The provider is not asked anything yet. */
export function createSignIn(settings: SignInSettings, secret: Uint8Array, clock: Clock): SignIn | null {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcClientSecret: clientSecret, oidcScopes: scopes } = settings;
  if (issuer === null || clientId === null) return null;
  const sessions = new Sessions(secret, clock);
  const oidc = new OidcClient({ issuer, clientId, clientSecret, scopes, clock });
  return { oidc, sessions, tokens: new SessionTokens(secret, sessions, clock), secret };
}
