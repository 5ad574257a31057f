import { expect, it } from 'vitest';
import { exactText } from './exact-text.ts';
import { HttpError } from './http-error.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const utf8 = (text: string) => new TextEncoder().encode(text);

it.each([
  undefined,
  'text/plain',
  'text/plain; charset=utf-8',
  'text/plain;charset="UTF8"',
  'application/json; charset=US-ASCII',
])('a body of type %s is taken as it is, a byte order mark included', (type) => {
  expect(exactText(utf8('\uFEFFGrüße, 🦊\r\n'), type)).toBe('\uFEFFGrüße, 🦊\r\n');
});

it.each(['iso-8859-1', 'windows-1252', 'utf-16', 'utf-7'])('a body in %s is refused', (charset) => {
  const read = () => exactText(utf8('abc'), `text/plain; charset=${charset}`);
  expect(read).toThrow(HttpError);
  expect(read).toThrow(`The body must be UTF-8, not ${charset}`);
});

it.each([
  ['a Latin-1 letter', bytes(0x47, 0x72, 0xfc, 0xdf, 0x65)],
  ['half a character', bytes(0x61, 0xf0, 0x9f)],
  ['half of a surrogate pair', bytes(0xed, 0xa0, 0x80)],
  ['an overlong form', bytes(0xc0, 0xaf)],
])('%s is refused, not replaced', (_what, body) => {
  expect(() => exactText(body, 'text/plain')).toThrow('The body is not valid UTF-8');
});
