import * as openid from 'openid-client';
import { withoutHiddenMarks } from '../../protocol/hidden-marks.ts';
import type { Person } from '../access/authenticator.ts';
import type { Clock } from '../clock.ts';

export interface OidcOptions {
  /** The provider, as it calls itself. Over http only on this machine. */
  readonly issuer: string;
  readonly clientId: string;
  /** Null for a public client, which PKCE protects. */
  readonly clientSecret: string | null;
  /** Names with spaces between. */
  readonly scopes: string;
  readonly clock: Clock;
}

/** What has to be remembered between leaving for the provider and coming back. Secret. */
export interface SignInAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  /** Where the provider sends people back to. */
  readonly redirectUri: string;
}

/** Somebody who came back from the provider. */
export interface SignedIn {
  readonly person: Person;
  /** What the provider said of them, signed: it tells the provider whose session there is to end. */
  readonly idToken: string | null;
  /** The session at the provider, where that says. */
  readonly sid: string | null;
}

/**
 * A sign-in did not work. `unreachable`: the provider does not answer, or not as one; `refused`: it said no, or what came back
 * does not belong to the attempt. The message is for the log and holds no code, token or secret.
 */
export class SignInFailed extends Error {
  override readonly name = 'SignInFailed';
  readonly kind: 'unreachable' | 'refused';

  constructor(kind: SignInFailed['kind'], reason: string) {
    super(reason);
    this.kind = kind;
  }
}

/** What the provider brings back with somebody who signed out there. No attempt to sign in has this state. */
export const SIGNED_OUT = 'signed-out';

/** Seconds that the provider may take for one answer. */
const TIMEOUT = 10;

/** How long what the provider says about itself is good, in milliseconds. */
const DISCOVERY_LIFETIME = 60 * 60 * 1000;

/** Longest name of a person, in UTF-16 units; longer ones are cut. */
const MAX_NAME = 60;

/** Signing in with an OpenID provider: authorization code with PKCE (RFC 7636), state and nonce. */
export class OidcClient {
  readonly #options: OidcOptions;
  #discovered: { readonly configuration: Promise<openid.Configuration>; readonly at: number } | null = null;

  constructor(options: OidcOptions) {
    this.#options = options;
  }

  /**
   * Begins a sign-in: where to send somebody, and what to keep until they are back.
   * @throws SignInFailed
   */
  async begin(redirectUri: string): Promise<{ readonly address: string; readonly attempt: SignInAttempt }> {
    const configuration = await this.#configuration();
    const attempt: SignInAttempt = {
      state: openid.randomState(),
      nonce: openid.randomNonce(),
      codeVerifier: openid.randomPKCECodeVerifier(),
      redirectUri,
    };
    const parameters = {
      redirect_uri: redirectUri,
      scope: this.#options.scopes,
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: await openid.calculatePKCECodeChallenge(attempt.codeVerifier),
      code_challenge_method: 'S256',
    };
    try {
      return { address: openid.buildAuthorizationUrl(configuration, parameters).href, attempt };
    } catch (error) {
      throw new SignInFailed('unreachable', reasonOf(error));
    }
  }

