import { expect, it } from 'vitest';
import { unpackSnappy } from './snappy.ts';

const bytes = (...values: readonly (number | string)[]) =>
  Buffer.concat(values.map((value) => (typeof value === 'string' ? Buffer.from(value) : Buffer.from([value]))));

it.each([
  ['a literal', bytes(3, 2 << 2, 'abc'), 'abc'],
  ['a literal with its length in a byte', bytes(100, 60 << 2, 99, 'x'.repeat(100)), 'x'.repeat(100)],
  ['a literal with its length in two bytes', bytes(0xac, 2, 61 << 2, 0x2b, 1, 'y'.repeat(300)), 'y'.repeat(300)],
  ['a near copy', bytes(8, 3 << 2, 'abcd', 1, 4), 'abcdabcd'],
  ['a copy that repeats itself', bytes(9, 1 << 2, 'ab', (3 << 2) | 1, 2), 'ababababa'],
  ['a far copy', bytes(6, 2 << 2, 'abc', (2 << 2) | 2, 3, 0), 'abcabc'],
  ['a very far copy', bytes(6, 2 << 2, 'abc', (2 << 2) | 3, 3, 0, 0, 0), 'abcabc'],
  ['nothing', bytes(0), ''],
])('unpacks %s', (_what, packed, text) => {
  expect(Buffer.from(unpackSnappy(packed)).toString()).toBe(text);
});

it.each([
  ['it ends too early', bytes(9, 8 << 2, 'abc')],
  ['a packed block holds too little', bytes(9, 2 << 2, 'abc')],
  ['a packed block holds too much', bytes(2, 2 << 2, 'abc')],
  ['a packed block is wrong', bytes(8, 2 << 2, 'abc', 1, 9)],
  ['a packed block is wrong', bytes(8, 2 << 2, 'abc', 1, 0)],
  ['a packed block is too large', bytes(0xff, 0xff, 0xff, 0xff, 0xff, 1)],
])('refuses what is damaged: %s', (message, packed) => {
  expect(() => unpackSnappy(packed)).toThrow(message);
});
