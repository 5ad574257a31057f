import { expect, it } from 'vitest';
import { SeededRandom } from '../testing/seeded-random.ts';
import { Allowance } from './allowance.ts';

it('[SEC-10] gives the burst at once and then the rate, however it is asked', () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = new SeededRandom(seed);
    let now = 1_000;
    const clock = { now: () => now };
    const allowance = new Allowance({ perSecond: 10, burst: 25 }, clock);
    let given = 0;
    let refused = 0;
    while (now < 61_000) {
      if (allowance.take(1, clock)) given += 1;
      else refused += 1;
      if (random.chance(0.3)) now += random.below(100);
    }
    expect(refused).toBeGreaterThan(0);
    expect(given).toBeGreaterThanOrEqual(600);
    expect(given).toBeLessThanOrEqual(600 + 2 * 25);
  }
});

it('[SEC-10] does not refuse who stays below the rate, and never reads the clock for it', () => {
  const allowance = new Allowance({ perSecond: 10, burst: 25 }, { now: () => 0 });
  const noClock = {
    now: () => {
      throw new Error('the clock was read');
    },
  };
  for (let i = 0; i < 25; i++) expect(allowance.take(1, noClock)).toBe(true);
  for (let now = 100; now < 100_000; now += 100) expect(allowance.take(1, { now: () => now })).toBe(true);
});

it('[SEC-9] lets a debt be made once and then asks for patience', () => {
  const allowance = new Allowance({ perSecond: 200, burst: 2_000 }, { now: () => 0 });
  let now = 0;
  const clock = { now: () => now };
  expect(allowance.isLeft(clock)).toBe(true);
  allowance.spend(5_000);
  expect(allowance.isLeft(clock)).toBe(false);
  expect(allowance.secondsUntil(1)).toBe(16);
  now = 14_000;
  expect(allowance.isLeft(clock)).toBe(false);
  now = 16_000;
  expect(allowance.isLeft(clock)).toBe(true);
});

it('takes nothing when there is not enough', () => {
  const allowance = new Allowance({ perSecond: 1, burst: 10 }, { now: () => 0 });
  expect(allowance.take(11, { now: () => 0 })).toBe(false);
  expect(allowance.take(10, { now: () => 0 })).toBe(true);
  expect(allowance.take(1, { now: () => 0 })).toBe(false);
  expect(allowance.secondsUntil(1)).toBe(1);
});
