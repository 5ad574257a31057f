import { describe, expect, test } from 'vitest';
import { BACKOFF, retryDelay } from './backoff.ts';

describe('[CON-1] the wait before the next attempt', () => {
  test('is spread over all of a window that doubles up to 30 s', () => {
    const windows = [1, 2, 3, 4, 5, 6, 7, 8, 50, 5_000].map((failures) => retryDelay(failures, 0.999_999_999));
    expect(windows.map(Math.round)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
    expect(retryDelay(5, 0.25)).toBe(2_000);
  });

  test('may be nothing after the first failure, and never after the second', () => {
    expect(retryDelay(1, 0)).toBe(0);
    expect(retryDelay(2, 0)).toBe(BACKOFF.floor);
  });

  test('is never shorter than the server said, and still spread', () => {
    expect(retryDelay(1, 0, 7)).toBe(7_000);
    expect(retryDelay(3, 0.5, 7)).toBe(8_000);
    expect(retryDelay(1, 0, 120)).toBe(120_000);
  });
});
