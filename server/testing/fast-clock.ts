import { type Clock, systemClock } from '../clock.ts';

/** Real time that passes `factor` times as fast: for a real server whose intervals are longer than a test should wait. */
export class FastClock implements Clock {
  readonly #factor: number;

  constructor(factor: number) {
    this.#factor = factor;
  }

  now(): number {
    return systemClock.now() * this.#factor;
  }

  date(): number {
    return systemClock.date();
  }

  setTimeout(callback: () => void, milliseconds: number): unknown {
    return systemClock.setTimeout(callback, milliseconds / this.#factor);
  }

  clearTimeout(handle: unknown): void {
    systemClock.clearTimeout(handle);
  }

  setImmediate(callback: () => void): void {
    systemClock.setImmediate(callback);
  }
}
