import { EditorSelection, type EditorState, type Extension, type TransactionSpec } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { inCode, LINE_START } from './markdown-lines.ts';

/** A list item in which nothing stands but a marker once more, or a task box once more, and the space that is typed now. */
const MARKER_TWICE = /^(\s*(?:>[ \t]?)*\s*)([-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?([-*+]|\d{1,9}[.)])$/;
const BOX_TWICE = /^(\s*(?:>[ \t]?)*\s*(?:[-*+]|\d{1,9}[.)])[ \t]+\[[ xX]\] )\[[ xX]?\]$/;

/** What typing does in Markdown: a mark goes around what is selected, and a list goes on with one marker a line. */
export function markdownTyping(): Extension {
  // A backtick is among the brackets that close themselves, which wrap as well.
  return EditorView.inputHandler.of((view, from, to, text) => {
    if (view.composing || view.state.readOnly) return false;
    const change = wrapSelection(view.state, text) ?? (from === to ? replaceMarker(view.state, from, text) : null);
    if (change === null) return false;
    view.dispatch(change);
    return true;
  });
}

/** Puts a typed `*` or `_` around each selection, which stays selected, so that another one makes it bold. */
export function wrapSelection(state: EditorState, typed: string): TransactionSpec | null {
  const { ranges } = state.selection;
  if ((typed !== '*' && typed !== '_') || ranges.some(({ empty, from }) => empty || inCode(state, from))) return null;
  return {
    ...state.changeByRange(({ anchor, head, from, to }) => ({
      changes: [
        { from, insert: typed },
        { from: to, insert: typed },
      ],
      range: EditorSelection.range(anchor + 1, head + 1),
    })),
    userEvent: 'input.type',
    scrollIntoView: true,
  };
}

/** Who types the marker in an item that Enter began gets the one that they typed, not two. */
export function replaceMarker(state: EditorState, position: number, typed: string): TransactionSpec | null {
  const line = state.doc.lineAt(position);
  if (typed !== ' ' || line.number === 1 || line.text.slice(position - line.from).trim() !== '') return null;
  const [, , , marker] = LINE_START.exec(state.doc.line(line.number - 1).text) ?? [];
  if (marker === undefined || inCode(state, position)) return null;
  const text = line.text.slice(0, position - line.from);
  const [, begin, , again] = MARKER_TWICE.exec(text) ?? [];
  const insert = again === undefined ? BOX_TWICE.exec(text)?.[1] : `${begin}${again} `;
  if (insert === undefined) return null;
  return {
    changes: { from: line.from, to: position, insert },
    selection: { anchor: line.from + insert.length },
    userEvent: 'input.type',
    scrollIntoView: true,
  };
}
