import type { ConnectionRates } from '../limits/allowance.ts';

const UNBOUNDED = { perSecond: 1e9, burst: 1e9 };

/** For tests that are about something else. */
export const UNBOUNDED_RATES: ConnectionRates = {
  messages: UNBOUNDED,
  bytes: UNBOUNDED,
  presence: UNBOUNDED,
  questions: UNBOUNDED,
  work: UNBOUNDED,
};
