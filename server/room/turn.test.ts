import { expect, test } from 'vitest';
import { presenceInterval, textInterval } from './turn.ts';

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
