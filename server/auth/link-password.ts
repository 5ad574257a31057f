import { randomBytes, type ScryptOptions, scrypt } from 'node:crypto';
import { isSame } from './ticket.ts';

/** Some 0.2 s and 32 MB a guess (OWASP Password Storage Cheat Sheet, scrypt). */
const COST: ScryptOptions = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 };

const HASH_BYTES = 32;

/** Most derivations that wait; who comes later is asked to come again. */
const MOST_WAITING = 32;

/** Too many passwords are being looked at. */
export class TooManyPasswords extends Error {
  override readonly name = 'TooManyPasswords';
}

/** Hashes passwords of share links, one at a time: the threads that do it are those that write to the disk. */
export class LinkPasswords {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /**
   * What is kept of a password: `scrypt.<salt>.<hash>`.
   * @throws TooManyPasswords
   */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(16);
    return format(salt, await this.#derive(password, salt));
  }

  /**
   * Whether `password` is the one that `kept` was made of.
   * @throws TooManyPasswords
   */
  async matches(password: string, kept: string): Promise<boolean> {
    const salt = Buffer.from(kept.split('.')[1] ?? '', 'base64url');
    return isSame(format(salt, await this.#derive(password, salt)), kept);
  }

  async #derive(password: string, salt: Buffer): Promise<Buffer> {
    if (this.#waiting >= MOST_WAITING) throw new TooManyPasswords('Too many passwords are being checked.');
    this.#waiting += 1;
    // One form for what people see as one password, however their keyboard composes it.
    const derived = this.#last.then(() => derive(password.normalize('NFKC'), salt));
    this.#last = derived.catch(() => undefined);
    try {
      return await derived;
    } finally {
      this.#waiting -= 1;
    }
  }
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, COST, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

function format(salt: Buffer, hash: Buffer): string {
  return `scrypt.${salt.toString('base64url')}.${hash.toString('base64url')}`;
}
