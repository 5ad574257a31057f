import type { MemberState } from './member-state.ts';

/** An admitted update that waits for the end of the turn. */
export interface Waiting {
  readonly state: MemberState;
  readonly update: Uint8Array;
  /** Whether it answers a sync step 1: a larger piece of history, not a live edit. */
  readonly merge: boolean;
  /** How many update messages the member had sent with this one. */
  readonly count: number;
}
