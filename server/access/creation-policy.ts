import { may, type Role } from '../../protocol/roles.ts';
import type { AccessRecord, Owner } from '../document/access-record.ts';
import { audit } from '../log/audit.ts';
import type { Logger } from '../log/logger.ts';
import type { AccessControl, Creation } from './access-control.ts';
import type { Admission, ArrivedRequest } from './admission.ts';
import type { Denial } from './decision.ts';

/** A document that somebody may create. */
export interface Claim {
  readonly documentName: string;
  /** Where the request comes from, for the log. */
  readonly address: string;
  /** Who will own it, as far as was known when the request came. */
  readonly owners: readonly Owner[];
  /** What it is to somebody without a credential, if the request says. */
  readonly anyone: Role | null | undefined;
}

/** Who may create documents, and whose they are then. */
export interface CreationPolicy {
  /** Whether the sender of a request may create the document that it names, and who owns it then. */
  authorize(request: ArrivedRequest): Promise<Creation | Denial>;
  /**
   * Creates a document, and makes its owners in the same turn, so that nobody owns one that another has created. `decide` is
   * asked when the turn has come whether it still may be, and by whom; what it or `create` throws is passed on, and nothing
   * is changed.
   */
  create(claim: Claim, create: () => Promise<unknown>, decide: () => Promise<readonly Owner[]>): Promise<void>;
}

/** Documents belong to those who create them. */
export class OwnedCreation implements CreationPolicy {
  readonly #admission: Admission;
  readonly #access: AccessControl;
  readonly #logger: Logger;

  constructor(admission: Admission, access: AccessControl, logger: Logger) {
    this.#admission = admission;
    this.#access = access;
    this.#logger = logger;
  }

  authorize(request: ArrivedRequest): Promise<Creation | Denial> {
    return this.#admission.decideBy(request, () => this.#access.authorizeCreation(request));
  }

  async create(claim: Claim, create: () => Promise<unknown>, decide: () => Promise<readonly Owner[]>): Promise<void> {
    const { documentName, address, anyone } = claim;
    let { owners } = claim;
    if (owners.length === 0 && anyone === undefined) {
      await decide();
      await create();
      return;
    }
    let created: Promise<unknown> | null = null;
    const take = (record: AccessRecord): AccessRecord => {
      created = create();
      return { ...record, owners: [...record.owners, ...owners], ...(anyone === undefined ? {} : { anyone }) };
    };
    await this.#access.change(documentName, take, async () => {
      owners = await decide();
    });
    await created;
    for (const owner of owners) {
      const through = owner.kind === 'key' ? 'owner key' : 'token';
      const person = owner.kind === 'person' ? owner.id : null;
      audit(this.#logger, 'owner-claimed', { document: documentName, address, person, through });
    }
  }
}

/** The authenticator of the program around decides alone: anyone whom it makes an editor may create. */
export class HostCreation implements CreationPolicy {
  readonly #admission: Admission;

  constructor(admission: Admission) {
    this.#admission = admission;
  }

  async authorize(request: ArrivedRequest): Promise<Creation | Denial> {
    const decision = await this.#admission.decide(request);
    if (!decision.granted) return decision;
    if (may(decision.role, 'rename')) return { granted: true, owners: [] };
    return { granted: false, refusal: 'forbidden', reason: 'You may read this document, not create it.' };
  }

  async create(_claim: Claim, create: () => Promise<unknown>, decide: () => Promise<readonly Owner[]>): Promise<void> {
    await decide();
    await create();
  }
}
