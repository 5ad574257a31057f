import type { Role } from '../../../protocol/roles.ts';
import { ApiError } from '../api/api-request.ts';
import type { AccessReport, DocumentApi, DocumentOwner, LinkWish, ShareLink } from '../api/document-api.ts';

/** What the share dialog knows. */
export type SharingState =
  | { readonly kind: 'asking' }
  /** The server could not be asked; `problem` says why. */
  | { readonly kind: 'unknown'; readonly problem: string }
  | {
      readonly kind: 'known';
      readonly role: Role;
      /** The document is theirs wherever they sign in. */
      readonly ownsAsPerson: boolean;
      /** What somebody may do who has nothing but the address. */
      readonly anyone: Role | null;
      /** Empty for those who do not own the document: they are told of none. */
      readonly links: readonly ShareLink[];
      /** Empty for those who do not own the document. */
      readonly owners: readonly DocumentOwner[];
      /** Who asks, when the server knows. */
      readonly personId: string | null;
      /** Links whose change or end is on its way. */
      readonly busy: ReadonlySet<string>;
    };

/**
 * Who may do what in one document, for its owner to change. What is changed is shown at once, and taken back when the server
 * refuses; every method says so by throwing ApiError.
 */
export class Sharing {
  readonly #api: DocumentApi;
  readonly #changed: () => void;
  #report: AccessReport | null = null;
  #problem: string | null = null;
  /** Asked for and not answered yet. */
  #wanted: { readonly anyone: Role | null } | null = null;
  readonly #busy = new Set<string>();

  /** @param changed called after every change of `state` */
  constructor(api: DocumentApi, changed: () => void) {
    this.#api = api;
    this.#changed = changed;
  }

  get state(): SharingState {
    if (this.#report === null) {
      return this.#problem === null ? { kind: 'asking' } : { kind: 'unknown', problem: this.#problem };
    }
    const { role, links = [], owners = [], person } = this.#report;
    const { anyone } = this.#wanted ?? this.#report;
    const ownsAsPerson = owners.some((owner) => owner.kind === 'person' && owner.id === person?.id);
    const personId = person?.id ?? null;
    return { kind: 'known', role, ownsAsPerson, anyone, links, owners, personId, busy: new Set(this.#busy) };
  }

  /** Asks the server. Does not throw: `state` tells when it could not be asked. */
  async ask(): Promise<void> {
    try {
      this.#report = await this.#api.access();
      this.#problem = null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#problem = error.message;
    }
    this.#changed();
  }

  /** Changes what somebody may do who has nothing but the address. */
  async letAnyone(anyone: Role | null): Promise<void> {
    const wanted = { anyone };
    this.#wanted = wanted;
    this.#changed();
    try {
      await this.#api.changeAnyone(anyone);
      if (this.#report !== null) this.#report = { ...this.#report, anyone };
    } finally {
      // A later wish stands until its own answer.
      if (this.#wanted === wanted) this.#wanted = null;
      this.#changed();
    }
  }

  async makeLink(wish: LinkWish): Promise<ShareLink> {
    const link = await this.#api.makeLink(wish);
    this.#setLinks((links) => [...links, link]);
    return link;
  }

  changeLink(id: string, wish: LinkWish): Promise<void> {
    return this.#whileBusy(id, async () => {
      const link = await this.#api.changeLink(id, wish);
      this.#setLinks((links) => links.map((other) => (other.id === id ? link : other)));
    });
  }

  /** Makes a link void. One that is gone already counts as done. */
  revokeLink(id: string): Promise<void> {
    return this.#whileBusy(id, async () => {
      try {
        await this.#api.revokeLink(id);
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== 'no-such-link') throw error;
      }
      this.#setLinks((links) => links.filter((other) => other.id !== id));
    });
  }

  /** Makes everybody an owner who holds this key. */
  async addOwnerKey(key: string): Promise<void> {
    const added = await this.#api.addOwnerKey(key);
    this.#setOwners((owners) => [...owners, added]);
  }

  /** Takes the ownership from somebody. From one who has it no longer counts as done. */
  async removeOwner(owner: DocumentOwner): Promise<void> {
    try {
      await this.#api.removeOwner(owner);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'no-such-owner') throw error;
    }
    this.#setOwners((owners) => owners.filter(({ kind, id }) => kind !== owner.kind || id !== owner.id));
  }

  async #whileBusy(id: string, work: () => Promise<void>): Promise<void> {
    this.#busy.add(id);
    this.#changed();
    try {
      await work();
    } finally {
      this.#busy.delete(id);
      this.#changed();
    }
  }

  #setOwners(change: (owners: readonly DocumentOwner[]) => readonly DocumentOwner[]): void {
    if (this.#report !== null) this.#report = { ...this.#report, owners: change(this.#report.owners ?? []) };
    this.#changed();
  }

  #setLinks(change: (links: readonly ShareLink[]) => readonly ShareLink[]): void {
    if (this.#report !== null) this.#report = { ...this.#report, links: change(this.#report.links ?? []) };
    this.#changed();
  }
}
