import { syntaxTree } from '@codemirror/language';
import { type ChangeSpec, EditorSelection, type EditorState, type StateCommand } from '@codemirror/state';
import type { SyntaxNode } from '@lezer/common';
import { LINE_START } from './markdown-lines.ts';

/** What is set in marks: the name of its node in the tree, and the marks themselves. */
interface Emphasis {
  readonly node: 'StrongEmphasis' | 'Emphasis';
  readonly mark: string;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Sets what is selected, or the word at the caret, in bold, or takes it back. */
export const toggleBold: StateCommand = toggle({ node: 'StrongEmphasis', mark: '**' });
/** Sets what is selected, or the word at the caret, in italics, or takes it back. */
export const toggleItalic: StateCommand = toggle({ node: 'Emphasis', mark: '*' });

function toggle(emphasis: Emphasis): StateCommand {
  return ({ state, dispatch }) => {
    if (state.readOnly) return false;
    const change = state.changeByRange((range) => {
      const word = range.empty ? state.wordAt(range.head) : range;
      const caret = range.empty ? atBareCaret(state, range.head, word, emphasis) : null;
      if (caret !== null) return caret;
      const pieces = word === null ? [] : piecesOf(state, word);
      const open = pieces.filter((piece) => enclosing(state, piece, emphasis.node) === null);
      const marked = pieces.flatMap((piece) => enclosing(state, piece, emphasis.node) ?? []);
      const changes = state.changes(
        open.length > 0 ? open.flatMap((piece) => wrapped(piece, emphasis.mark)) : marked.flatMap(unwrapped),
      );
      // The marks stay outside of the selection.
      const [from, to] = [changes.mapPos(range.from, 1), changes.mapPos(range.to, range.empty ? 1 : -1)];
      return { changes, range: range.anchor <= range.head ? span(from, to) : span(to, from) };
    });
    dispatch(state.update(change, { scrollIntoView: true, userEvent: 'input.format' }));
    return true;
  };
}

/** What a key does at a caret that is in no word, or at the end of what is set in the marks; null when neither applies. */
function atBareCaret(state: EditorState, head: number, word: Span | null, { node, mark }: Emphasis) {
  const inside = enclosing(state, { from: head, to: head }, node);
  // One goes on typing behind the marks.
  if (inside !== null && head === inside.to - mark.length) return { range: caretAt(inside.to) };
  if (word !== null || inside !== null) return null;
  const before = /\**$/.exec(state.sliceDoc(Math.max(0, head - 3), head))?.[0].length ?? 0;
  const after = /^\**/.exec(state.sliceDoc(head, head + 3))?.[0].length ?? 0;
  const stars = Math.min(before, after);
  if (mark === '**' ? stars >= 2 : stars % 2 === 1) {
    const changes = { from: head - mark.length, to: head + mark.length };
    return { changes, range: caretAt(head - mark.length) };
  }
  return { changes: { from: head, insert: mark + mark }, range: caretAt(head + mark.length) };
}

/** Links what is selected, or the word at the caret; where there is a link, selects its address. */
export const insertLink: StateCommand = ({ state, dispatch }) => {
  if (state.readOnly) return false;
  const change = state.changeByRange((range) => {
    const link = enclosing(state, range, 'Link');
    const address = link?.getChild('URL');
    if (address) return { range: span(address.from, address.to) };
    const { from, to } = range.empty ? (state.wordAt(range.head) ?? range) : range;
    const text = state.sliceDoc(from, to);
    const isAddress = /^(?:https?:\/\/|mailto:)\S+$/i.test(text);
    const changes = isAddress
      ? [
          { from, insert: '[](' },
          { from: to, insert: ')' },
        ]
      : [
          { from, insert: '[' },
          { from: to, insert: ']()' },
        ];
    return { changes, range: caretAt(isAddress || from === to ? from + 1 : to + 3) };
  });
  dispatch(state.update(change, { scrollIntoView: true, userEvent: 'input.format' }));
  return true;
};

/** The parts of a range that marks can stand around: of each line what is no space, without the signs that begin it. */
function piecesOf(state: EditorState, { from, to }: Span): Span[] {
  const pieces: Span[] = [];
  for (let line = state.doc.lineAt(from); line.from <= to; line = state.doc.line(line.number + 1)) {
    const begin = /^(?:#{1,6}[ \t]+)?/.exec(line.text.slice(LINE_START.exec(line.text)?.[0].length ?? 0))?.[0] ?? '';
    const start = Math.max(from, line.from + (LINE_START.exec(line.text)?.[0].length ?? 0) + begin.length);
    const text = state.sliceDoc(start, Math.max(start, Math.min(to, line.to)));
    const trimmed = text.trim();
    const at = start + text.indexOf(trimmed);
    if (trimmed !== '') pieces.push({ from: at, to: at + trimmed.length });
    if (line.number === state.doc.lines) break;
  }
  return pieces;
}

/** The node of a name that holds all of a span. */
function enclosing(state: EditorState, { from, to }: Span, name: string): SyntaxNode | null {
  for (const side of [1, -1] as const) {
    let node: SyntaxNode | null = syntaxTree(state).resolveInner(side === 1 ? from : to, side);
    for (; node !== null; node = node.parent) if (node.name === name && node.from <= from && node.to >= to) return node;
  }
  return null;
}

function wrapped({ from, to }: Span, mark: string): ChangeSpec[] {
  return [
    { from, insert: mark },
    { from: to, insert: mark },
  ];
}

function unwrapped(node: SyntaxNode): ChangeSpec[] {
  return node.getChildren('EmphasisMark').map(({ from, to }) => ({ from, to }));
}

const caretAt = (position: number) => EditorSelection.cursor(position);
const span = (anchor: number, head: number) => EditorSelection.range(anchor, head);
