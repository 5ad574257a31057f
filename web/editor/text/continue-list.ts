import type { StateCommand } from '@codemirror/state';
import { inCode, LINE_START } from './markdown-lines.ts';

/**
 * Enter at the end of a list item or quoted line begins the next one (numbers count on, task boxes are empty); on an item
 * with nothing in it, it ends the list.
 * @returns false where neither applies; the editor's usual Enter follows
 */
export const continueList: StateCommand = ({ state, dispatch }) => {
  const { main, ranges } = state.selection;
  if (ranges.length !== 1 || !main.empty || state.readOnly || inCode(state, main.head)) return false;
  const line = state.doc.lineAt(main.head);
  const text = line.text.replace(/\r$/, '');
  const match = LINE_START.exec(text);
  const start = match?.[0] ?? '';
  const [, quote = '', indent = '', marker, number, delimiter = '', space = '', task] = match ?? [];
  if ((marker === undefined && !quote.includes('>')) || main.head < line.from + start.length) return false;

  if (text.trim() === start.trim()) {
    const keep = marker === undefined ? '' : quote;
    const changes = { from: line.from, to: line.from + text.length, insert: keep };
    dispatch(state.update({ changes, scrollIntoView: true, userEvent: 'input' }));
    return true;
  }
  const next = number === undefined ? (marker ?? '') : `${Number(number) + 1}${delimiter}`;
  const begin = `${quote}${indent}${next}${space}${task === undefined ? '' : '[ ] '}`;
  dispatch(
    state.update({
      changes: { from: main.head, insert: state.lineBreak + begin },
      selection: { anchor: main.head + state.lineBreak.length + begin.length },
      scrollIntoView: true,
      userEvent: 'input',
    }),
  );
  return true;
};
