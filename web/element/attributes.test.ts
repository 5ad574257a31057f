import { expect, it } from 'vitest';
import { readServer } from './attributes.ts';

const PAGE = 'https://app.example/shop/page.html';

it.each([
  [null, 'https://app.example/sync'],
  ['https://notes.example', 'https://notes.example/sync'],
  ['https://example.org/notes', 'https://example.org/notes/sync'],
  ['https://example.org/notes/', 'https://example.org/notes/sync'],
  ['https://example.org/notes/sync', 'https://example.org/notes/sync'],
  ['/notes', 'https://app.example/notes/sync'],
  ['wss://example.org/notes/sync/', 'wss://example.org/notes/sync'],
])('the server %s synchronises at %s', (server, sync) => {
  expect(readServer(server, PAGE)).toBe(sync);
});

it.each(['ftp://notes.example', 'https://'])('%s is no server', (server) => {
  expect(() => readServer(server, PAGE)).toThrow('must be an address such as');
});
