import { EditorSelection, EditorState, type StateCommand, type TransactionSpec } from '@codemirror/state';
import { expect, it } from 'vitest';
import { markdownSupport } from './markdown-language.ts';
import { insertLink, toggleBold, toggleItalic } from './markdown-marks.ts';
import { replaceMarker, wrapSelection } from './markdown-typing.ts';

/** A Markdown text; `|` is the caret, or one end of the selection. */
function state(marked: string): EditorState {
  const [before = '', inside, after] = marked.split('|');
  const doc = before + (inside ?? '') + (after ?? '');
  const head = after === undefined ? before.length : before.length + (inside ?? '').length;
  const selection = EditorSelection.range(before.length, head);
  return EditorState.create({ doc, selection, extensions: markdownSupport() });
}

function shown({ doc, selection: { main } }: EditorState): string {
  const text = doc.toString();
  if (main.empty) return `${text.slice(0, main.head)}|${text.slice(main.head)}`;
  return `${text.slice(0, main.from)}|${text.slice(main.from, main.to)}|${text.slice(main.to)}`;
}

function after(marked: string, command: StateCommand): string {
  let next = state(marked);
  command({ state: next, dispatch: (transaction) => (next = transaction.state) });
  return shown(next);
}

it.each([
  ['a |word| b', 'a **|word|** b'],
  ['a **|word|** b', 'a |word| b'],
  ['a |**word**| b', 'a |word| b'],
  ['a __|word|__ b', 'a |word| b'],
  ['a wo|rd b', 'a **wo|rd** b'],
  ['a **wo|rd** b', 'a wo|rd b'],
  ['a **word|** b', 'a **word**| b'],
  ['a |', 'a **|**'],
  ['a **|**', 'a |'],
  ['a| word |b', 'a| **word** |b'],
  ['- |one\n- two|', '- **|one**\n- **two|**'],
  ['- |**one**\n- **two**|', '- |one\n- two|'],
  ['|# Title\n\n> text|', '|# **Title**\n\n> **text|**'],
])('bold makes of %j %j', (before, expected) => {
  expect(after(before, toggleBold)).toBe(expected);
});

it.each([
  ['a |word| b', 'a *|word|* b'],
  ['a *|word|* b', 'a |word| b'],
  ['a _|word|_ b', 'a |word| b'],
  ['a **|word|** b', 'a ***|word|*** b'],
  ['a ***|word|*** b', 'a **|word|** b'],
  ['a **|**', 'a ***|***'],
  ['a ***|***', 'a **|**'],
  ['😀|é|', '😀*|é|*'],
])('italic makes of %j %j', (before, expected) => {
  expect(after(before, toggleItalic)).toBe(expected);
});

it.each([
  ['see |this|', 'see [this](|)'],
  ['see th|is', 'see [this](|)'],
  ['see |', 'see [|]()'],
  ['|https://a.example/b|', '[|](https://a.example/b)'],
  ['[th|is](https://a.example)', '[this](|https://a.example|)'],
])('a link makes of %j %j', (before, expected) => {
  expect(after(before, insertLink)).toBe(expected);
});

it('nothing is formatted where the text cannot be changed', () => {
  const fixed = EditorState.create({ doc: 'word', extensions: [markdownSupport(), EditorState.readOnly.of(true)] });
  for (const command of [toggleBold, toggleItalic, insertLink])
    expect(command({ state: fixed, dispatch: () => expect.unreachable() })).toBe(false);
});

function typed(marked: string, change: (state: EditorState) => TransactionSpec | null): string | null {
  const before = state(marked);
  const spec = change(before);
  return spec === null ? null : shown(before.update(spec).state);
}

it.each([
  ['a |word| b', '*', 'a *|word|* b'],
  ['a *|word|* b', '*', 'a **|word|** b'],
  ['a |word| b', '_', 'a _|word|_ b'],
  ['a |word| b', '-', null],
  ['a | b', '*', null],
  ['```\n|code|\n```', '*', null],
])('typing in %j the sign %j makes %j', (before, sign, expected) => {
  expect(typed(before, (at) => wrapSelection(at, sign))).toBe(expected);
});

it.each([
  ['- one\n- -|', '- one\n- |'],
  ['- one\n- *|', '- one\n* |'],
  ['1. one\n2. 2.|', '1. one\n2. |'],
  ['> - one\n> - -|', '> - one\n> - |'],
  ['- [ ] one\n- [ ] -|', '- [ ] one\n- |'],
  ['- [ ] one\n- [ ] [ ]|', '- [ ] one\n- [ ] |'],
  ['- -|', null],
  ['text\n- -|', null],
  ['- one\n- a -|', null],
  ['- one\n- -| two', null],
])('a space typed in %j makes %j', (before, expected) => {
  expect(typed(before, (at) => replaceMarker(at, at.selection.main.head, ' '))).toBe(expected);
});
