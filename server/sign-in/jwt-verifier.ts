import { errors, jwtVerify } from 'jose';
import { TokenRefused, type TokenVerifier, type VerifiedToken } from '../access/token-verifier.ts';
import type { Clock } from '../clock.ts';
import { readClaims, roleIn } from './jwt-claims.ts';
import type { JwtKeys } from './jwt-keys.ts';

export interface JwtVerifierOptions {
  readonly keys: JwtKeys;
  /** What `iss` must be; null for anything. */
  readonly issuer: string | null;
  /** What `aud` must be or hold; null for anything. */
  readonly audience: string | null;
  readonly clock: Clock;
}

/** By how many seconds the clocks of anyone who makes tokens and of this server may differ. */
const CLOCK_TOLERANCE = 5;

/** Longest token, in characters; more would not fit into the headers of a request either. */
const LONGEST_TOKEN = 16 * 1024;

/** The last moment that a Date can be, in milliseconds since 1970. */
const END_OF_TIME = 8.64e15;

/** Checks JSON Web Tokens that a backend or an identity provider has signed. What they may say is in docs/access.md. */
export class JwtVerifier implements TokenVerifier {
  readonly #options: JwtVerifierOptions;

  constructor(options: JwtVerifierOptions) {
    this.#options = options;
  }

  recognises(token: string): boolean {
    return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token);
  }

  /** @throws TokenRefused | AccessUnavailable */
  async verify(token: string): Promise<VerifiedToken> {
    if (token.length > LONGEST_TOKEN) throw new TokenRefused(`The token is longer than ${LONGEST_TOKEN} characters.`);
    const payload = await this.#payload(token);
    const { person, rights } = readClaims(payload);
    return {
      person,
      roleIn: (documentName) => roleIn(documentName, rights),
      issuedAt: payload.iat === undefined ? null : payload.iat * 1000,
      expiresAt: Math.min((payload.exp + CLOCK_TOLERANCE) * 1000, END_OF_TIME),
      through: 'token',
    };
  }

  async #payload(token: string) {
    const { keys, issuer, audience, clock } = this.#options;
    try {
      const { payload } = await jwtVerify(token, keys.find, {
        algorithms: [...keys.algorithms],
        requiredClaims: ['exp'],
        clockTolerance: CLOCK_TOLERANCE,
        currentDate: new Date(clock.date()),
        ...(issuer === null ? {} : { issuer }),
        ...(audience === null ? {} : { audience }),
      });
      const { exp } = payload;
      if (exp === undefined) throw new TokenRefused('The claim "exp" of the token is missing.');
      return { ...payload, exp };
    } catch (error) {
      throw error instanceof errors.JOSEError ? new TokenRefused(explain(error)) : error;
    }
  }
}

/** A sentence for anyone who holds the token; the library's messages are for programmers. */
function explain(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === 'missing') return `The claim "${error.claim}" of the token is missing.`;
    if (error.claim === 'nbf' && error.reason === 'check_failed') return 'The token is not valid yet.';
    return `The claim "${error.claim}" of the token is not what this server expects.`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'The token is signed in a way that this server does not take.';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The signature of the token is wrong.';
  if (error instanceof errors.JWKSNoMatchingKey)
    return 'The token is signed with a key that this server does not know.';
  if (error instanceof errors.JWKSMultipleMatchingKeys)
    return 'The token does not say by "kid" which key it is signed with.';
  return 'The token is not a JSON Web Token that this server can read.';
}
