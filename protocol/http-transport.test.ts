import { expect, test } from 'vitest';
import { decodeCount, encodeCount, packMessages, unpackMessages } from './http-transport.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('a body holds messages one after the other, each behind its length', () => {
  const messages = [new Uint8Array([1, 2]), new Uint8Array(), new Uint8Array(300).fill(7)];
  const body = packMessages(messages);
  expect(hex(body.subarray(0, 6))).toBe('02010200ac02');
  expect(unpackMessages(body).map(hex)).toEqual(messages.map(hex));
  expect(unpackMessages(new Uint8Array())).toEqual([]);
});

test.each([[[1]], [[3, 1, 2]], [[128]], [[255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0]]])(
  'a body that is not whole messages is refused: %j',
  (bytes) => {
    expect(() => unpackMessages(new Uint8Array(bytes))).toThrow('ends in the midst of a message');
  },
);

test.each([
  [0, '00'],
  [127, '7f'],
  [128, '8001'],
  [300, 'ac02'],
  [2 ** 32, '8080808010'],
  [Number.MAX_SAFE_INTEGER, 'ffffffffffffff0f'],
])('the count %d', (count, bytes) => {
  expect(hex(encodeCount(count))).toBe(bytes);
  expect(decodeCount(encodeCount(count))).toBe(count);
});

test.each([[[]], [[128]], [[1, 1]], [[255, 255, 255, 255, 255, 255, 255, 255, 1]]])('no count: %j', (bytes) => {
  expect(() => decodeCount(new Uint8Array(bytes))).toThrow('a count of messages');
});
