import { isRole, type Role } from '../../../protocol/roles.ts';
import { type KeptStrings, readJson, siteKey } from './local-store.ts';

/** What a password was exchanged for. */
export interface KeptTicket {
  /** `ticket.…` */
  readonly token: string;
  /** In milliseconds since 1970, by this device's clock. */
  readonly expiresAt: number;
}

/** A share link that was opened on this device. */
export interface KeptLink {
  /** `link.…` */
  readonly credential: string;
  readonly ticket: KeptTicket | null;
}

/** The key that makes this device's person the owner. */
export interface KeptOwnerKey {
  /** `own.…` */
  readonly credential: string;
  /** Whether the server knows it. A key that was only made here yet must not be shown to it except to create the document. */
  readonly claimed: boolean;
}

/** What an address brought and the server has not looked at yet. */
export interface OfferedCredential {
  readonly kind: 'link' | 'own';
  /** `link.…` or `own.…` */
  readonly credential: string;
}

interface Kept {
  readonly ownerKey: KeptOwnerKey | null;
  /** The document is to be created as this person's own. */
  readonly wanted: boolean;
  readonly offered: OfferedCredential | null;
  /** Newest first; the first is in use. */
  readonly links: readonly KeptLink[];
  readonly role: Role | null;
}

const NOTHING: Kept = { ownerKey: null, wanted: false, offered: null, links: [], role: null };

/** A link that stops working gives way to the one opened before it; more than these nobody goes back through. */
const MAX_LINKS = 5;

/**
 * What this device has to show for one document: the one home of owner keys, share links and their tickets. They leave it
 * only as the token of a request, or by the hand of the person.
 */
export class Credentials {
  readonly #store: KeptStrings;
  readonly #key: string;

  constructor(store: KeptStrings, documentName: string) {
    this.#store = store;
    this.#key = siteKey(`coscribe.access.${documentName}`);
  }

  get ownerKey(): KeptOwnerKey | null {
    return this.#read().ownerKey;
  }

  /** The share link in use. */
  get link(): KeptLink | null {
    return this.#read().links[0] ?? null;
  }

  /** What the server said last that this person may do; tells how to show the document before it has said so again. */
  get role(): Role | null {
    return this.#read().role;
  }

  /** Whether the document is still to be created as this person's own. An earlier version kept only the key for that. */
  get wanted(): boolean {
    const { wanted, ownerKey } = this.#read();
    return wanted || ownerKey?.claimed === false;
  }

  /** What an address brought last and the server has not looked at; in use is what was before. */
  get offered(): OfferedCredential | null {
    return this.#read().offered;
  }

  /** Keeps what an address brought, beside what there is; a reload before the server has looked at it loses nothing. */
  offer(offered: OfferedCredential): void {
    this.#change({ offered });
  }

  /** What was offered has been looked at. */
  settleOffer(): void {
    this.#change({ offered: null });
  }

  /** The document is to be created. */
  want(): void {
    this.#change({ wanted: true });
  }

  /** The document has an owner now: with the key of this device, or without it. */
  settle(): void {
    const { ownerKey } = this.#read();
    this.#change({ wanted: false, ownerKey: ownerKey?.claimed === true ? ownerKey : null });
  }

  keepRole(role: Role | null): void {
    if (this.#read().role !== role) this.#change({ role });
  }

  /** Keeps an owner key, unless there is one: a key gives no more than the one that is here, and may be somebody's trap. */
  keepOwnerKey(credential: string, claimed: boolean): void {
    if (this.#read().ownerKey === null) this.#change({ ownerKey: { credential, claimed } });
  }

  /** Keeps an owner key that the server has taken, in place of any other. */
  replaceOwnerKey(credential: string): void {
    this.#change({ ownerKey: { credential, claimed: true } });
  }

  /** The server knows the owner key now. */
  claimed(): void {
    const { ownerKey } = this.#read();
    this.#change({ wanted: false, ownerKey: ownerKey === null ? null : { ...ownerKey, claimed: true } });
  }

  /** Forgets all that lets this device in. */
  forgetAll(): void {
    this.#store.removeItem(this.#key);
  }

  forgetOwnerKey(): void {
    this.#change({ ownerKey: null });
  }

  /** Puts a share link into use. */
  useLink(credential: string): void {
    const { links } = this.#read();
    const known = links.find((link) => link.credential === credential) ?? { credential, ticket: null };
    this.#change({ links: [known, ...links.filter((link) => link !== known)].slice(0, MAX_LINKS) });
  }

  /** Gives up the link in use; the one opened before it, if any, is in use again. */
  forgetLink(): void {
    this.#change({ links: this.#read().links.slice(1) });
  }

  /** Keeps the ticket of the link in use; null drops it. */
  keepTicket(ticket: KeptTicket | null): void {
    const [first, ...others] = this.#read().links;
    if (first !== undefined && first.ticket?.token !== ticket?.token)
      this.#change({ links: [{ ...first, ticket }, ...others] });
  }

  #read(): Kept {
    const value = readJson(this.#store, this.#key) as Partial<Kept> | null;
    if (typeof value !== 'object' || value === null) return NOTHING;
    const { ownerKey, wanted, offered, links, role } = value;
    return {
      ownerKey: isOwnerKey(ownerKey) ? ownerKey : null,
      wanted: wanted === true,
      offered: isOffered(offered) ? offered : null,
      links: Array.isArray(links) ? links.filter(isLink) : [],
      role: isRole(role) ? role : null,
    };
  }

  #change(change: Partial<Kept>): void {
    this.#store.setItem(this.#key, JSON.stringify({ ...this.#read(), ...change }));
  }
}

function isOwnerKey(value: unknown): value is KeptOwnerKey {
  const key = Object(value) as Partial<KeptOwnerKey>;
  return typeof key.credential === 'string' && typeof key.claimed === 'boolean';
}

function isOffered(value: unknown): value is OfferedCredential {
  const { kind, credential } = Object(value) as Partial<OfferedCredential>;
  return (kind === 'link' || kind === 'own') && typeof credential === 'string';
}

function isLink(value: unknown): value is KeptLink {
  const link = Object(value) as Partial<KeptLink>;
  if (typeof link.credential !== 'string') return false;
  const ticket = link.ticket as Partial<KeptTicket> | null;
  return ticket === null || (typeof ticket?.token === 'string' && typeof ticket.expiresAt === 'number');
}
