import { expect, it } from 'vitest';
import { takesGzip } from './built-files.ts';

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
  expect(takesGzip(header)).toBe(expected);
});

it('takes no gzip where nothing is said', () => {
  expect(takesGzip(undefined)).toBe(false);
});
