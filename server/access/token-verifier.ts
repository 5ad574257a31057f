import type { Role } from '../../protocol/roles.ts';
import type { Person } from './authenticator.ts';

/** What a token that was found good says. */
export interface VerifiedToken {
  /** Who holds it; null when it names nobody. */
  readonly person: Person | null;
  /** The role that it gives in a document; null for none. */
  roleIn(documentName: string): Role | null;
  /** Milliseconds since 1970; null when it does not say. */
  readonly issuedAt: number | null;
  /** Milliseconds since 1970; null for never. */
  readonly expiresAt: number | null;
  /** What it is, for the log: `token`, `session`. Holds no secret. */
  readonly through: string;
}

/** Reads one kind of token. */
export interface TokenVerifier {
  /** Whether a token is of this kind, good or not. */
  recognises(token: string): boolean;
  /** @throws TokenRefused */
  verify(token: string): Promise<VerifiedToken>;
  /** Tells whose tokens, by the id of the person, may be good no longer before they expire. */
  onRevoked?(listener: (person: string) => void): void;
}

/** A token is not good. The message is a sentence for anyone who holds it, and never holds the token. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}
