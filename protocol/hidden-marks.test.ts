import { expect, it } from 'vitest';
import { hasHiddenMarks, withoutHiddenMarks } from './hidden-marks.ts';

it.each([
  ['a zero-width space', 'min\u200butes', 'minutes'],
  ['a word joiner and a byte order mark', '\ufeffmin\u2060utes', 'minutes'],
  ['a soft hyphen', 'min\u00adutes', 'minutes'],
  ['a joiner between Latin letters', 'min\u200dutes\u200c', 'minutes'],
  ['an override', '\u202egnp.exe', 'gnp.exe'],
  ['isolates and direction marks', '\u2066a\u2069\u200e\u200f\u061c', 'a'],
  ['a filler that looks like nothing', 'a\u3164b\uffa0', 'ab'],
  ['a variation selector that changes nothing', 'a\ufe00', 'a'],
  ['nothing but marks', '\u200b\u200b', ''],
])('takes out %s', (_what, text, expected) => {
  expect(withoutHiddenMarks(text)).toBe(expected);
  expect(hasHiddenMarks(text)).toBe(true);
});

it.each([
  ['plain text', 'Minutes 2026 (final)'],
  ['emoji of several parts', '👩‍💻 👨‍👩‍👧 👍🏽 ❤️ 🏳️‍🌈'],
  ['Persian with its joiner', 'می‌خواهم'],
  ['Hindi with its joiner', 'क्‍ष'],
  ['accents, Hebrew, Chinese', 'Café, cafe\u0301, שלום, 会议'],
])('leaves %s as it is', (_what, text) => {
  expect(withoutHiddenMarks(text)).toBe(text);
  expect(hasHiddenMarks(text)).toBe(false);
});
