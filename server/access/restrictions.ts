import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { ServerRecords } from '../document/server-records.ts';
import { NetworkMap } from '../limits/networks.ts';
import type { VerifiedToken } from './token-verifier.ts';

/** Somebody who is kept out of the whole server. Times are milliseconds since 1970. */
export interface Ban {
  readonly id: string;
  /** A person by the id that tokens and sign-ins name, or a network as `parseNetwork` writes it. */
  readonly who: { readonly person: string } | { readonly network: string };
  /** For those who run the server; told to nobody else. */
  readonly reason: string;
  readonly createdAt: number;
  /** Null for ever. */
  readonly expiresAt: number | null;
}

/** A document in which nobody writes. */
export interface Freeze {
  readonly document: string;
  /** For those who run the server; told to nobody else. */
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly frozenAt: number;
}

/** Of what answers may be wrong now. */
export type RestrictionChange =
  | { readonly kind: 'person'; readonly id: string }
  | { readonly kind: 'network'; readonly includes: (address: string) => boolean }
  | { readonly kind: 'document'; readonly name: string };

/** Max bans, and max frozen documents: a list that somebody reads, not a blocklist of the whole network. */
const MAX = 10_000;

/** More was to be kept than may be. The message is a sentence for those who run the server. */
export class TooManyRestrictions extends Error {
  override readonly name = 'TooManyRestrictions';
}

/**
 * What those who run the server have imposed on it, whatever documents, links and tokens say: who is banned, which documents are
 * frozen, and whose earlier tokens are void. In force at once, kept over a restart, and part of a backup.
 */
export class Restrictions {
  readonly #records: ServerRecords;
  readonly #clock: Clock;
  readonly #bans = new Map<string, Ban>();
  readonly #bannedPeople = new Map<string, Ban>();
  readonly #bannedNetworks = new NetworkMap<Ban>();
  readonly #frozen = new Map<string, Freeze>();
  /** From when on tokens of a person are good, in milliseconds since 1970. */
  readonly #revocations = new Map<string, number>();
  readonly #listeners = new Set<(change: RestrictionChange) => void>();

  /** None; `open` reads what was kept. */
  constructor(records: ServerRecords, clock: Clock) {
    this.#records = records;
    this.#clock = clock;
  }

  /** Reads what was kept. */
  static async open(records: ServerRecords, clock: Clock): Promise<Restrictions> {
    const restrictions = new Restrictions(records, clock);
    // What stands there was written below.
    for (const ban of (await records.all('ban')).values()) restrictions.#enforce(ban as Ban);
    for (const freeze of (await records.all('frozen')).values()) {
      restrictions.#frozen.set((freeze as Freeze).document, freeze as Freeze);
    }
    for (const [person, revocation] of await records.all('revocation')) {
      restrictions.#revocations.set(person, (revocation as { before: number }).before);
    }
    return restrictions;
  }

  /** Hears of what answers may be wrong from now on. */
  onChange(listener: (change: RestrictionChange) => void): void {
    this.#listeners.add(listener);
  }

