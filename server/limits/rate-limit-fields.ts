import type { QuotaState } from './quotas.ts';

/**
 * The fields RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10): how much may be asked, and how much of
 * that is left. `q` is what may be asked at once, `w` the seconds in which that fills up again, `r` what is left, `t` the seconds
 * until all of it is there again.
 */
export function rateLimitFields(states: readonly QuotaState[]): Record<'RateLimit-Policy' | 'RateLimit', string> {
  return {
    'RateLimit-Policy': states.map(({ name, quota, window }) => `"${name}";q=${quota};w=${window}`).join(', '),
    RateLimit: states.map(({ name, left, reset }) => `"${name}";r=${left};t=${reset}`).join(', '),
  };
}
