import type { Clock } from '../clock.ts';
import { Allowance, type Rate } from './allowance.ts';
import { networksOf, sharesOf } from './network-of.ts';
import type { TrafficAllowance } from './traffic.ts';

export interface QuotaSettings {
  readonly maxMessagesPerSecondPerAddress: number;
  readonly maxBytesPerSecondPerAddress: number;
  /** The longest message, in bytes. */
  readonly maxMessageBytes: number;
  readonly maxRequestsPerSecond: number;
  readonly maxDocumentsPerHour: number;
  readonly maxRefusedTokensPerMinute: number;
  readonly maxStorageBytesPerDay: number;
  /** What one connection may cost in ten seconds, in milliseconds. */
  readonly computeBudget: number;
}

/** What is left of a quota for an address. */
export interface QuotaState {
  readonly name: 'requests' | 'documents';
  /** How many may be asked at once. */
  readonly quota: number;
  /** Seconds in which that fills up again. */
  readonly window: number;
  readonly left: number;
  /** Seconds until all of it is there again. */
  readonly reset: number;
}

/** Keys kept for each quota; the one longest unused is forgotten first, and begins again. */
const MAX_KEYS = 20_000;

/** Passwords of links that one address, and one person, may set in an hour. */
const PASSWORDS_PER_HOUR = 100;

/** A page of the site is some twenty files, and an office opens it at the same time. */
const REQUEST_BURST_SECONDS = 10;

/**
 * Client ids that one address may bring into documents, as many in an hour as at once. A page that is opened writes under one, if
 * it is not given one of somebody who has left; the history of a large document has some hundreds.
 */
const CLIENT_IDS: Rate = { perSecond: 10_000 / 3_600, burst: 10_000 };

/** An office has several people who were offline; together they may cost as much as this many connections. */
const WORK_SHARES = 4;

/** As one connection alone may. */
const MESSAGE_BURST_SECONDS = 5;

/**
 * What one client address, and one person wherever they are, may do in a time (SEC-10). Each question answers with the
 * seconds to wait, and 0 when there is nothing to wait for.
 */
export class Quotas {
  readonly #messages: RateBook;
  readonly #bytes: RateBook;
  readonly #requests: RateBook;
  readonly #documents: RateBook;
  readonly #refusedTokens: RateBook;
  readonly #work: RateBook;
  readonly #clientIds: RateBook;
  readonly #passwords: RateBook;
  readonly #storage: RateBook;
  readonly #halfDay: number;
  readonly #clock: Clock;

  constructor(settings: QuotaSettings, clock: Clock) {
    const { maxRequestsPerSecond: requests, maxDocumentsPerHour: documents } = settings;
    const { maxRefusedTokensPerMinute: refused } = settings;
    this.#clientIds = new RateBook(CLIENT_IDS, clock);
    const work = settings.computeBudget * WORK_SHARES;
    this.#work = new RateBook({ perSecond: work / 10, burst: work }, clock);
    this.#clock = clock;
    const { maxMessagesPerSecondPerAddress: messages, maxBytesPerSecondPerAddress: bytes } = settings;
    this.#messages = new RateBook({ perSecond: messages, burst: messages * MESSAGE_BURST_SECONDS }, clock);
    // The longest message has to pass.
    const byteBurst = Math.max(bytes * MESSAGE_BURST_SECONDS, settings.maxMessageBytes * 2);
    this.#bytes = new RateBook({ perSecond: bytes, burst: byteBurst }, clock);
    this.#requests = new RateBook({ perSecond: requests, burst: requests * REQUEST_BURST_SECONDS }, clock);
    this.#documents = new RateBook({ perSecond: documents / 3_600, burst: documents }, clock);
    this.#refusedTokens = new RateBook({ perSecond: refused / 60, burst: refused }, clock);
    const { maxStorageBytesPerDay: stored } = settings;
    this.#storage = new RateBook({ perSecond: stored / 86_400, burst: stored }, clock);
    this.#halfDay = stored / 2;
    this.#passwords = new RateBook({ perSecond: PASSWORDS_PER_HOUR / 3_600, burst: PASSWORDS_PER_HOUR }, clock);
  }

  /** An HTTP request. */
  request(address: string): number {
    return this.#requests.take(networksOf(address));
  }

