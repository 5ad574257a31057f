import { syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';

/** The beginning of a line: quote marks, then perhaps the marker of a list item, perhaps with a task box. */
export const LINE_START = /^(\s*(?:>[ \t]?)*)(?:(\s*)([-*+]|(\d{1,9})([.)]))([ \t]+)(\[[ xX]\][ \t]+)?)?/;

/** Whether a position is in a code block. */
export function inCode(state: EditorState, position: number): boolean {
  for (let node = syntaxTree(state).resolveInner(position, -1); ; ) {
    if (node.name === 'FencedCode' || node.name === 'CodeBlock') return true;
    if (node.parent === null) return false;
    node = node.parent;
  }
}
