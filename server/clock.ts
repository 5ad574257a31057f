/** Time as an argument: production uses the system's, tests advance one of their own. */
export interface Clock {
  /** Milliseconds that only grow; for intervals, not for dates. */
  now(): number;
  /** Milliseconds since 1970, for what people read. */
  date(): number;
  /** Calls `callback` after `milliseconds`; returns what `clearTimeout` takes. */
  setTimeout(callback: () => void, milliseconds: number): unknown;
  clearTimeout(handle: unknown): void;
  /** Calls `callback` at the end of this turn of the event loop. */
  setImmediate(callback: () => void): void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
  setImmediate: (callback) => void setImmediate(callback),
};