  /** What is left of its HTTP requests for an address. */
  requestsLeft(address: string): QuotaState {
    return { name: 'requests', ...this.#requests.state(networksOf(address)) };
  }

  /** What is left of new documents for an address. */
  documentsLeft(address: string): QuotaState {
    return { name: 'documents', ...this.#documents.state(networksOf(address)) };
  }

  /** The body of an HTTP request, of this many bytes. */
  body(address: string, bytes: number): number {
    const allowances = networksOf(address).map((network) => this.#bytes.of(network));
    const short = allowances.find((allowance) => !allowance.take(bytes, this.#clock));
    return short === undefined ? 0 : short.secondsUntil(bytes);
  }

  /** The creation of a document, by somebody at an address; `person` is null for a guest. */
  creation(address: string, person: string | null): number {
    const keys = keysOf(address, person);
    const full = this.#storage.waitForAll(keys, this.#halfDay);
    return full > 0 ? full : this.#documents.take(keys);
  }

  /** What an address, and a person, may still add to documents, in bytes. */
  storage(address: string, person: string | null): Allowance[] {
    return keysOf(address, person).map((key) => this.#storage.of(key));
  }

  /** How much addresses and people have added to documents in the last day, in bytes: of those who have most, this many. */
  storageUsed(max: number): Map<string, number> {
    return this.#storage.used(max);
  }

  /** Counts what was added to documents before this process ran. */
  addStorageUsed(used: ReadonlyMap<string, number>): void {
    for (const [key, bytes] of used) this.#storage.of(key).spend(bytes);
  }

  /** What all connections of an address, and all of a person, may still send together. */
  traffic(address: string, person: string | null): TrafficAllowance[] {
    return keysOf(address, person).map((key) => ({ messages: this.#messages.of(key), bytes: this.#bytes.of(key) }));
  }

  /** How many client ids new to a document an address, and a person, may still bring. */
  clientIds(address: string, person: string | null): Allowance[] {
    return keysOf(address, person).map((key) => this.#clientIds.of(key));
  }

  /** What merges and questions of an address, and those of a person, may still cost together, in milliseconds. */
  work(address: string, person: string | null): Allowance[] {
    return keysOf(address, person).map((key) => this.#work.of(key));
  }

  /** A password that an owner sets, which takes as long to compute as a guess; `person` is null for a guest. */
  password(address: string, person: string | null): number {
    return this.#passwords.take(keysOf(address, person));
  }

  /** A token that was not good; more than may be are answered with the seconds to wait. */
  refusedToken(address: string): number {
    return this.#refusedTokens.take(networksOf(address));
  }
}

/** Whom to count something for. */
function keysOf(address: string, person: string | null): string[] {
  return person === null ? networksOf(address) : [...networksOf(address), `person ${person}`];
}

/** One rate, for everybody each. */
class RateBook {
  readonly #rate: Rate;
  readonly #clock: Clock;
  readonly #allowances = new Map<string, Allowance>();

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Takes one from each of `keys` when all have one left; otherwise nothing, and says how long to wait. */
  take(keys: readonly string[]): number {
    const wait = this.waitForAll(keys);
    if (wait === 0) for (const key of keys) this.spend(key);
    return wait;
  }

  /** Seconds until each of `keys` has this much left. */
  waitForAll(keys: readonly string[], amount = 1): number {
    return Math.max(...keys.map((key) => this.#wait(key, amount)));
  }

  #wait(key: string, amount: number): number {
    const allowance = this.#allowances.get(key);
    // Only a look: what is taken is put back.
    if (allowance === undefined || allowance.take(amount, this.#clock)) {
      allowance?.spend(-amount);
      return 0;
    }
    return allowance.secondsUntil(amount);
  }

  /** What is used up and not yet given back, of those with most. */
  used(max: number): Map<string, number> {
    const all = [...this.#allowances].map(([key, allowance]) => {
      return [key, this.#rateOf(key).burst - allowance.left(this.#clock)] as const;
    });
    const most = all.filter(([, used]) => used > 0).sort(([, a], [, b]) => b - a);
    return new Map(most.slice(0, max));
  }

  /** Of all keys the one that has to wait first. */
  state(keys: readonly string[]): Omit<QuotaState, 'name'> {
    const { burst, perSecond } = this.#rate;
    const window = Math.ceil(burst / perSecond);
    const all = keys.map((key) => {
      const { burst: quota, perSecond: gain } = this.#rateOf(key);
      const left = this.#allowances.get(key)?.left(this.#clock) ?? quota;
      return { quota, window, left: Math.max(0, Math.floor(left)), reset: Math.ceil((quota - left) / gain) };
    });
    return all.reduce((first, other) => (other.left < first.left ? other : first));
  }

  spend(key: string): void {
    this.of(key).spend(1);
  }

  /** What is left for `key`, who is then the last to be forgotten. */
  of(key: string): Allowance {
    const allowance = this.#allowances.get(key) ?? new Allowance(this.#rateOf(key), this.#clock);
    this.#allowances.delete(key);
    this.#allowances.set(key, allowance);
    if (this.#allowances.size > MAX_KEYS) {
      const [oldest] = this.#allowances.keys();
      if (oldest !== undefined) this.#allowances.delete(oldest);
    }
    return allowance;
  }

  /** Large networks have a few times as much as one address. */
  #rateOf(key: string): Rate {
    const shares = sharesOf(key);
    return { perSecond: this.#rate.perSecond * shares, burst: this.#rate.burst * shares };
  }
}
