import { ConfigError } from './config-error.ts';

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/**
 * Reads the time that `--expires-in` gives, in seconds.
 * @throws ConfigError
 */
export function readDuration(text: string, maxDays: number): number {
  const [, digits = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const seconds = Number(digits) * (SECONDS[unit as keyof typeof SECONDS] ?? 0);
  if (seconds < 1 || seconds > maxDays * SECONDS.d) {
    throw new ConfigError(
      `--expires-in is "${text}", but must be a time such as 90s, 30m, 8h or 7d, of ${maxDays} days at most.`,
    );
  }
  return seconds;
}
