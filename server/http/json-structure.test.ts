import { describe, expect, it } from 'vitest';
import { hasMuchStructure } from './json-structure.ts';

describe('[SEC-14] JSON whose parsing would take long', () => {
  it.each([
    ['nested lists', `[${'[],'.repeat(20)}0]`],
    ['numbers', `[${'1,'.repeat(20)}1]`],
    ['empty strings', `[${'"",'.repeat(20)}""]`],
    ['what begins after a string with escapes', `["\\\\",${'[],'.repeat(20)}0]`],
    ['a string that is closed early', `"\\\\\\""${'[],'.repeat(20)}`],
    ['space', ' '.repeat(50)],
  ])('is found: %s', (_what, json) => {
    expect(hasMuchStructure(json, 40)).toBe(true);
  });

  it.each([
    ['a long string', JSON.stringify({ content: 'x'.repeat(1_000) })],
    ['a string full of quotes', JSON.stringify({ content: '"[],\\'.repeat(100) })],
    ['a string that does not end', `{"content":"${'[],'.repeat(100)}`],
    ['nothing', ''],
  ])('is not: %s', (_what, json) => {
    expect(hasMuchStructure(json, 40)).toBe(false);
  });
});
