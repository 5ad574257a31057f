/** Who sends updates: one connection, and the person behind it if there is one. */
export interface Sender {
  /** Unique among living connections. */
  readonly id: number;
  /** The authenticated person; null for a guest. Several connections can be one person. */
  readonly person: { readonly id: string } | null;
  /** Takes this many of the client ids that its address and its person may bring into documents. Absent: as many as it likes. */
  takeClientIds?(count: number): boolean;
}

interface Claim {
  /** Its id. */
  readonly person: string | null;
  /** The connections that write under the id; more than one only when they are one person's. */
  readonly holders: Set<number>;
}

interface Party {
  readonly clientIds: Set<number>;
  /** Those of them that the connection was granted or has written under, rather than only said to be its own. */
  readonly proven: Set<number>;
  /** Client ids that the document had never seen before this connection. */
  introduced: number;
}

/**
 * Which client ids belong to whom. An id belongs to the connection that first wrote under it, or said that it would, or to
 * that connection's person, and is free again when they have left. Bounded by what living connections claim.
 */
export class ClientIdOwners {
  readonly #claims = new Map<number, Claim>();
  readonly #parties = new Map<number, Party>();

  /** How many ids belong to somebody. */
  get size(): number {
    return this.#claims.size;
  }

  /** Whether `clientId` is free or belongs to `sender`. */
  allows(clientId: number, sender: Sender): boolean {
    const claim = this.#claims.get(clientId);
    return (
      claim === undefined ||
      claim.holders.has(sender.id) ||
      (claim.person !== null && claim.person === sender.person?.id)
    );
  }

  /** `clientId` is `sender`'s, which must be allowed: it was granted, or something was written under it. */
  claim(clientId: number, sender: Sender): void {
    this.reserve(clientId, sender);
    this.#party(sender).proven.add(clientId);
  }

  /** `sender`, which must be allowed, says that it is going to write under `clientId`. */
  reserve(clientId: number, sender: Sender): void {
    const claim = this.#claims.get(clientId);
    if (claim?.holders.has(sender.id)) return;
    if (claim === undefined)
      this.#claims.set(clientId, { person: sender.person?.id ?? null, holders: new Set([sender.id]) });
    else claim.holders.add(sender.id);
    this.#party(sender).clientIds.add(clientId);
  }

  /** Makes `clientId` nobody's. @returns false when somebody else holds it, or `sender` only says that it is its own */
  disown(clientId: number, sender: Sender): boolean {
    const claim = this.#claims.get(clientId);
    const party = this.#parties.get(sender.id);
    if (claim?.holders.size !== 1 || party?.proven.has(clientId) !== true) return false;
    this.#claims.delete(clientId);
    party.clientIds.delete(clientId);
    party.proven.delete(clientId);
    return true;
  }

  /** How many ids new to the document `sender` has brought. */
  introducedBy(sender: Sender): number {
    return this.#parties.get(sender.id)?.introduced ?? 0;
  }

  /** Counts ids new to the document. */
  introduce(count: number, sender: Sender): void {
    this.#party(sender).introduced += count;
  }

  /** The connection has left; what it held alone is free. */
  release(sender: Sender): void {
    const party = this.#parties.get(sender.id);
    if (party === undefined) return;
    this.#parties.delete(sender.id);
    for (const clientId of party.clientIds) {
      const claim = this.#claims.get(clientId);
      claim?.holders.delete(sender.id);
      if (claim?.holders.size === 0) this.#claims.delete(clientId);
    }
  }

  #party(sender: Sender): Party {
    const known = this.#parties.get(sender.id);
    if (known !== undefined) return known;
    const party: Party = { clientIds: new Set(), proven: new Set(), introduced: 0 };
    this.#parties.set(sender.id, party);
    return party;
  }
}