  /** The newest last. Those that have ended are not among them. */
  get bans(): Ban[] {
    return [...this.#bans.values()].filter((ban) => this.#isInForce(ban));
  }

  get frozen(): Freeze[] {
    return [...this.#frozen.values()];
  }

  /** Keeps somebody out, in the place of an earlier ban of the same. Resolves when that is on disk. @throws TooManyRestrictions */
  async ban(who: Ban['who'], reason: string, expiresAt: number | null): Promise<Ban> {
    await this.#forgetEnded();
    const before = 'person' in who ? this.#bannedPeople.get(who.person) : this.#bannedNetworks.get(who.network);
    if (before === undefined || before === null) this.#requireRoom(this.#bans, 'bans');
    // Hexadecimal, because a word of a command must not begin with a hyphen.
    const id = before?.id ?? randomBytes(9).toString('hex');
    const ban: Ban = { id, who, reason, createdAt: this.#clock.date(), expiresAt };
    this.#enforce(ban);
    this.#tell(changeOf(ban));
    await this.#records.put('ban', ban.id, ban);
    return ban;
  }

  /** Lets somebody in again; null when there is no such ban. Resolves when that is on disk. */
  async lift(id: string): Promise<Ban | null> {
    const ban = this.#bans.get(id);
    if (ban === undefined) return null;
    this.#forget(ban);
    await this.#records.remove('ban', [id]);
    return ban;
  }

  isBannedAddress(address: string): boolean {
    const ban = this.#bannedNetworks.find(address);
    if (ban === null || this.#isInForce(ban)) return ban !== null;
    // A wider network may be banned for longer.
    this.#forget(ban);
    return this.isBannedAddress(address);
  }

  isBannedPerson(id: string): boolean {
    const ban = this.#bannedPeople.get(id);
    return ban !== undefined && this.#isInForce(ban);
  }

  isFrozen(document: string): boolean {
    return this.#frozen.has(document);
  }

  /** Lets nobody write in a document. Resolves when that is on disk. @throws TooManyRestrictions */
  async freeze(document: string, reason: string): Promise<Freeze> {
    if (!this.#frozen.has(document)) this.#requireRoom(this.#frozen, 'frozen documents');
    const freeze: Freeze = { document, reason, frozenAt: this.#frozen.get(document)?.frozenAt ?? this.#clock.date() };
    this.#frozen.set(document, freeze);
    this.#tell({ kind: 'document', name: document });
    await this.#records.put('frozen', document, freeze);
    return freeze;
  }

  /** Lets people write again; false when the document is not frozen. Resolves when that is on disk. */
  async thaw(document: string): Promise<boolean> {
    if (!this.#frozen.delete(document)) return false;
    this.#tell({ kind: 'document', name: document });
    await this.#records.remove('frozen', [document]);
    return true;
  }

  /** Makes all tokens and sessions of a person void that were issued before a time. Never takes an earlier one back. */
  async revoke(person: string, before: number): Promise<number> {
    const from = Math.max(before, this.#revocations.get(person) ?? 0);
    this.#revocations.set(person, from);
    this.#tell({ kind: 'person', id: person });
    await this.#records.put('revocation', person, { before: from });
    return from;
  }

  /**
   * Whether a token of a person is void. One that does not say when it was issued may have been before any time. Times in tokens
   * are whole seconds; one of the very second counts as issued before.
   */
  isRevoked({ person, issuedAt }: Pick<VerifiedToken, 'person' | 'issuedAt'>): boolean {
    const before = person === null ? undefined : this.#revocations.get(person.id);
    return before !== undefined && (issuedAt === null || issuedAt < before);
  }

  #enforce(ban: Ban): void {
    this.#bans.set(ban.id, ban);
    if ('person' in ban.who) this.#bannedPeople.set(ban.who.person, ban);
    else this.#bannedNetworks.set(ban.who.network, ban);
  }

  #forget({ id, who }: Ban): void {
    this.#bans.delete(id);
    if ('person' in who) this.#bannedPeople.delete(who.person);
    else this.#bannedNetworks.delete(who.network);
  }

  async #forgetEnded(): Promise<void> {
    const ended = [...this.#bans.values()].filter((ban) => !this.#isInForce(ban));
    for (const ban of ended) this.#forget(ban);
    await this.#records.remove(
      'ban',
      ended.map(({ id }) => id),
    );
  }

  #isInForce({ expiresAt }: Ban): boolean {
    return expiresAt === null || expiresAt > this.#clock.date();
  }

  #requireRoom(kept: ReadonlyMap<string, unknown>, what: string): void {
    if (kept.size >= MAX) throw new TooManyRestrictions(`There are ${MAX} ${what} already. Lift one first.`);
  }

  #tell(change: RestrictionChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

function changeOf({ who }: Ban): RestrictionChange {
  if ('person' in who) return { kind: 'person', id: who.person };
  const banned = new NetworkMap<true>();
  banned.set(who.network, true);
  return { kind: 'network', includes: (address) => banned.find(address) !== null };
}
