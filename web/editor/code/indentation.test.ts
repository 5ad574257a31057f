import { EditorState, Text } from '@codemirror/state';
import { expect, it } from 'vitest';
import { columnOf, detectIndentation, type Indentation, indentation, indentationOf } from './indentation.ts';

const detect = (text: string) => detectIndentation(Text.of(text.split('\n')));

it('a text says by its own lines how it is indented', () => {
  const block = (unit: string) => `f {\n${unit}a {\n${unit}${unit}b\n\n${unit}${unit}c\n${unit}}\n}\ng {\n${unit}d\n}`;
  for (const step of [2, 3, 4, 8]) expect(detect(block(' '.repeat(step))), `${step} spaces`).toBe(step);
  expect(detect(block('\t'))).toBe('tab');
});

it('two levels that end at once, comments and aligned lines do not mislead', () => {
  expect(detect('a:\n  b:\n    c\nd:\n  e:\n    f\ng')).toBe(2);
  expect(detect('/**\n * A comment\n * of four\n * lines.\n */\nf() {\n    g();\n}')).toBe(4);
  expect(detect('call(one,\n     two,\n     three)\nif x:\n    y()\nif z:\n    y()\n')).toBe(4);
});

it('a text without indented lines says nothing, however long', () => {
  expect(detect('')).toBeNull();
  expect(detect('one\ntwo\n\n   \nthree')).toBeNull();
  expect(detect('line\n'.repeat(200_000))).toBeNull();
});

it('tabs and spaces in one text: what most of its lines begin with', () => {
  expect(detect('a\n\tb\n\tc\n  d\ne')).toBe('tab');
  expect(detect('a\n\tb\nc\n  d\n  e\nf\n  g')).toBe(2);
});

it('a choice goes before the text, the text before what is usual', () => {
  const of = (doc: string, choice: Indentation | 'auto', otherwise: Indentation) =>
    indentationOf(EditorState.create({ doc, extensions: indentation(choice, otherwise) }));
  expect(of('f {\n    a\n}', 'auto', 2)).toBe(4);
  expect(of('f {\n    a\n}', 'tab', 2)).toBe('tab');
  expect(of('f', 'auto', 8)).toBe(8);
  expect(of('f', 'auto', 'tab')).toBe('tab');
});

it('a text that comes or changes while it is shown is looked at again', () => {
  let state = EditorState.create({ doc: '', extensions: indentation('auto', 2) });
  state = state.update({ changes: { from: 0, insert: 'f {\n    a\n}' } }).state;
  expect(indentationOf(state)).toBe(4);
  state = state.update({ changes: { from: 0, to: state.doc.length, insert: 'f {\n\ta\n}' } }).state;
  expect(indentationOf(state)).toBe('tab');
});

it('columns are as wide as tabs make them, and a line of a megabyte costs nothing', () => {
  const state = EditorState.create({ doc: `\ta\n${'x'.repeat(1_000_000)}` });
  expect(columnOf(state, 2)).toBe(5);
  expect(columnOf(state, state.doc.length)).toBe(1_000_000);
});
