import { randomBytes, type ScryptOptions, scrypt } from 'node:crypto';
import { isSame } from './ticket.ts';

/** Some 0.2 s and 32 MB a guess (OWASP Password Storage Cheat Sheet, scrypt). */
const COST: ScryptOptions = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 };

const HASH_BYTES = 32;

/** Max derivations of one kind that are not done: of one address, of one document, and of all. */
const MAX_OF_ADDRESS = 4;
const MAX_OF_DOCUMENT = 8;
const MAX = 64;

/** Whose password is looked at. */
export interface Asker {
  /** The address, or its network. */
  readonly address: string;
  readonly documentName: string;
}

/** What a password is hashed for: to be kept, or to be compared with one that is. */
export type PasswordWork = 'set' | 'check';

/** Others came whose address had nothing to do; the asker should come again. */
export class PasswordsBusy extends Error {
  override readonly name = 'PasswordsBusy';
}

interface Derivation extends Asker {
  readonly run: () => Promise<void>;
  readonly giveUp: () => void;
}

/**
 * Hashes passwords of share links, one at a time: the threads that do it are those that write to the disk. Setting and checking
 * take turns, and so do addresses in each: neither keeps the other waiting, and nobody who sends many keeps the others. When
 * there is no room left, somebody whose address has nothing to do takes the place of the address that has most.
 */
export class LinkPasswords {
  readonly #cost: ScryptOptions;
  readonly #queues: Readonly<Record<PasswordWork, PasswordQueue>> = {
    set: new PasswordQueue(),
    check: new PasswordQueue(),
  };
  #isRunning = false;

  /** @param cost of one derivation; less in tests */
  constructor(cost = COST) {
    this.#cost = cost;
  }

  /** Whether so much of this kind waits already, for this address, this document or together, that the asker should come again. */
  isBusy(work: PasswordWork, asker: Asker): boolean {
    return !this.#queues[work].hasRoom(asker);
  }

  /** What is kept of a password: `scrypt.<salt>.<hash>`. @throws PasswordsBusy */
  async hash(password: string, asker: Asker): Promise<string> {
    const salt = randomBytes(16);
    return format(salt, await this.#derive('set', password, salt, asker));
  }

  /** Whether `password` is the one that `kept` was made of. @throws PasswordsBusy */
  async matches(password: string, kept: string, asker: Asker): Promise<boolean> {
    const salt = Buffer.from(kept.split('.')[1] ?? '', 'base64url');
    return isSame(format(salt, await this.#derive('check', password, salt, asker)), kept);
  }

  #derive(work: PasswordWork, password: string, salt: Buffer, asker: Asker): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(new PasswordsBusy('Too many passwords are being looked at.'));
      if (!this.#queues[work].hasRoom(asker)) {
        giveUp();
        return;
      }
      // One form for what people see as one password, however their keyboard composes it.
      const run = () => derive(password.normalize('NFKC'), salt, this.#cost).then(resolve, reject);
      this.#queues[work].add({ ...asker, run, giveUp });
      if (!this.#isRunning) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#isRunning = true;
    let ran: boolean;
    do {
      // One of each, so that neither waits for all of the other.
      const checked = await this.#queues.check.runNext();
      const set = await this.#queues.set.runNext();
      ran = checked || set;
    } while (ran);
    this.#isRunning = false;
  }
}

/** Derivations of one kind, of which one runs at a time; addresses take turns. */
class PasswordQueue {
  /** What waits, by address; the first is whose turn comes next. */
  readonly #lanes = new Map<string, Derivation[]>();
  /** All that are not done. */
  readonly #open = new Set<Derivation>();

  hasRoom({ address, documentName }: Asker): boolean {
    const open = [...this.#open];
    const ofAddress = open.filter((derivation) => derivation.address === address).length;
    const ofDocument = open.filter((derivation) => derivation.documentName === documentName).length;
    if (ofAddress >= MAX_OF_ADDRESS || ofDocument >= MAX_OF_DOCUMENT) return false;
    return open.length < MAX || (ofAddress === 0 && this.#longestLane().length > 1);
  }

  /** Adds one for which there is room. */
  add(derivation: Derivation): void {
    if (this.#open.size >= MAX) {
      const displaced = this.#longestLane().pop();
      if (displaced !== undefined) {
        this.#open.delete(displaced);
        displaced.giveUp();
      }
    }
    this.#open.add(derivation);
    const lane = this.#lanes.get(derivation.address);
    if (lane === undefined) this.#lanes.set(derivation.address, [derivation]);
    else lane.push(derivation);
  }

  /** Runs the oldest of the address whose turn it is, which then goes behind the others; says whether there was one. */
  async runNext(): Promise<boolean> {
    for (const [address, lane] of this.#lanes) {
      this.#lanes.delete(address);
      const first = lane.shift();
      if (lane.length > 0) this.#lanes.set(address, lane);
      if (first === undefined) continue;
      await first.run();
      this.#open.delete(first);
      return true;
    }
    return false;
  }

  #longestLane(): Derivation[] {
    let longest: Derivation[] = [];
    for (const lane of this.#lanes.values()) if (lane.length > longest.length) longest = lane;
    return longest;
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
