/** Times of a connection over HTTP, in milliseconds. */
export const HTTP_TIMES = {
  /** An answer that has not begun by then is kept back by something on the way, which lets whole answers through. */
  start: 3_000,
  /** Longest silence of an answer that has begun: the server says something every 20 s. */
  silence: 25_000,
  /** An answer is to last longer than this. */
  short: 500,
  /** Longest wait for the answer to a request that is answered at once. */
  request: 15_000,
  /** Without any answer for this long the connection is lost; the server gives it up after 28 s of silence. */
  lost: 28_000,
  /** When the server hears how much has arrived, if it would not otherwise. */
  acknowledge: 5_000,
  /** How often a tab without a slot asks: while something happens, while nothing does, and while nobody looks. */
  polls: { busy: 500, idle: 3_000, hidden: 15_000 },
  /** After a request that failed: the first wait, and the longest. */
  retry: { first: 200, longest: 3_000 },
  /** When a WebSocket is tried, after the connection began; the last goes on for ever. */
  moves: [15_000, 60_000, 300_000, 900_000],
  /** How long a WebSocket may be silent when it is tried. */
  move: 4_000,
} as const;

/** How long to wait after a number of requests that failed in a row. */
export function retryWait(failures: number): number {
  const { first, longest } = HTTP_TIMES.retry;
  return Math.min(longest, first * 2 ** Math.min(failures - 1, 10));
}