  /**
   * Ends a sign-in with the query that the provider sent somebody back with.
   * @throws SignInFailed
   */
  async finish(query: string, attempt: SignInAttempt): Promise<SignedIn> {
    const configuration = await this.#configuration();
    const url = new URL(attempt.redirectUri);
    url.search = query;
    try {
      const tokens = await openid.authorizationCodeGrant(configuration, url, {
        expectedState: attempt.state,
        expectedNonce: attempt.nonce,
        pkceCodeVerifier: attempt.codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new SignInFailed('refused', 'The provider sent no ID token.');
      // Many providers put the profile only there.
      const more =
        displayName(claims) === null && configuration.serverMetadata().userinfo_endpoint !== undefined
          ? await openid.fetchUserInfo(configuration, tokens.access_token, claims.sub)
          : {};
      const profile: Readonly<Record<string, unknown>> = { ...more, ...claims };
      const person = {
        id: `${claims.iss}|${claims.sub}`,
        name: displayName(profile),
        color: null,
        avatar: httpsAddress(profile['picture']),
      };
      const { sid } = claims;
      return { person, idToken: tokens.id_token ?? null, sid: typeof sid === 'string' ? sid : null };
    } catch (error) {
      throw failure(error);
    }
  }

  /**
   * Where to send somebody whose session here has ended, so that the one at the provider ends too (OpenID Connect RP-Initiated
   * Logout); null when the provider has no such address.
   * @param back where the provider sends them afterwards, with SIGNED_OUT as `state`
   * @throws SignInFailed
   */
  async signOutAddress(idToken: string | null, back: string): Promise<string | null> {
    const configuration = await this.#configuration();
    if (configuration.serverMetadata().end_session_endpoint === undefined) return null;
    const parameters = { post_logout_redirect_uri: back, state: SIGNED_OUT };
    try {
      return openid.buildEndSessionUrl(
        configuration,
        idToken === null ? parameters : { ...parameters, id_token_hint: idToken },
      ).href;
    } catch (error) {
      throw new SignInFailed('unreachable', reasonOf(error));
    }
  }

  /** What the provider calls itself, and where its public keys are. @throws SignInFailed */
  async provider(): Promise<{ readonly issuer: string; readonly keysAt: string }> {
    const { issuer, jwks_uri: keysAt } = (await this.#configuration()).serverMetadata();
    if (keysAt === undefined) throw new SignInFailed('unreachable', 'The provider does not say where its keys are.');
    return { issuer, keysAt };
  }

  /** What the provider says about itself; asked for when it is needed, and again when that failed or is old. */
  async #configuration(): Promise<openid.Configuration> {
    const now = this.#options.clock.now();
    if (this.#discovered === null || now - this.#discovered.at > DISCOVERY_LIFETIME) {
      this.#discovered = { configuration: this.#discover(), at: now };
    }
    const discovered = this.#discovered;
    try {
      return await discovered.configuration;
    } catch (error) {
      if (this.#discovered === discovered) this.#discovered = null;
      throw new SignInFailed('unreachable', reasonOf(error));
    }
  }

  #discover(): Promise<openid.Configuration> {
    const { issuer, clientId, clientSecret } = this.#options;
    const url = new URL(issuer);
    // The setting lets http pass for this machine only.
    const execute = url.protocol === 'http:' ? [openid.allowInsecureRequests] : [];
    return openid.discovery(url, clientId, {}, authentication(clientSecret), { timeout: TIMEOUT, execute });
  }
}

/** By the header where the provider takes that (it is what OpenID Connect means when nothing else is said), else in the body. */
function authentication(secret: string | null): openid.ClientAuth {
  if (secret === null) return openid.None();
  const [basic, post] = [openid.ClientSecretBasic(secret), openid.ClientSecretPost(secret)];
  return (server, client, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') ? basic : post)(server, client, body, headers);
  };
}

/** What others see of somebody: one line, without characters that turn or hide text. */
function displayName(claims: Readonly<Record<string, unknown>>): string | null {
  for (const claim of ['name', 'preferred_username', 'nickname']) {
    const value = claims[claim];
    if (typeof value !== 'string') continue;
    const name = withoutHiddenMarks(value.toWellFormed().replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')).trim();
    if (name !== '') return [...name].slice(0, MAX_NAME).join('');
  }
  return null;
}

function httpsAddress(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > 1_000 || !URL.canParse(value)) return null;
  const url = new URL(value);
  return url.protocol === 'https:' && url.username === '' && url.password === '' ? url.href : null;
}

function failure(error: unknown): SignInFailed {
  if (error instanceof SignInFailed) return error;
  // What fetch throws, and what is no answer of a provider; everything else is its answer or a check of ours.
  const unreachable = (error instanceof TypeError && 'cause' in error) || /OAUTH_TIMEOUT|NOT_JSON/.test(codeOf(error));
  return new SignInFailed(unreachable ? 'unreachable' : 'refused', reasonOf(error));
}

/**
 * What an error of the library says that is safe in a log: its code. Not its message, description or cause, which may quote
 * what the provider or the browser sent.
 */
function reasonOf(error: unknown): string {
  if (error instanceof SignInFailed) return error.message;
  const { name, error: answer, cause } = Object(error) as { name?: unknown; error?: unknown; cause?: unknown };
  const parts = [answer, codeOf(error), codeOf(cause)].filter(isWord);
  return parts.length > 0 ? [...new Set(parts)].join(' ') : isWord(name) ? name : 'unknown';
}

function codeOf(error: unknown): string {
  const { code } = Object(error) as { code?: unknown };
  return isWord(code) ? code : '';
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^\w{1,60}$/.test(value);
}
