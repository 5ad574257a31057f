import type { Clock } from '../clock.ts';

/** This many batches a second are written at once, each. */
const UNPACED_PER_SECOND = 50;

/** How many batches may come at once before that, and how far a busy time counts after its end. */
const BURST = 10;

/** Least time between the beginnings of two batches while more would be written, in milliseconds. */
const INTERVAL = 10;

/**
 * How soon a batch may follow the last. A synced batch costs some 160 µs of processor time whatever it holds, and takes its
 * time from the disk: while little happens each edit has one of its own, at once; while more than 50 a second would be
 * written, edits share one every 10 ms, which delays nothing but the word that they are stored.
 */
export class CommitPace {
  readonly #clock: Pick<Clock, 'now'>;
  /** Batches that may begin at once; below zero while more are written than that. */
  #credit = BURST;
  #begunAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Milliseconds until the next batch may begin; 0 for now. */
  get wait(): number {
    const now = this.#clock.now();
    return this.#creditAt(now) >= 1 ? 0 : Math.max(0, this.#begunAt + INTERVAL - now);
  }

  /** A batch begins now. */
  begin(): void {
    const now = this.#clock.now();
    this.#credit = Math.max(-BURST, this.#creditAt(now) - 1);
    this.#begunAt = now;
  }

  #creditAt(now: number): number {
    if (this.#begunAt === Number.NEGATIVE_INFINITY) return this.#credit;
    return Math.min(BURST, this.#credit + ((now - this.#begunAt) / 1000) * UNPACED_PER_SECOND);
  }
}
