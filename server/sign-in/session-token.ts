import type { Person } from '../access/authenticator.ts';
import { TokenRefused, type TokenVerifier, type VerifiedToken } from '../access/token-verifier.ts';
import type { Clock } from '../clock.ts';
import { Seal } from './seal.ts';
import type { Session, Sessions } from './sessions.ts';

/** How long a session's token is good, in milliseconds; the page asks for the next one before. */
export const SESSION_TOKEN_LIFETIME = 10 * 60 * 1000;

const PREFIX = 'session.';

/**
 * Tokens `session.<sealed>` by which a page with a session says who it is, since a page cannot read its cookie and other
 * clients of the API have none. They say who somebody is, not what they may do: that is the document's to say.
 */
export class SessionTokens implements TokenVerifier {
  readonly #seal: Seal;
  readonly #sessions: Sessions;
  readonly #clock: Clock;

  constructor(secret: Uint8Array, sessions: Sessions, clock: Clock) {
    this.#seal = new Seal(secret, 'session token', clock);
    this.#sessions = sessions;
    this.#clock = clock;
  }

  /** A token for a session, and how many milliseconds it is good. */
  async issue({ id, person, signedInAt, expiresAt }: Session): Promise<{ token: string; expiresIn: number }> {
    const now = this.#clock.date();
    const ends = Math.min(now + SESSION_TOKEN_LIFETIME, expiresAt);
    return { token: PREFIX + (await this.#seal.close({ id, person, signedInAt }, ends)), expiresIn: ends - now };
  }

  recognises(token: string): boolean {
    return token.startsWith(PREFIX);
  }

  onRevoked(listener: (person: string) => void): void {
    this.#sessions.onEnd(listener);
  }

  async verify(token: string): Promise<VerifiedToken> {
    const content = await this.#seal.open(token.slice(PREFIX.length));
    // What opens was written by `issue`.
    const claims = content as { id: string; person: Person; signedInAt: number; exp: number } | null;
    if (claims === null || this.#sessions.isOver(claims)) {
      throw new TokenRefused('You are no longer signed in. Sign in again.');
    }
    return {
      person: claims.person,
      roleIn: () => null,
      issuedAt: claims.signedInAt,
      expiresAt: claims.exp * 1000,
      through: 'session',
    };
  }
}
