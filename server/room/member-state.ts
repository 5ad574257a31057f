import type { Member } from './member.ts';

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
  /** Resyncs in a row that did not help. */
  gaps = 0;
  /** Set while the member's socket is congested: the state it has, and since when (clock milliseconds). */
  behind: { readonly stateVector: Uint8Array; readonly since: number } | null = null;
  /** The state vector of a question that came while the socket was congested: it is answered when that has drained. */
  asked: Uint8Array | null = null;
  /** Whether an update that may take long waits for the turn. */
  heavyWaits = false;
  #heldFrom: number | null = null;
  #acknowledged = 0;

  constructor(member: Member) {
    this.member = member;
  }

  /** Whether a message was not taken and no resync has made up for it. */
  get isHeld(): boolean {
    return this.#heldFrom !== null;
  }

  /** The member's message number `count` was not taken. */
  holdFrom(count: number): void {
    if (this.#heldFrom === null || count < this.#heldFrom) this.#heldFrom = count;
  }

  /** Message number `count` is a resync that brought everything the member had before it. */
  closeGap(count: number): void {
    if (this.#heldFrom !== null && this.#heldFrom < count) this.#heldFrom = null;
    this.gaps = 0;
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
