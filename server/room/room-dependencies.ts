import type { Clock } from '../clock.ts';
import type { Document } from '../document/document.ts';
import type { GateOptions } from '../gate/gate.ts';
import type { Logger } from '../log/logger.ts';
import type { MergeShare } from './merges.ts';
import type { PresenceLimits } from './presence.ts';
import type { UpdateCounters } from './update-counters.ts';

export interface RoomLimits {
  readonly presence: PresenceLimits;
  /** Longest time a member may stay behind before it is closed, in milliseconds. */
  readonly catchUpDeadline: number;
  /** Size of the stored document from which on its text can only be deleted, in bytes. */
  readonly documentBytes: number;
}

/** Hears of changes of one document. Called in the midst of a turn: it must return soon and not throw. */
export interface RoomObserver {
  /** The text has changed by `update` (V1 encoding), which everybody is being sent. */
  changed(room: TextSource, update: Uint8Array): void;
  /** All that has changed until now is on disk. */
  stored(room: TextSource): void;
}

/** What an observer may ask of a room. */
export interface TextSource {
  readonly name: string;
  text(): string;
}

export interface RoomDependencies {
  readonly document: Document;
  readonly gate: GateOptions;
  /** The Y.Text that `text` reads and `edit` changes. */
  readonly field: string;
  readonly limits: RoomLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Anyone who wants to hear what happens to the text. */
  readonly observer?: RoomObserver;
  /** Shared by all rooms of a server. */
  readonly counters?: UpdateCounters;
  /** The same: when merges may run. */
  readonly mergeShare?: MergeShare;
}
