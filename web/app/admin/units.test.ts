import { expect, it } from 'vitest';
import { bytes, duration, latency, percent, short } from './units.ts';

it('writes figures in three digits and their unit', () => {
  expect([0, 999, 1_000, 12_345, 1_234_567, 5e12, 7e15].map(bytes)).toEqual([
    '0 B',
    '999 B',
    '1 kB',
    '12.3 kB',
    '1.23 MB',
    '5 TB',
    '7,000 TB',
  ]);
  expect([0, 0.256, 12.34, 1234.5].map(short)).toEqual(['0', '0.26', '12.3', '1,235']);
  expect([-5, 59_400, 60_000, 3_599_000, 90_000_000, 200_000_000].map(duration)).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '59 min',
    '25 h',
    '2 d',
  ]);
  expect([0.4, 12, 1_500].map(latency)).toEqual(['0.40 ms', '12 ms', '1.50 s']);
  expect(percent(0.256)).toBe('26 %');
});
