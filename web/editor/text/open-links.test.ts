import { EditorState } from '@codemirror/state';
import { expect, it } from 'vitest';
import { markdownSupport } from './markdown-language.ts';
import { addressAt } from './open-links.ts';

it.each([
  ['see https://a.ex|ample/b?c=d#e.', 'https://a.example/b?c=d#e'],
  ['(http://a.example/|x)', 'http://a.example/x'],
  ['https://en.example/wi|ki/A_(b), and', 'https://en.example/wiki/A_(b)'],
  ['**https://a.example/|x**', 'https://a.example/x'],
  ['write mailto:ada@|a.example', 'mailto:ada@a.example'],
  ['[wo|rds](https://a.example/x)', 'https://a.example/x'],
  ['[wo|rds](<https://a.example/x>)', 'https://a.example/x'],
  ['`HTTPS://A.example|`', 'https://a.example/'],
  ['[wo|rds](javascript:alert(1))', null],
  ['[wo|rds](data:text/html,x)', null],
  ['[wo|rds](other.md)', null],
  ['java|script:alert(1)', null],
  ['ftp://a.exa|mple', null],
  ['https://a.example and wo|rds', null],
  ['https://|', null],
])('at the caret in %j stands %j', (marked, expected) => {
  const position = marked.indexOf('|');
  const state = EditorState.create({ doc: marked.replace('|', ''), extensions: markdownSupport() });
  expect(addressAt(state, position)).toBe(expected);
});

it('a very long line is looked at only near the place', () => {
  const doc = `${'x '.repeat(500_000)}https://a.example/y ${'http:// '.repeat(100_000)}`;
  const state = EditorState.create({ doc });
  expect(addressAt(state, 1_000_010)).toBe('https://a.example/y');
});
