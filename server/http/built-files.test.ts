import { expect, it } from 'vitest';
import { takes } from './built-files.ts';

it.each([
  ['gzip, deflate, br', true],
  ['br, GZIP;q=0.5', true],
  ['*', true],
  ['gzip;q=0, *', false],
  ['gzip; q=0.000', false],
  ['*;q=0', false],
  ['identity', false],
  ['x-gzip-like', false],
  ['', false],
])('Accept-Encoding: %s takes gzip: %s', (header, expected) => {
  expect(takes('gzip', header)).toBe(expected);
});

it('takes no gzip where nothing is said', () => {
  expect(takes('gzip', undefined)).toBe(false);
  expect(takes('br', undefined)).toBe(false);
});

it.each([
  ['gzip, deflate, br', true],
  ['gzip, deflate', false],
  ['br;q=0, gzip', false],
  ['*', true],
])('Accept-Encoding: %s takes Brotli: %s', (header, expected) => {
  expect(takes('br', header)).toBe(expected);
});
