/** Milliseconds that the event loop was busy and idle since the process began, as `performance.eventLoopUtilization` has it. */
export type LoopMeasure = () => { readonly active: number; readonly idle: number };

/** Milliseconds over which the load is measured at least: less is noise. */
const SAMPLE = 50;

/** How much the past counts, in milliseconds: after so long two thirds of it are forgotten. */
const MEMORY = 100;

/** Share of the time that the loop may be busy before anything waits because of it. */
const RELAXED = 0.35;

/** Share of the time at which everything waits as long as it would without a measure. */
const BUSY = 0.7;

/** Longest that anything waits, as a multiple of that. */
const MAX_NEED = 1.5;

/**
 * How much the process needs turns to gather, from 0 (it is idle: everything goes out at once) upwards; 1 is what a fixed pace
 * would do. One for all rooms of a server, since they share one loop. What gathers makes the loop less busy, so the two settle
 * where turns are just long enough; the past counts for a while, so that they do not swing.
 *
 * It measures when it is asked, and has no timer: after a pause the idle time of the pause counts.
 */
export class LoopLoad {
  readonly #measure: LoopMeasure;
  #last: { readonly active: number; readonly idle: number };
  #utilization = 0;

  constructor(measure: LoopMeasure) {
    this.#measure = measure;
    this.#last = measure();
  }

  /** See the class. */
  need(): number {
    const now = this.#measure();
    const active = now.active - this.#last.active;
    const time = active + now.idle - this.#last.idle;
    if (time >= SAMPLE) {
      this.#last = now;
      this.#utilization += (active / time - this.#utilization) * (1 - Math.exp(-time / MEMORY));
    }
    const need = (this.#utilization - RELAXED) / (BUSY - RELAXED);
    return Math.max(0, Math.min(MAX_NEED, need));
  }
}
