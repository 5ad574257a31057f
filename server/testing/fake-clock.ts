import type { Clock } from '../clock.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. Immediates run with the next move, or with `settle`. */
export class FakeClock implements Clock {
  #now = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();
  #immediates: (() => void)[] = [];

  now(): number {
    return this.#now;
  }

  date(): number {
    return 1_700_000_000_000 + this.#now;
  }

  setTimeout(callback: () => void, milliseconds: number): unknown {
    const timer = { at: this.#now + Math.max(0, milliseconds), order: this.#order++, callback };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(handle: unknown): void {
    this.#timers.delete(handle as Timer);
  }

  setImmediate(callback: () => void): void {
    this.#immediates.push(callback);
  }

  /** How many timers wait. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Runs what was left for the end of the turn, and lets promises go on, until nothing more comes. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      const immediates = this.#immediates;
      this.#immediates = [];
      for (const callback of immediates) callback();
      if (immediates.length > 0) quiet = 0;
      await realTurn();
    }
  }

  /** Lets `milliseconds` pass, calling each timer at its time. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await this.settle();
    for (let next = this.#next(end); next !== null; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = next.at;
      next.callback();
      await this.settle();
    }
    this.#now = end;
  }

  #next(end: number): Timer | null {
    let next: Timer | null = null;
    for (const timer of this.#timers) {
      if (timer.at > end) continue;
      if (next === null || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    return next;
  }
}

/** One real turn of the event loop, in which promises that are ready go on. */
function realTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
