import { expect, it } from 'vitest';
import { basePathOf, withoutBasePath } from './base-path.ts';

it.each([
  [null, ''],
  ['https://example.org', ''],
  ['https://example.org/notes', '/notes'],
  ['https://example.org/our/notes', '/our/notes'],
])('of the public address %s is "%s"', (publicUrl, basePath) => {
  expect(basePathOf(publicUrl)).toBe(basePath);
});

it.each([
  ['/notes/api/session?x=1', '/api/session?x=1'],
  ['/notes/', '/'],
  ['/notes', '/'],
  ['/notes?x', '/?x'],
  ['/notes/notes', '/notes'],
  ['/notesandmore', '/notesandmore'],
  ['/healthz', '/healthz'],
  ['/', '/'],
  ['*', '*'],
])('is taken from %s, which leaves %s', (url, rest) => {
  expect(withoutBasePath(url, '/notes')).toBe(rest);
  expect(withoutBasePath(url, '')).toBe(url);
});
