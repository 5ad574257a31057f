import type { Clock } from '../clock.ts';
import type { Allowance } from './allowance.ts';

/** What may still be sent, by one connection or by several together. */
export interface TrafficAllowance {
  readonly messages: Allowance;
  readonly bytes: Allowance;
}

/** Somebody has sent more than they may. */
export interface TooMuchTraffic {
  /** After how many seconds to come again. */
  readonly seconds: number;
  readonly reason: string;
}

/**
 * Takes one message of this many bytes from every allowance; null when all had it left. What was taken from those before the
 * first that had not stays taken: the connection is closed for it.
 */
export function takeMessage(
  allowances: readonly TrafficAllowance[],
  byteLength: number,
  clock: Clock,
): TooMuchTraffic | null {
  for (const { messages, bytes } of allowances) {
    if (!messages.take(1, clock)) {
      return { seconds: messages.secondsUntil(1), reason: 'Too many messages came in a short time.' };
    }
    if (!bytes.take(byteLength, clock)) {
      return { seconds: bytes.secondsUntil(byteLength), reason: 'Too many bytes came in a short time.' };
    }
  }
  return null;
}
