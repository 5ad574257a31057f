import { parseNetwork } from '../limits/networks.ts';
import { audit, type SecurityEventFields } from '../log/audit.ts';
import type { Logger } from '../log/logger.ts';
import { type Ban, type Freeze, type Restrictions, TooManyRestrictions } from './restrictions.ts';

/** Why something cannot be done. The message is a sentence for those who run the server. */
export class AdministrationProblem extends Error {
  override readonly name = 'AdministrationProblem';
  readonly kind: 'invalid-address' | 'invalid-time' | 'no-such-ban' | 'not-frozen' | 'too-many';

  constructor(kind: AdministrationProblem['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Whom to ban: a person by id, or an address or network as people write it. */
export type BanWish = { readonly person: string } | { readonly address: string };

/** A ban as those who run the server read it. Times are ISO 8601. */
export type DescribedBan = ({ readonly person: string } | { readonly address: string }) & {
  readonly id: string;
  readonly reason: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
};

export interface DescribedFreeze {
  readonly document: string;
  readonly reason: string;
  readonly frozenAt: string;
}

/** What those who run the server do about people and documents, each with its line in the log. */
export class Administration {
  readonly #restrictions: Restrictions;
  readonly #logger: Logger;
  readonly #now: () => number;

  /** @param now in milliseconds since 1970 */
  constructor(restrictions: Restrictions, logger: Logger, now: () => number) {
    this.#restrictions = restrictions;
    this.#logger = logger;
    this.#now = now;
  }

  get bans(): DescribedBan[] {
    return this.#restrictions.bans.map(describeBan);
  }

  get frozen(): DescribedFreeze[] {
    return this.#restrictions.frozen.map(describeFreeze);
  }

  /** @param by where the request came from, for the log @throws AdministrationProblem */
  async ban(wish: BanWish, { reason, expiresAt }: { reason: string; expiresAt: string | null }, by: string) {
    const who = 'person' in wish ? wish : { network: readNetwork(wish.address) };
    const until = expiresAt === null ? null : this.#timeToCome(expiresAt);
    const ban = describeBan(await asProblem(() => this.#restrictions.ban(who, reason, until)));
    this.#tell('banned', by, ban);
    return ban;
  }

  /** @throws AdministrationProblem */
  async lift(id: string, by: string): Promise<void> {
    const ban = await this.#restrictions.lift(id);
    if (ban === null) throw new AdministrationProblem('no-such-ban', 'There is no ban of this id.');
    this.#tell('unbanned', by, describeBan(ban));
  }

  /** @throws AdministrationProblem */
  async freeze(document: string, reason: string, by: string): Promise<DescribedFreeze> {
    const freeze = await asProblem(() => this.#restrictions.freeze(document, reason));
    this.#audit('frozen', by, { document });
    return describeFreeze(freeze);
  }

  /** @throws AdministrationProblem */
  async thaw(document: string, by: string): Promise<void> {
    if (!(await this.#restrictions.thaw(document))) {
      throw new AdministrationProblem('not-frozen', 'The document is not frozen.');
    }
    this.#audit('unfrozen', by, { document });
  }

  /** Makes what a person was given before a time void: tokens of a backend and sessions. @throws AdministrationProblem */
  async revoke(person: string, before: string | null, by: string): Promise<{ person: string; before: string }> {
    const now = this.#now();
    const time = before === null ? now : readTime(before);
    if (time === null || time > now) {
      const message = 'before must be a time that is over, such as "2026-01-31T12:00:00Z".';
      throw new AdministrationProblem('invalid-time', message);
    }
    const from = await this.#restrictions.revoke(person, time);
    this.#audit('tokens-revoked', by, { person, reason: `Those from before ${iso(from)}.` });
    return { person, before: iso(from) };
  }

  #timeToCome(text: string): number {
    const time = readTime(text);
    if (time !== null && time > this.#now()) return time;
    const message = 'expiresAt must be a time to come, such as "2030-01-31T12:00:00Z".';
    throw new AdministrationProblem('invalid-time', message);
  }

  #tell(event: 'banned' | 'unbanned', by: string, ban: DescribedBan): void {
    if ('person' in ban) this.#audit(event, by, { person: ban.person });
    else this.#audit(event, by, { reason: `It is the network ${ban.address}.` });
  }

  #audit(event: Parameters<typeof audit>[1], by: string, fields: SecurityEventFields): void {
    audit(this.#logger, event, { address: by, through: 'api key', ...fields });
  }
}

function readNetwork(address: string): string {
  const network = parseNetwork(address);
  if (network !== null) return network;
  const message =
    'address must be an IP address or a network such as 192.0.2.0/24 (/8 at the widest) or 2001:db8::/48 (/16 at the widest).';
  throw new AdministrationProblem('invalid-address', message);
}

function readTime(text: string): number | null {
  const time = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

async function asProblem<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof TooManyRestrictions ? new AdministrationProblem('too-many', error.message) : error;
  }
}

function describeBan({ id, who, reason, createdAt, expiresAt }: Ban): DescribedBan {
  const whom = 'person' in who ? who : { address: who.network };
  return { id, ...whom, reason, createdAt: iso(createdAt), expiresAt: expiresAt === null ? null : iso(expiresAt) };
}

function describeFreeze({ document, reason, frozenAt }: Freeze): DescribedFreeze {
  return { document, reason, frozenAt: iso(frozenAt) };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
