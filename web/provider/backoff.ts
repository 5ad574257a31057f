/** Bounds of the wait before a new connection attempt, in milliseconds. */
export const BACKOFF = { base: 500, cap: 30_000, floor: 50 } as const;

/**
 * How long to wait before the next connection attempt, in milliseconds: full jitter over a window that doubles, so that
 * the clients of a restarted server do not all come back in the same moment.
 * @param failures how many attempts failed since the last successful sync, this one included (1 or more)
 * @param random a number in [0, 1)
 * @param retryAfterSeconds what the server asked for when it closed; the wait is never shorter than that
 */
export function retryDelay(failures: number, random: number, retryAfterSeconds: number | null = null): number {
  // 2 ** 10 is past the cap already; a larger exponent would only overflow some day.
  const window = Math.min(BACKOFF.cap, BACKOFF.base * 2 ** Math.min(failures - 1, 10));
  const jitter = random * window;
  if (retryAfterSeconds !== null) return retryAfterSeconds * 1000 + jitter;
  return failures > 1 ? Math.max(BACKOFF.floor, jitter) : jitter;
}
