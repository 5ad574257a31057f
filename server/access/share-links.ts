import { randomBytes } from 'node:crypto';
import { linkPasswordProblem } from '../../protocol/link-password.ts';
import type { Person } from '../../protocol/person.ts';
import type { Role } from '../../protocol/roles.ts';
import type { Clock } from '../clock.ts';
import type { AccessRecord, Owner, ShareLink } from '../document/access-record.ts';
import { AddressBrake } from '../limits/address-brake.ts';
import { FailureBrake } from '../limits/failure-brake.ts';
import { networkOf } from '../limits/network-of.ts';
import { audit } from '../log/audit.ts';
import type { Logger } from '../log/logger.ts';
import type { AccessControl } from './access-control.ts';
import type { Grant } from './authenticator.ts';
import { type Asker, LinkPasswords, PasswordsBusy, type PasswordWork } from './link-password.ts';
import { isSame, makeTicket, TICKET_LIFETIME } from './ticket.ts';

/** Max links of a document. */
const MAX_LINKS = 100;

/** Wrong passwords: an address is slowed soon and for long, a link late and shortly, since that hits others too. */
const ADDRESS_BRAKE = { free: 5, first: 1_000, longest: 15 * 60_000 };
const LINK_BRAKE = { free: 20, first: 1_000, longest: 10_000 };

/** Seconds that somebody is asked to wait when many passwords are being looked at. */
const BUSY_RETRY_AFTER = 5;

/** Why something about the links or owners of a document cannot be done. The message is a sentence for the caller. */
export class ShareProblem extends Error {
  override readonly name = 'ShareProblem';
  readonly kind: ShareProblemKind;
  /** After how many seconds it may be possible; null when waiting does not help. */
  readonly retryAfter: number | null;
  /** Which link it is about, for the log. */
  readonly through: string | null;

  constructor(
    kind: ShareProblemKind,
    message: string,
    { retryAfter = null, through = null }: { retryAfter?: number | null; through?: string | null } = {},
  ) {
    super(message);
    this.kind = kind;
    this.retryAfter = retryAfter;
    this.through = through;
  }
}

export type ShareProblemKind =
  | 'too-many-links'
  | 'too-many-owners'
  | 'no-such-owner'
  | 'last-owner'
  | 'no-such-link'
  | 'invalid-expiry'
  | 'weak-password'
  | 'busy'
  | 'rate-limited'
  | 'forbidden'
  | 'wrong-password';

/** An owner who changes who has access. */
export interface OwnerRequest {
  readonly documentName: string;
  readonly address: string;
  /** What they may do now. */
  readonly grant: Grant;
  /** Asks whether they still are an owner, when the turn of the change has come. Rejects when they are not. */
  readonly decide: () => Promise<Grant>;
}

/** What an owner says of a link. */
export interface LinkFields {
  readonly role: Role;
  readonly label: string;
  /** When it ends, as ISO 8601; null for never. */
  readonly expiresAt: string | null;
  readonly password: string | null;
}

/** Who has access to a document, as somebody may see it. */
export interface AccessOverview {
  readonly role: Role;
  readonly person: Person | null;
  readonly anyone: Role | null;
  /** For owners only. */
  readonly owners?: readonly DescribedOwner[];
  readonly links?: readonly DescribedLink[];
}

/** What owners see of an owner. */
export type DescribedOwner =
  | { readonly kind: 'person'; readonly id: string; readonly name: string | null }
  | { readonly kind: 'key'; readonly id: string };

/** What an owner sees of a link. */
export type DescribedLink = ReturnType<typeof describe>;

/** Counts what owners and visitors do with passwords, which are dear. */
export interface PasswordQuota {
  /** A password that an owner sets; returns the seconds to wait, 0 for none. */
  password(address: string, person: string | null): number;
}

export interface ShareLinksDependencies {
  readonly access: AccessControl;
  /** Signs tickets; the same that `access` checks them with. */
  readonly secret: Uint8Array;
  readonly quotas: PasswordQuota;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The share links of all documents, and what a document is to anybody with its address. */
export class ShareLinks {
  readonly #access: AccessControl;
  readonly #secret: Uint8Array;
  readonly #quotas: PasswordQuota;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #passwords = new LinkPasswords();
  readonly #addressBrake: AddressBrake;
  readonly #linkBrake: FailureBrake;

