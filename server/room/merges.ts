import type { Clock } from '../clock.ts';
import type { MemberState } from './member-state.ts';

/** Milliseconds that merges may take in one turn. Nobody notices so short a pause, in this document or in another. */
export const MERGE_SLICE = 10;

/** A room rests this many times as long as a slice took before the next: merging takes a fifth of a core. */
const REST = 4;

/** How soon to look again when everybody who merges has used up their time, in milliseconds. */
const RESUME_INTERVAL = 250;

/**
 * When merges may run, for all rooms of a server together: a slice, then at least as long a pause. However many documents
 * have somebody who merges, half of the time is everybody else's.
 */
export class MergeShare {
  #freeAt = Number.NEGATIVE_INFINITY;

  /** From when on a slice may begin, `clock.now()` based. */
  get freeAt(): number {
    return this.#freeAt;
  }

  /** A slice that took this many milliseconds has ended. */
  took(milliseconds: number, now: number): void {
    this.#freeAt = now + milliseconds;
  }
}

/**
 * The merges of one room that are not done after their first slice: one a member, each a slice in turn. What a merge has
 * brought until now is in the document, is stored and was sent to everybody, like the edits of other people in between.
 *
 *   begin -> waits -> slice --done--> (none)
 *              ^        |
 *              +--more--+             a member who has used up their time is passed over until they have some again
 */
export class Merges {
  readonly #share: MergeShare;
  readonly #clock: Clock;
  readonly #run: (state: MemberState) => void;
  readonly #memberStates = new Set<MemberState>();
  #restsUntil = Number.NEGATIVE_INFINITY;
  #timer: unknown = null;

  /** `run` makes a turn with a slice of this member's merge. */
  constructor(share: MergeShare, clock: Clock, run: (state: MemberState) => void) {
    this.#share = share;
    this.#clock = clock;
    this.#run = run;
  }

  /** The merge of this member goes on in a later turn, after those of others. */
  add(state: MemberState): void {
    this.#memberStates.delete(state);
    this.#memberStates.add(state);
    this.#schedule();
  }

  /** The merge of this member is over, or the member has left. */
  remove(state: MemberState): void {
    this.#memberStates.delete(state);
  }

  /** A slice that took this many milliseconds has ended. */
  took(milliseconds: number): void {
    const now = this.#clock.now();
    this.#restsUntil = now + milliseconds * REST;
    this.#share.took(milliseconds, now);
  }

  #schedule(): void {
    if (this.#timer !== null || this.#memberStates.size === 0) return;
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = null;
      const state = this.#wait() > 0 ? null : this.#next();
      if (state !== null) this.#run(state);
      this.#schedule();
    }, this.#wait());
  }

  /** Milliseconds until the next slice may begin. */
  #wait(): number {
    if (this.#next() === null) return RESUME_INTERVAL;
    const now = this.#clock.now();
    return Math.max(0, this.#restsUntil - now, this.#share.freeAt - now);
  }

  /** Whose merge goes on next; null when all have used up their time. */
  #next(): MemberState | null {
    for (const state of this.#memberStates) if (state.member.mayMerge) return state;
    return null;
  }
}

/** The time of one turn for merges. It begins with the first. */
export class MergeSlice {
  readonly #now: () => number;
  #begunAt: number | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether nothing more may begin, and what runs should stop. */
  readonly isOver = (): boolean => {
    const now = this.#now();
    this.#begunAt ??= now;
    return now - this.#begunAt >= MERGE_SLICE;
  };

  /** Milliseconds since it began. */
  get taken(): number {
    return this.#begunAt === null ? 0 : this.#now() - this.#begunAt;
  }
}
