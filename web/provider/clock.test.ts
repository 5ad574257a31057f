import { afterEach, expect, test, vi } from 'vitest';
import { systemClock } from './clock.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('a clock that is set back, or forward, moves no wait', () => {
  const before = systemClock.now();
  for (const hours of [-5, 5]) {
    vi.spyOn(Date, 'now').mockReturnValue(before + hours * 3_600_000);
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
    expect(systemClock.now()).toBeLessThan(before + 60_000);
  }
});

test('the time is near that of the device, so that hosts can show it', () => {
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(60_000);
});
