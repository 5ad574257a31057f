import { type AwarenessEntry, encodeAwarenessEntries, goneEntry, isGone } from '../../protocol/awareness-entries.ts';
import type { Member } from './member.ts';

export interface PresenceLimits {
  /** Max awareness client ids that one connection may introduce. */
  readonly idsPerMember: number;
  /** Max bytes of awareness states that one connection may hold. */
  readonly bytesPerMember: number;
}

/** A connection introduced more awareness ids or bytes than it may. */
export class PresenceLimitError extends Error {
  override readonly name = 'PresenceLimitError';
}

/** How many ids that left are remembered, so that an echo of their last state does not bring them back. */
const REMEMBERED_GONE = 1_000;

interface Held {
  entry: AwarenessEntry;
  readonly member: Member;
}

/**
 * Who is where in one room: awareness states as raw bytes, each owned by the connection that introduced its id.
 *
 * Stock clients echo every state they learn, also other people's. So entries of ids that somebody else owns are passed
 * over in silence (PRE-2), and an id that left comes back only with a newer clock, or as the first id of a fresh
 * connection, which is how a client returns after a lost connection.
 */
export class Presence {
  readonly #limits: PresenceLimits;
  readonly #held = new Map<number, Held>();
  readonly #idsOf = new Map<Member, Set<number>>();
  readonly #goneClocks = new Map<number, number>();
  /** Entries that the others have not been told, the newest for each id. */
  #changed = new Map<number, AwarenessEntry>();

  constructor(limits: PresenceLimits) {
    this.#limits = limits;
  }

  get hasChanges(): boolean {
    return this.#changed.size > 0;
  }

  /** How many awareness states are held. */
  get size(): number {
    return this.#held.size;
  }

  /**
   * Takes what `member` says; `introduced` is called with each id that becomes the member's by it.
   * @throws PresenceLimitError when it would hold too much; entries before that one have taken effect.
   */
  update(member: Member, entries: readonly AwarenessEntry[], introduced: (clientId: number) => void = ignore): void {
    for (const entry of entries) {
      const held = this.#held.get(entry.clientId);
      if (held === undefined && this.#introduce(member, entry)) introduced(entry.clientId);
      if (held?.member === member) this.#change(held, entry);
    }
  }

  /** Removes everything that `member` introduced. */
  leave(member: Member): void {
    const ids = this.#idsOf.get(member);
    if (ids === undefined) return;
    for (const id of ids) this.#remove(id);
    this.#idsOf.delete(member);
  }

  /** The changes since the last call as one awareness update; null when there are none. */
  takeChanges(): Uint8Array | null {
    if (this.#changed.size === 0) return null;
    const changed = this.#changed;
    this.#changed = new Map();
    return encodeAwarenessEntries(changed.values(), changed.size);
  }

  /** Every state, for somebody who joins; null when the room is empty of them. */
  everyone(): Uint8Array | null {
    if (this.#held.size === 0) return null;
    const entries = [...this.#held.values()].map((held) => held.entry);
    return encodeAwarenessEntries(entries, entries.length);
  }

  /** Whether the id is the member's now. */
  #introduce(member: Member, entry: AwarenessEntry): boolean {
    if (isGone(entry)) return false;
    const ids = this.#idsOf.get(member) ?? new Set<number>();
    const goneAt = this.#goneClocks.get(entry.clientId);
    if (goneAt !== undefined && (entry.clock < goneAt || (entry.clock === goneAt && ids.size > 0))) {
      return false;
    }
    if (ids.size >= this.#limits.idsPerMember) {
      throw new PresenceLimitError(`a connection may introduce ${this.#limits.idsPerMember} awareness ids at most`);
    }
    this.#checkBytes(ids, entry);
    ids.add(entry.clientId);
    this.#idsOf.set(member, ids);
    this.#goneClocks.delete(entry.clientId);
    this.#held.set(entry.clientId, { entry, member });
    this.#changed.set(entry.clientId, entry);
    return true;
  }

  #change(held: Held, entry: AwarenessEntry): void {
    const { clientId, clock } = held.entry;
    if (isGone(entry)) {
      if (entry.clock < clock) return;
      this.#idsOf.get(held.member)?.delete(clientId);
      held.entry = entry;
      this.#remove(clientId);
      return;
    }
    if (entry.clock <= clock) return;
    this.#checkBytes(this.#idsOf.get(held.member) ?? new Set(), entry);
    held.entry = entry;
    this.#changed.set(clientId, entry);
  }

  #checkBytes(ids: ReadonlySet<number>, entry: AwarenessEntry): void {
    let bytes = entry.state.length;
    for (const id of ids) if (id !== entry.clientId) bytes += this.#held.get(id)?.entry.state.length ?? 0;
    if (bytes > this.#limits.bytesPerMember) {
      throw new PresenceLimitError(`a connection may hold ${this.#limits.bytesPerMember} bytes of awareness at most`);
    }
  }

  #remove(id: number): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    this.#goneClocks.set(id, held.entry.clock);
    if (this.#goneClocks.size > REMEMBERED_GONE) {
      for (const oldest of this.#goneClocks.keys()) {
        this.#goneClocks.delete(oldest);
        break;
      }
    }
    this.#changed.set(id, goneEntry(id, held.entry.clock));
  }
}

function ignore(): void {
  // Nobody wants to know.
}
