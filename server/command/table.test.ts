import { expect, test } from 'vitest';
import { printable, table } from './table.ts';

test('columns are as wide as what stands in them, and those without anything are left out', () => {
  expect(
    table(
      ['NAME', 'NOTE', 'SINCE'],
      [
        ['minutes', '', '2026-01-31'],
        ['a', '', ''],
      ],
    ),
  ).toEqual(['NAME     SINCE', 'minutes  2026-01-31', 'a']);
});

test('[SEC-12] nothing that a stranger chose is obeyed by a terminal', () => {
  expect(printable('\u001b[2J\u009b1mred\r\nline\u0007')).toBe('�[2J�1mred��line�');
  expect(table(['WHO'], [['\u001b]0;title\u0007']])).toEqual(['WHO', '�]0;title�']);
});