  constructor({ access, secret, quotas, clock, logger }: ShareLinksDependencies) {
    this.#access = access;
    this.#secret = secret;
    this.#quotas = quotas;
    this.#clock = clock;
    this.#logger = logger;
    this.#addressBrake = new AddressBrake(ADDRESS_BRAKE, clock);
    this.#linkBrake = new FailureBrake(LINK_BRAKE, clock);
  }

  /** Who has access, as anyone with this grant may see it. */
  async overview(documentName: string, grant: Grant): Promise<AccessOverview> {
    return this.#overview(grant, await this.#access.record(documentName));
  }

  /** Sets what the document is to anybody with its address. */
  async setAnyone(owner: OwnerRequest, anyone: Role | null): Promise<AccessOverview> {
    const record = await this.#change(owner, (old) => ({ ...old, anyone }));
    audit(this.#logger, 'role-changed', { ...about(owner), role: anyone, through: 'anyone' });
    return this.#overview(owner.grant, record);
  }

  /** Makes a link. */
  async make(owner: OwnerRequest, { role, label, expiresAt, password }: LinkFields): Promise<DescribedLink> {
    const endsAt = this.#readExpiry(expiresAt);
    // What is refused anyway costs no hash.
    checkNumber((await this.#access.record(owner.documentName))?.links ?? []);
    const link: ShareLink = {
      id: randomBytes(9).toString('base64url'),
      secret: randomBytes(32).toString('base64url'),
      role,
      label,
      expiresAt: endsAt,
      password: await this.#hashed(owner, password),
      createdAt: this.#clock.date(),
    };
    await this.#change(owner, (old) => {
      checkNumber(old.links);
      return { ...old, links: [...old.links, link] };
    });
    audit(this.#logger, 'link-made', { ...about(owner), role, through: `link ${link.id}` });
    return describe(link);
  }

  /** Changes a link. */
  async alter(owner: OwnerRequest, id: string, changes: Partial<LinkFields>): Promise<DescribedLink> {
    const { expiresAt, password, ...rest } = changes;
    const end = expiresAt === undefined ? {} : { expiresAt: this.#readExpiry(expiresAt) };
    findLink((await this.#access.record(owner.documentName))?.links ?? [], id);
    const lock = password === undefined ? {} : { password: await this.#hashed(owner, password) };
    const record = await this.#change(owner, (old) => {
      const link = { ...findLink(old.links, id), ...rest, ...end, ...lock };
      return { ...old, links: old.links.map((other) => (other.id === id ? link : other)) };
    });
    audit(this.#logger, 'role-changed', { ...about(owner), role: rest.role ?? null, through: `link ${id}` });
    return describe(findLink(record.links, id));
  }

  /** Takes a link away. */
  async revoke(owner: OwnerRequest, id: string): Promise<void> {
    await this.#change(owner, (old) => {
      const link = findLink(old.links, id);
      return { ...old, links: old.links.filter((other) => other !== link) };
    });
    audit(this.#logger, 'revoked', { ...about(owner), through: `link ${id}` });
  }

  /** Exchanges the credential of a link with a password for a ticket. */
  async ticket(
    documentName: string,
    address: string,
    { credential, password }: { credential: string; password: string },
  ): Promise<{ token: string; expiresIn: number }> {
    const record = await this.#access.record(documentName);
    const now = this.#clock.date();
    const link = record?.links.find((candidate) => isSame(`link.${candidate.secret}`, credential));
    if (link === undefined || (link.expiresAt !== null && link.expiresAt <= now)) {
      throw new ShareProblem('forbidden', 'The link was revoked, has expired, or does not exist.');
    }
    if (link.password !== null) {
      await this.#checkPassword(documentName, address, link, link.password, password);
    }
    const token = makeTicket(this.#secret, documentName, link, now + TICKET_LIFETIME);
    return { token, expiresIn: TICKET_LIFETIME };
  }

  async #checkPassword(
    documentName: string,
    address: string,
    { id }: ShareLink,
    kept: string,
    password: string,
  ): Promise<void> {
    const linkKey = `${documentName}\0${id}`;
    const through = `link ${id}`;
    const wait = Math.max(this.#addressBrake.wait(address), this.#linkBrake.wait(linkKey));
    if (wait > 0) {
      const message = `Too many wrong passwords. Try again in ${wait} seconds.`;
      throw new ShareProblem('rate-limited', message, { retryAfter: wait, through });
    }
    const asker = { address: networkOf(address), documentName };
    this.#requireRoom('check', asker);
    // Counted before the outcome is known, so that many at a time are no way around.
    this.#addressBrake.failed(address);
    this.#linkBrake.failed(linkKey);
    const forget = () => {
      this.#addressBrake.succeeded(address);
      this.#linkBrake.succeeded(linkKey);
    };
    const isRight = await this.#passwords.matches(password, kept, asker).catch((error: unknown) => {
      forget();
      throw asProblem(error);
    });
    if (!isRight) throw new ShareProblem('wrong-password', 'The password is wrong.', { through });
    forget();
  }

  async #hashed({ documentName, address, grant }: OwnerRequest, password: string | null): Promise<string | null> {
    if (password === null) return null;
    const problem = linkPasswordProblem(password);
    if (problem !== null) throw new ShareProblem('weak-password', problem);
    const asker = { address: networkOf(address), documentName };
    this.#requireRoom('set', asker);
    const wait = this.#quotas.password(address, grant.person?.id ?? null);
    if (wait > 0) {
      const message = `Too many passwords were set in a short time. Try again in ${wait} seconds.`;
      throw new ShareProblem('rate-limited', message, { retryAfter: wait });
    }
    return this.#passwords.hash(password, asker).catch((error: unknown) => {
      throw asProblem(error);
    });
  }

