import { randomBytes, type ScryptOptions, scrypt } from 'node:crypto';
import { isSame } from './ticket.ts';

/** Some 0.2 s and 32 MB a guess (OWASP Password Storage Cheat Sheet, scrypt). */
const COST: ScryptOptions = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 };

const HASH_BYTES = 32;

/** Max derivations that are not done: of one address, of one document, and of all. */
const MAX_OF_ADDRESS = 4;
const MAX_OF_DOCUMENT = 8;
const MAX = 64;

/** Whose password is looked at. */
export interface Asker {
  /** The address, or its network. */
  readonly address: string;
  readonly documentName: string;
}

interface Derivation extends Asker {
  readonly run: () => Promise<void>;
}

/**
 * Hashes passwords of share links, one at a time: the threads that do it are those that write to the disk. Addresses take
 * turns, so that nobody who sends many keeps the others waiting. Ask `isBusy` before, in the same turn.
 */
export class LinkPasswords {
  readonly #cost: ScryptOptions;
  /** What waits, by address; the first is whose turn comes next. */
  readonly #lanes = new Map<string, Derivation[]>();
  /** All that are not done. */
  readonly #open = new Set<Derivation>();
  #isRunning = false;

  /** @param cost of one derivation; less in tests */
  constructor(cost = COST) {
    this.#cost = cost;
  }

  /** Whether so much waits already, for this address, this document or together, that the asker should come again. */
  isBusy({ address, documentName }: Asker): boolean {
    const open = [...this.#open];
    return (
      open.length >= MAX ||
      open.filter((derivation) => derivation.address === address).length >= MAX_OF_ADDRESS ||
      open.filter((derivation) => derivation.documentName === documentName).length >= MAX_OF_DOCUMENT
    );
  }

  /** What is kept of a password: `scrypt.<salt>.<hash>`. */
  async hash(password: string, asker: Asker): Promise<string> {
    const salt = randomBytes(16);
    return format(salt, await this.#derive(password, salt, asker));
  }

  /** Whether `password` is the one that `kept` was made of. */
  async matches(password: string, kept: string, asker: Asker): Promise<boolean> {
    const salt = Buffer.from(kept.split('.')[1] ?? '', 'base64url');
    return isSame(format(salt, await this.#derive(password, salt, asker)), kept);
  }

  #derive(password: string, salt: Buffer, asker: Asker): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      // One form for what people see as one password, however their keyboard composes it.
      const run = () => derive(password.normalize('NFKC'), salt, this.#cost).then(resolve, reject);
      const derivation = { ...asker, run };
      this.#open.add(derivation);
      const lane = this.#lanes.get(asker.address);
      if (lane === undefined) this.#lanes.set(asker.address, [derivation]);
      else lane.push(derivation);
      if (!this.#isRunning) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#isRunning = true;
    for (let next = this.#next(); next !== null; next = this.#next()) {
      await next.run();
      this.#open.delete(next);
    }
    this.#isRunning = false;
  }

  /** Takes the oldest of the address whose turn it is, which then goes behind the others. */
  #next(): Derivation | null {
    for (const [address, lane] of this.#lanes) {
      this.#lanes.delete(address);
      const [first, ...others] = lane;
      if (others.length > 0) this.#lanes.set(address, others);
      if (first !== undefined) return first;
    }
    return null;
  }
}

function derive(password: string, salt: Buffer, cost: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, cost, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

function format(salt: Buffer, hash: Buffer): string {
  return `scrypt.${salt.toString('base64url')}.${hash.toString('base64url')}`;
}
