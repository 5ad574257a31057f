import { hkdfSync } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import type { Clock } from '../clock.ts';

/**
 * Encrypts what the server gives out and takes back (cookies, session tokens), so that nobody can read, change or make it.
 * Each purpose has a key of its own: what was sealed for one does not open for another.
 */
export class Seal {
  readonly #key: Uint8Array;
  readonly #clock: Clock;

  /** `secret` is the server's own; `purpose` names what is sealed, the same for ever. */
  constructor(secret: Uint8Array, purpose: string, clock: Clock) {
    this.#key = new Uint8Array(hkdfSync('sha256', secret, '', `coscribe ${purpose}`, 32));
    this.#clock = clock;
  }

  /** Letters, digits, `-`, `_` and `.`; opens until `expiresAt`, in milliseconds since 1970, to the second. */
  close(content: Readonly<Record<string, unknown>>, expiresAt: number): Promise<string> {
    return new EncryptJWT({ ...content })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setExpirationTime(Math.floor(expiresAt / 1000))
      .encrypt(this.#key);
  }

  /** What was sealed; null when it was not sealed here for this purpose, was changed, or has expired. */
  async open(sealed: string): Promise<Readonly<Record<string, unknown>> | null> {
    try {
      const { payload } = await jwtDecrypt(sealed, this.#key, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
        requiredClaims: ['exp'],
        currentDate: new Date(this.#clock.date()),
      });
      return payload;
    } catch {
      // Whatever is wrong with it, it is not ours; that is the whole answer.
      return null;
    }
  }
}
