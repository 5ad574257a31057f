import type { Member } from './member.ts';

/** An admitted update that waits for the end of the turn. */
export interface Waiting {
  readonly state: MemberState;
  readonly update: Uint8Array;
  /** Whether it answers a sync step 1: a larger piece of history, not a live edit. */
  readonly merge: boolean;
  /** How many update messages the member had sent with this one. */
  readonly count: number;
}

/** What a member has while it is sent nothing of what happens, and gets all it missed afterwards. */
export interface Behind {
  readonly stateVector: Uint8Array;
  /** Clock milliseconds. */
  readonly since: number;
  /** Whether anything has happened meanwhile. */
  missed: boolean;
}

/** How often in a row a member may answer a resync with something that still has a gap. */
const MAX_GAPS = 3;

/** Bytes of memory that a member may fill with what it sends while a merge of it is under way. */
const MAX_LATER_BYTES = 4 * 1024 * 1024;

/** What an update that waits takes beside its bytes. */
const ENTRY_BYTES = 300;

/**
 * What a room remembers of one member: how far it is acknowledged, and whether it is behind.
 *
 * Acknowledgements are cumulative (DUR-13), so a message that was not taken, because of a gap, holds back all later ones
 * until the resync, which carries its content, is durable.
 */
export class MemberState {
  readonly member: Member;
  /** Update messages up to this one are durable, unless `#heldFrom` says that an earlier one was not taken. */
  durable = 0;
  /** Set while the member's socket is congested, or its first answer is being compressed. */
  behind: Behind | null = null;
  /** Its first answer is being compressed. */
  awaitsCompression = false;
  /** The state vector of a question that came while it was behind: it is answered when that is over. */
  asked: Uint8Array | null = null;
  /**
   * The update that may take long which waits for its turn, or is under way for several. One at a time, so that its cost is
   * known; what comes behind it waits in `#later`, because it builds on it.
   */
  heavy: Waiting | null = null;
  #later: Waiting[] = [];
  #laterBytes = 0;
  /** Resyncs in a row that did not help. */
  #gaps = 0;
  #heldFrom: number | null = null;
  #acknowledged = 0;

  constructor(member: Member) {
    this.member = member;
  }

  /** Bytes that wait here: of what is under way, and of what came behind it. */
  get waitingBytes(): number {
    return (this.heavy?.update.length ?? 0) + this.#laterBytes;
  }

  /** Keeps what has to wait for the heavy one. @returns false when that is more than is kept for anybody */
  putOff(entry: Waiting): boolean {
    this.#laterBytes += ENTRY_BYTES + entry.update.length;
    this.#later.push(entry);
    return this.#laterBytes <= MAX_LATER_BYTES;
  }

  /** What was put off, in its order, once nothing heavy is under way. */
  takeLater(): Waiting[] {
    if (this.heavy !== null || this.#later.length === 0) return [];
    const later = this.#later;
    this.#later = [];
    this.#laterBytes = 0;
    return later;
  }

  /** The member's message number `count` was not taken. */
  holdFrom(count: number): void {
    if (this.#heldFrom === null || count < this.#heldFrom) this.#heldFrom = count;
  }

  /** Message number `count`, a resync or not, builds on something that is missing. Returns what to do about the member. */
  foundGap(count: number, resync: boolean): 'ask' | 'wait' | 'give-up' {
    const asked = this.#heldFrom !== null && !resync;
    this.holdFrom(count);
    if (resync) this.#gaps += 1;
    if (this.#gaps > MAX_GAPS) return 'give-up';
    return asked ? 'wait' : 'ask';
  }

  /** Message number `count` is a resync that brought everything the member had before it. */
  closeGap(count: number): void {
    if (this.#heldFrom !== null && this.#heldFrom < count) this.#heldFrom = null;
    this.#gaps = 0;
  }

  /** Whether everything up to message number `count` has been called durable. */
  hasAcknowledged(count: number): boolean {
    return this.#acknowledged >= count;
  }

  /** Tells the member what is durable, if that is more than it knows. */
  acknowledge(): void {
    const count = this.#heldFrom === null ? this.durable : Math.min(this.durable, this.#heldFrom - 1);
    if (count <= this.#acknowledged) return;
    this.#acknowledged = count;
    this.member.stored(count);
  }
}

/** Who sent all of `waiting`; null when that was more than one member. */
export function soleAuthorOf(waiting: readonly Waiting[]): MemberState | null {
  const first = waiting[0]?.state ?? null;
  return waiting.every(({ state }) => state === first) ? first : null;
}
