import type { Clock } from '../clock.ts';

/** Before the first line, and between two, in milliseconds. */
const PATIENCE = 2_000;
const BETWEEN_LINES = 5_000;

/** Tells how far something has come, where that takes long enough for somebody to wonder. Call the result at every step. */
export function progressLines(clock: Clock, tell: (line: string) => void): (line: () => string) => void {
  let next = clock.now() + PATIENCE;
  return (line) => {
    if (clock.now() < next) return;
    next = clock.now() + BETWEEN_LINES;
    tell(line());
  };
}
