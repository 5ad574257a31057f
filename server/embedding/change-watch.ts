import * as Y from 'yjs';
import type { Clock } from '../clock.ts';
import type { RoomObserver } from '../room/room.ts';
import type { RoomText } from '../room/room-text.ts';

/** A document's text was changed. */
export interface DocumentChange {
  readonly documentName: string;
  /** The text as it is now. */
  readonly text: string;
  /** All that has changed since the last call, as one Yjs update in V1 encoding. */
  readonly update: Uint8Array;
}

export interface ChangeWatchOptions {
  readonly clock: Clock;
  /** Quiet milliseconds after which a change is told. */
  readonly debounce: number;
  /** Longest time that a change waits while others go on, in milliseconds. */
  readonly longest: number;
  /** Null when nobody wants to know. */
  readonly changed: ((change: DocumentChange) => void) | null;
  readonly stored: (documentName: string) => void;
}

interface Gathered {
  readonly updates: Uint8Array[];
  readonly since: number;
  timer: unknown;
}

/** Gathers the changes of every document until it is quiet there, or has not been for long. */
export class ChangeWatch implements RoomObserver {
  readonly #options: ChangeWatchOptions;
  readonly #gathered = new Map<RoomText, Gathered>();

  constructor(options: ChangeWatchOptions) {
    this.#options = options;
  }

  changed(text: RoomText, update: Uint8Array): void {
    const { clock, debounce, longest, changed } = this.#options;
    if (changed === null) return;
    const gathered = this.#gathered.get(text) ?? { updates: [], since: clock.now(), timer: null };
    this.#gathered.set(text, gathered);
    gathered.updates.push(update);
    clock.clearTimeout(gathered.timer);
    const wait = Math.min(debounce, gathered.since + longest - clock.now());
    gathered.timer = clock.setTimeout(() => this.#tell(text), Math.max(0, wait));
  }

  stored(text: RoomText): void {
    this.#options.stored(text.name);
  }

  /** Tells now what would be told later. */
  flush(): void {
    for (const text of [...this.#gathered.keys()]) this.#tell(text);
  }

  /** Tells nothing any more. */
  end(): void {
    for (const { timer } of this.#gathered.values()) this.#options.clock.clearTimeout(timer);
    this.#gathered.clear();
  }

  #tell(text: RoomText): void {
    // First, since it may apply what waited, which is a change too.
    const content = text.read();
    const gathered = this.#gathered.get(text);
    if (gathered === undefined) return;
    this.#gathered.delete(text);
    this.#options.clock.clearTimeout(gathered.timer);
    this.#options.changed?.({ documentName: text.name, text: content, update: Y.mergeUpdates(gathered.updates) });
  }
}
