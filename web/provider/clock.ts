/** Time as an argument, so that tests decide when it passes. Times and delays are milliseconds. */
export interface Clock {
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

/**
 * The platform's timers, and milliseconds since 1970 that only grow: counted from what the device's clock showed when the page
 * opened. A clock that is set back in the midst of a wait would make the wait hours longer.
 */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  setTimeout: (callback, ms) => globalThis.setTimeout(callback, ms),
  clearTimeout: (handle) => globalThis.clearTimeout(handle as ReturnType<typeof globalThis.setTimeout>),
};
