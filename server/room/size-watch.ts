import type { Clock } from '../clock.ts';
import type { Document } from '../document/document.ts';

/** How often a document that seems full is written to find out, in milliseconds; sooner when a tenth has been added. */
const MEASURE_INTERVAL = 60_000;

/**
 * Knows whether a document has reached its greatest size, without measuring it at every edit. The log counts more than its
 * updates will take in the state, so the state is written again before that is held against anybody.
 */
export class SizeWatch {
  readonly #document: Document;
  readonly #maxBytes: number;
  readonly #clock: Clock;
  #measuredAt = Number.NEGATIVE_INFINITY;

  constructor(document: Document, maxBytes: number, clock: Clock) {
    this.#document = document;
    this.#maxBytes = maxBytes;
    this.#clock = clock;
  }

  /** Whether it may be full, with this many bytes that are not in the log yet. */
  isNear(waitingBytes: number): boolean {
    return this.#document.storedBytes + waitingBytes > this.#maxBytes;
  }

  /** Whether it is full, with everything in the log. `compact` writes the state again, which tells its size. */
  isFull(compact: () => void): boolean {
    const document = this.#document;
    if (document.storedBytes <= this.#maxBytes) return false;
    const now = this.#clock.now();
    const isDue = document.logBytes * 10 >= this.#maxBytes || now - this.#measuredAt >= MEASURE_INTERVAL;
    if (document.logRecords > 0 && isDue) {
      this.#measuredAt = now;
      compact();
    }
    return document.snapshotBytes >= this.#maxBytes;
  }
}
