import type { CloseCode } from '../../protocol/close-codes.ts';
import type { Notice } from '../../protocol/messages.ts';
import type { Person } from '../../protocol/person.ts';

/** Somebody in a room: what the room needs of a participant, whatever carries the bytes. */
export interface Member {
  /** Unique among the living members of a server. */
  readonly id: number;
  /** The authenticated person behind it; null for a guest. Several members can be one person. */
  readonly person: Person | null;
  /** Whether it may change the document now. */
  readonly mayWrite: boolean;
  /** Whether more waits to be sent than a reader who keeps up would leave (SYN-3). */
  readonly congested: boolean;
  /** Whether anything is left of what its questions and merges may cost (SEC-9). */
  readonly mayWork: boolean;
  /** The same for merges, and with what its address and its person may cost: its merge goes on when there is. */
  readonly mayMerge: boolean;
  /** Takes this many of the client ids that its address and its person may bring into documents. Absent: as many as it likes. */
  takeClientIds?(count: number): boolean;
  /** Takes note of what a merge or a question of it has cost, in milliseconds. */
  worked(milliseconds: number): void;
  /** Whether it takes messages that are compressed. Absent: no. */
  readonly decompresses?: boolean;
  /**
   * Sends messages in order, one frame each. The room hands the same array to many members, so that anyone who frames them
   * can do so once; nobody changes it afterwards.
   */
  deliver(messages: readonly Uint8Array[]): void;
  /** Tells that the member's first `count` update messages are durable. Only clients that speak `coscribe` are told. */
  stored(count: number): void;
  /** Passes on an event. Only clients that speak `coscribe` get it. */
  notify(notice: Notice): void;
  /** Ends the membership; the member leaves the room by itself. */
  close(code: CloseCode, reason: string): void;
}
