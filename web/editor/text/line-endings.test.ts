// @vitest-environment jsdom
import { insertNewline, insertNewlineAndIndent } from '@codemirror/commands';
import { EditorState, type StateCommand } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { describe, expect, test } from 'vitest';
import { toDocument } from '../binding/text-content.ts';
import { lineEndings, usesCrlf } from './line-endings.ts';

function stateOf(content: string, anchor = 0): EditorState {
  return EditorState.create({
    doc: toDocument(content),
    selection: { anchor },
    extensions: [lineEndings(), EditorState.allowMultipleSelections.of(true)],
  });
}

function run(command: StateCommand, state: EditorState): EditorState {
  let result = state;
  command({ state, dispatch: (transaction) => (result = transaction.state) });
  return result;
}

/** What pasting does to a text. */
function pasted(state: EditorState, text: string): string {
  return state.facet(EditorView.clipboardInputFilter).reduce((value, filter) => filter(value, state), text);
}

describe('a document with CRLF', () => {
  const crlf = 'one\r\ntwo\r\n';

  test('is told by its first line break', () => {
    expect(usesCrlf(stateOf(crlf))).toBe(true);
    expect(usesCrlf(stateOf('one\ntwo\r\n'))).toBe(false);
    expect(usesCrlf(stateOf('one\r'))).toBe(false);
  });

  test('keeps every character of its text', () => {
    expect(stateOf('a\r\nb\rc\n\rd').doc.toString()).toBe('a\r\nb\rc\n\rd');
    expect(stateOf('a\r\nb\rc\n\rd').doc.length).toBe(9);
  });

  test('gets \\r\\n from Enter, with the caret behind it', () => {
    const state = run(insertNewline, stateOf(crlf, 3));
    expect(state.doc.toString()).toBe('one\r\n\r\ntwo\r\n');
    expect(state.selection.main.head).toBe(5);
  });

  test('keeps its \\r where a command takes it for a space', () => {
    expect(run(insertNewlineAndIndent, stateOf(crlf, 3)).doc.toString()).toBe('one\r\n\r\ntwo\r\n');
  });

  test('gets \\r\\n from whatever is pasted', () => {
    expect(pasted(stateOf(crlf), 'a\nb\r\nc\rd')).toBe('a\r\nb\r\nc\r\nd');
  });

  test('keeps what programs write as it is', () => {
    const { state } = stateOf(crlf).update({ changes: { from: 0, insert: 'x\ny' } });
    expect(state.doc.toString()).toBe('x\nyone\r\ntwo\r\n');
  });

  test('never has a caret between \\r and \\n', () => {
    const state = stateOf(crlf).update({ selection: { anchor: 4 } }).state;
    expect(state.selection.main.head).toBe(3);
    const several = stateOf(crlf).update({ selection: { anchor: 1, head: 4 } }).state;
    expect([several.selection.main.anchor, several.selection.main.head]).toEqual([1, 3]);
  });
});

describe('a document with LF', () => {
  test('gets \\n from Enter and from whatever is pasted', () => {
    const state = stateOf('one\ntwo', 3);
    expect(run(insertNewline, state).doc.toString()).toBe('one\n\ntwo');
    expect(pasted(state, 'a\r\nb\rc')).toBe('a\nb\nc');
  });
});
