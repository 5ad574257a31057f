import { expect, it } from 'vitest';
import { isBlank } from './blank-text.ts';

it.each([
  '',
  ' ',
  '\u200b',
  '\u200b\u00a0\u2003',
  '\u2060\ufeff',
  '\u3164',
  '\u2800',
  '\u00ad',
  '\u202e',
  '\ufe0f',
  '\t\n',
  '\u{e0041}',
])('%j shows nothing', (text) => {
  expect(isBlank(text)).toBe(true);
});

it.each(['a', ' a ', '\u200ba', '🦊', '٣', '中', '—', '.', '❤\ufe0f', 'ي\u200c'])('%j shows something', (text) => {
  expect(isBlank(text)).toBe(false);
});
