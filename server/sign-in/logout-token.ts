import { errors, jwtVerify } from 'jose';
import type { Clock } from '../clock.ts';
import { type JwtKeys, PUBLIC_KEY_ALGORITHMS } from './jwt-keys.ts';

/** Whose sessions a provider ends. */
export interface Logout {
  readonly issuer: string;
  /** All sessions of this subject; null when only one session is meant. */
  readonly subject: string | null;
  /** The one session at the provider that has ended; null for all of the subject. */
  readonly sid: string | null;
  /** When the provider said so, in milliseconds since 1970. */
  readonly issuedAt: number;
}

/** A logout token is not good. The message is for the log and the provider, and holds nothing of the token. */
export class LogoutRefused extends Error {
  override readonly name = 'LogoutRefused';
}

/** The event that makes a token one for logging out (OpenID Connect Back-Channel Logout 1.0, section 2.4). */
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** How old a token may be, and by how much clocks may differ, in seconds. */
const MAX_AGE = 10 * 60;
const CLOCK_TOLERANCE = 30;

/** Ids of tokens remembered, so that none is used twice; the oldest is forgotten first. */
const MAX_IDS = 10_000;

/** Types that a token may say it is of; others are made for something else. */
const TYPES: ReadonlySet<string | undefined> = new Set([undefined, 'logout+jwt', 'application/logout+jwt', 'jwt']);

/** Reads the tokens with which a provider says that somebody signed out there: section 2.6 of the standard. */
export class LogoutTokens {
  readonly #clientId: string;
  readonly #clock: Clock;
  readonly #seen = new Set<string>();

  constructor(clientId: string, clock: Clock) {
    this.#clientId = clientId;
    this.#clock = clock;
  }

  /**
   * @param issuer the provider, as it calls itself
   * @param keys those that it signs with
   * @throws LogoutRefused | AccessUnavailable
   */
  async verify(token: string, issuer: string, keys: Pick<JwtKeys, 'find'>): Promise<Logout> {
    const { payload, protectedHeader } = await jwtVerify(token, keys.find, {
      algorithms: [...PUBLIC_KEY_ALGORITHMS],
      issuer,
      audience: this.#clientId,
      requiredClaims: ['iat', 'jti', 'events'],
      maxTokenAge: MAX_AGE,
      clockTolerance: CLOCK_TOLERANCE,
      currentDate: new Date(this.#clock.date()),
    }).catch((error: unknown) => {
      throw error instanceof errors.JOSEError ? new LogoutRefused(explain(error)) : error;
    });
    if (!TYPES.has(protectedHeader.typ?.toLowerCase())) throw new LogoutRefused('The token is of another type.');
    const { sub, sid, iat, jti, nonce, events } = payload;
    const event: unknown = Object(events)[EVENT];
    if (typeof event !== 'object' || event === null || Array.isArray(event)) {
      throw new LogoutRefused('The claim "events" does not say that somebody signed out.');
    }
    // So that no ID token is taken for one of these.
    if (nonce !== undefined) throw new LogoutRefused('The token must not have the claim "nonce".');
    if (sid !== undefined && (typeof sid !== 'string' || sid === ''))
      throw new LogoutRefused('The claim "sid" is no text.');
    if (sub === undefined && sid === undefined) throw new LogoutRefused('The token says neither "sub" nor "sid".');
    if (iat === undefined || jti === undefined) throw new LogoutRefused('A claim of the token is missing.');
    this.#useOnce(jti);
    return { issuer, subject: sub ?? null, sid: typeof sid === 'string' ? sid : null, issuedAt: iat * 1000 };
  }

  #useOnce(jti: string): void {
    if (this.#seen.has(jti)) throw new LogoutRefused('The token was used before.');
    this.#seen.add(jti);
    if (this.#seen.size <= MAX_IDS) return;
    for (const oldest of this.#seen) {
      this.#seen.delete(oldest);
      return;
    }
  }
}

function explain(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The token is too old.';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The claim "${error.claim}" is missing or not as expected.`;
  return `The token cannot be read or its signature is wrong (${error.code}).`;
}
