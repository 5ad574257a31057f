import type { Clock } from './clock.ts';

/**
 * Decides when gathered changes leave: the first after a quiet time at once (after the current task's synchronous work),
 * those that follow together at the end of a window. Fast typing then costs one frame a window instead of one a key.
 *
 * ```
 * quiet --touch--> due --microtask--> flush, open --window over, touched--> flush, open
 *   ^                                          |
 *   +----------------- window over, untouched -+
 * ```
 */
export class GatherWindow {
  readonly #clock: Clock;
  readonly #windowMs: number;
  readonly #flush: () => void;
  #phase: 'quiet' | 'due' | 'open' | 'stopped' = 'quiet';
  #touched = false;
  #timer: unknown = null;

  constructor(clock: Clock, windowMs: number, flush: () => void) {
    this.#clock = clock;
    this.#windowMs = windowMs;
    this.#flush = flush;
  }

  /** Something waits to be flushed. */
  touch(): void {
    this.#touched = true;
    if (this.#phase !== 'quiet') return;
    this.#phase = 'due';
    queueMicrotask(() => {
      if (this.#phase === 'due') this.#open();
    });
  }

  /** No flush comes after this. */
  stop(): void {
    this.#phase = 'stopped';
    this.#clock.clearTimeout(this.#timer);
  }

  #open(): void {
    this.#phase = 'open';
    this.#touched = false;
    this.#timer = this.#clock.setTimeout(() => {
      if (this.#touched) this.#open();
      else this.#phase = 'quiet';
    }, this.#windowMs);
    this.#flush();
  }
}