  #requireRoom(work: PasswordWork, asker: Asker): void {
    if (this.#passwords.isBusy(work, asker)) throw busy();
  }

  /** Anyone who was an owner when the request came may have been shut out while a password was hashed. */
  #change({ documentName, decide }: OwnerRequest, change: (record: AccessRecord) => AccessRecord) {
    return this.#access.change(documentName, change, decide);
  }

  #overview(grant: Grant, record: AccessRecord | null): AccessOverview {
    const everybody = { role: grant.role, person: grant.person, anyone: this.#access.anyoneIn(record) };
    if (grant.role !== 'owner') return everybody;
    return {
      ...everybody,
      owners: (record?.owners ?? []).map(describeOwner),
      links: (record?.links ?? []).map(describe),
    };
  }

  #readExpiry(expiresAt: string | null): number | null {
    if (expiresAt === null) return null;
    const time = /^\d{4}-\d\d-\d\dT/.test(expiresAt) ? Date.parse(expiresAt) : Number.NaN;
    if (Number.isNaN(time) || time <= this.#clock.date()) {
      throw new ShareProblem('invalid-expiry', 'expiresAt must be a time to come, such as "2030-01-31T12:00:00Z".');
    }
    return time;
  }
}

function busy(): ShareProblem {
  const message = `Too many passwords are being checked. Try again in ${BUSY_RETRY_AFTER} seconds.`;
  return new ShareProblem('busy', message, { retryAfter: BUSY_RETRY_AFTER });
}

function asProblem(error: unknown): unknown {
  return error instanceof PasswordsBusy ? busy() : error;
}

function checkNumber(links: readonly ShareLink[]): void {
  if (links.length < MAX_LINKS) return;
  throw new ShareProblem('too-many-links', `A document has ${MAX_LINKS} links at most. Revoke one first.`);
}

function findLink(links: readonly ShareLink[], id: string): ShareLink {
  const found = links.find((link) => link.id === id);
  if (found === undefined) throw new ShareProblem('no-such-link', 'There is no link of this id.');
  return found;
}

function about({ grant, documentName, address }: OwnerRequest) {
  return { document: documentName, address, person: grant.person?.id ?? null };
}

/** What an owner sees of a link. The secret is part of it, so that it can be copied again. */
function describe(link: ShareLink) {
  return {
    id: link.id,
    link: `link.${link.secret}`,
    role: link.role,
    label: link.label,
    expiresAt: link.expiresAt === null ? null : new Date(link.expiresAt).toISOString(),
    hasPassword: link.password !== null,
    createdAt: new Date(link.createdAt).toISOString(),
  };
}

/** What owners see of an owner. The id of a key is the beginning of its hash: enough to name it, and nothing to come in by. */
export function describeOwner(owner: Owner): DescribedOwner {
  if (owner.kind === 'key') return { kind: 'key', id: owner.hash.slice(0, 12) };
  return { kind: 'person', id: owner.id, name: owner.name };
}
