import type { Clock } from '../clock.ts';
import type { VerifyProgress } from '../store/level/verify-database.ts';

/** Before the first line, and between two, in milliseconds. */
const PATIENCE = 2_000;
const BETWEEN_LINES = 5_000;

/** Tells how far the verification of a database has come, where that takes long enough for somebody to wonder. */
export function verifyProgress(clock: Clock, tell: (line: string) => void): VerifyProgress {
  let next = clock.now() + PATIENCE;
  return ({ bytes, of }) => {
    if (clock.now() < next) return;
    next = clock.now() + BETWEEN_LINES;
    tell(`Verifying the database: ${megabytes(bytes)} of ${megabytes(of)} MB.`);
  };
}

function megabytes(bytes: number): string {
  return Math.round(bytes / 2 ** 20).toLocaleString('en-US');
}
