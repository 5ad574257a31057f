import { expect, test } from 'vitest';
import { presenceInterval, TurnPace, textInterval } from './turn-pace.ts';

test('a small room does not gather', () => {
  expect([1, 2, 24].map(textInterval)).toEqual([0, 0, 0]);
  expect([1, 2, 8].map(presenceInterval)).toEqual([0, 0, 0]);
});

test('a room that grows by one gathers hardly longer than before', () => {
  for (let members = 1; members < 1_000; members++) {
    const growth = textInterval(members + 1) - textInterval(members);
    expect(growth).toBeGreaterThanOrEqual(0);
    expect(growth).toBeLessThan(1);
  }
});

test('a hundred people wait less than a display frame on average, a crowd never longer than 40 ms', () => {
  expect(textInterval(100) / 2).toBeLessThan(16);
  expect(textInterval(10_000)).toBe(40);
});

test('presence comes ten times a second even in a crowd', () => {
  expect(presenceInterval(10_000)).toBe(100);
});

test('[SEC-14] a document that has become costly takes a fifth of the time, however fast people type', () => {
  const pace = new TurnPace();
  const nextAt = () => pace.nextTurnAt(2, { text: true, presence: false });
  pace.textSent(1_000);
  pace.took(3, 1_003);
  expect(nextAt()).toBeLessThanOrEqual(1_003);
  // One alone may have been interrupted.
  pace.took(300, 1_300);
  expect(nextAt()).toBeLessThanOrEqual(1_300);
  pace.took(200, 1_500);
  pace.took(100, 1_600);
  expect(nextAt()).toBe(2_000);
  pace.took(1, 2_001);
  pace.textSent(2_001);
  pace.took(100, 2_101);
  expect(nextAt()).toBeLessThanOrEqual(2_001);
});
