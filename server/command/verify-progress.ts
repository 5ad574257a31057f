import type { Clock } from '../clock.ts';
import { progressLines } from '../log/progress-lines.ts';
import type { VerifyProgress } from '../store/level/verify-database.ts';

/** Tells how far the verification of a database has come, where that takes long enough for somebody to wonder. */
export function verifyProgress(clock: Clock, tell: (line: string) => void): VerifyProgress {
  const tellNow = progressLines(clock, tell);
  return ({ bytes, of }) => tellNow(() => `Verifying the database: ${megabytes(bytes)} of ${megabytes(of)} MB.`);
}

function megabytes(bytes: number): string {
  return Math.round(bytes / 2 ** 20).toLocaleString('en-US');
}
