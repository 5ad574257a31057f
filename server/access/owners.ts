import type { AccessRecord, Owner } from '../document/access-record.ts';
import { audit } from '../log/audit.ts';
import type { Logger } from '../log/logger.ts';
import { type AccessControl, hashOwnerKey, OWNER_KEY, WEAK_KEY } from './access-control.ts';
import type { Grant } from './authenticator.ts';
import { type DescribedOwner, describeOwner, type OwnerRequest, ShareProblem } from './share-links.ts';

/** Max owners of a document. */
const MAX_OWNERS = 100;

const BY_LINK = 'A link ends when it is revoked, so anyone who came by one does not say who owns the document.';
const NO_SUCH_OWNER = 'The document has no such owner.';
const LAST_OWNER =
  'This is the last owner. Add another one first; the API key of the server can remove the last one too.';

/** Whom somebody makes an owner: a person by the id that tokens name, or anyone who holds a key. */
export type NewOwner =
  | { readonly kind: 'person'; readonly id: string; readonly name: string | null }
  /** `key` is the key itself, of which only the hash is kept. */
  | { readonly kind: 'key'; readonly key: string };

/** Who owns each document: adding somebody and removing oneself hands a document on. */
export class Owners {
  readonly #access: AccessControl;
  readonly #logger: Logger;

  constructor(access: AccessControl, logger: Logger) {
    this.#access = access;
    this.#logger = logger;
  }

  /** Makes somebody an owner; nothing changes when they are one. */
  async add(request: OwnerRequest, wish: NewOwner): Promise<DescribedOwner> {
    const owner = readOwner(wish);
    await this.#change(request, (old) => {
      const others = old.owners.filter((other) => !isSameOwner(other, describeOwner(owner)));
      if (others.length >= MAX_OWNERS) {
        throw new ShareProblem('too-many-owners', `A document has ${MAX_OWNERS} owners at most. Remove one first.`);
      }
      return { ...old, owners: [...others, owner] };
    });
    this.#tell('owner-added', request, describeOwner(owner));
    return describeOwner(owner);
  }

  /** Takes the ownership from somebody, at once for those who are connected. */
  async remove(request: OwnerRequest, kind: Owner['kind'], id: string): Promise<void> {
    const meant = { kind, id };
    await this.#change(request, (old) => {
      const owners = old.owners.filter((owner) => !isSameOwner(owner, meant));
      if (owners.length === old.owners.length) throw new ShareProblem('no-such-owner', NO_SUCH_OWNER);
      if (owners.length === 0 && !isAdministrator(request.grant)) throw new ShareProblem('last-owner', LAST_OWNER);
      return { ...old, owners };
    });
    this.#tell('owner-removed', request, meant);
  }

  #change({ documentName, grant, decide }: OwnerRequest, change: (record: AccessRecord) => AccessRecord) {
    requireLasting(grant);
    return this.#access.change(documentName, change, async () => requireLasting(await decide()));
  }

  #tell(
    event: 'owner-added' | 'owner-removed',
    { documentName, address, grant }: OwnerRequest,
    { kind, id }: Pick<DescribedOwner, 'kind' | 'id'>,
  ): void {
    const { person, through } = grant;
    const fields = { document: documentName, address, person: person?.id ?? null, through };
    audit(this.#logger, event, { ...fields, reason: `It is the ${kind} ${id}.` });
  }
}

function isSameOwner(owner: Owner, { kind, id }: Pick<DescribedOwner, 'kind' | 'id'>): boolean {
  return owner.kind === kind && describeOwner(owner).id === id;
}

function readOwner(wish: NewOwner): Owner {
  if (wish.kind === 'person') return { kind: 'person', id: wish.id, name: wish.name };
  if (!OWNER_KEY.test(wish.key)) throw new ShareProblem('forbidden', WEAK_KEY);
  return { kind: 'key', hash: hashOwnerKey(wish.key) };
}

/** A right by a link ends with the link, which owning the document would outlive. */
function requireLasting({ through }: Grant): void {
  if (through.startsWith('link ')) throw new ShareProblem('forbidden', BY_LINK);
}

function isAdministrator({ through }: Grant): boolean {
  return through === 'api key';
}
