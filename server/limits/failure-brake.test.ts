import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { FailureBrake } from './failure-brake.ts';

function brake() {
  const clock = new FakeClock();
  const made = new FailureBrake({ free: 3, first: 1_000, longest: 60_000 }, clock);
  const fail = (times: number, key = 'a') => {
    for (let i = 0; i < times; i++) made.failed(key);
  };
  return { clock, made, fail };
}

it('lets the first failures pass, then doubles the wait up to the longest', () => {
  const { made, fail } = brake();
  const waits: number[] = [];
  for (let i = 0; i < 12; i++) {
    fail(1);
    waits.push(made.wait('a'));
  }
  expect(waits).toEqual([0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
  expect(made.wait('b')).toBe(0);
});

it('opens when the wait is over, and forgets in the end', async () => {
  const { clock, made, fail } = brake();
  fail(5);
  await clock.advance(2_000);
  expect(made.wait('a')).toBe(0);
  fail(1);
  expect(made.wait('a')).toBe(4);
  await clock.advance(64_000);
  fail(3);
  expect(made.wait('a')).toBe(0);
});

it('takes back an attempt that was good', () => {
  const { made, fail } = brake();
  fail(4);
  made.succeeded('a');
  expect(made.wait('a')).toBe(0);
  fail(1);
  expect(made.wait('a')).toBe(1);
});

it('remembers this many keys and no more', () => {
  const { made, fail } = brake();
  fail(4, 'first');
  for (let i = 0; i < 10_000; i++) fail(1, `key ${i}`);
  expect(made.wait('first')).toBe(0);
});
