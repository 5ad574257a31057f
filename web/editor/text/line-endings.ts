import { EditorSelection, EditorState, type Extension, RangeSetBuilder, type Transaction } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, highlightSpecialChars, ViewPlugin } from '@codemirror/view';

/** Control and invisible characters to show as signs: CodeMirror's list, less the \r of a \r\n. */
const SPECIAL_CHARACTERS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\0-\x08\n-\f\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028\u2029\u202d\u202e\u2066\u2067\u2069\ufeff\ufff9-\ufffc]|\r(?!$)/gu;

/**
 * How \r is treated. Lengths in editor and document must agree, so lines end at \n only and a \r is a character:
 *
 * - The \r of a \r\n is hidden and belongs to the line break: the caret never stops between the two, deleting takes both.
 * - Any other \r is shown as a sign, like other control characters.
 * - What a person types or pastes takes the document's style, told by its first line break: \r\n in such a document, else \n.
 *   What programs write is left as it is.
 */
export function lineEndings(): Extension {
  return [
    EditorState.lineSeparator.of('\n'),
    EditorView.clipboardInputFilter.of((text, state) => text.replace(/\r\n?|\n/g, usesCrlf(state) ? '\r\n' : '\n')),
    EditorState.transactionFilter.of((transaction) => {
      if (transaction.docChanged) {
        if (!['input', 'move', 'delete'].some((event) => transaction.isUserEvent(event))) return transaction;
        if (!usesCrlf(transaction.startState)) return transaction;
        const changes = missingReturns(transaction).map((from) => ({ from, insert: '\r' }));
        return changes.length === 0 ? transaction : [transaction, { changes, sequential: true }];
      }
      const selection = transaction.selection && besideLineBreaks(transaction.selection, transaction.startState);
      return selection === undefined ? transaction : [transaction, { selection }];
    }),
    hiddenReturns,
    highlightSpecialChars({ specialChars: SPECIAL_CHARACTERS }),
  ];
}

/** Whether the first line break of a document is \r\n. */
export function usesCrlf(state: EditorState): boolean {
  return state.doc.lines > 1 && state.doc.line(1).text.endsWith('\r');
}

/** Positions, in the new document, of each \n that lacks its \r: inserted ones, and those whose \r a command took for a space. */
function missingReturns({ changes, startState, newDoc }: Transaction): number[] {
  const { doc } = startState;
  const positions = new Set<number>();
  const check = (position: number) => {
    if (position === 0 || newDoc.sliceString(position - 1, position) !== '\r') positions.add(position);
  };
  changes.iterChanges((fromA, toA, fromB, toB) => {
    const inserted = newDoc.sliceString(fromB, toB);
    for (let at = inserted.indexOf('\n'); at >= 0; at = inserted.indexOf('\n', at + 1)) check(fromB + at);
    if (toA > fromA && doc.sliceString(toA - 1, toA + 1) === '\r\n') check(toB);
  });
  return [...positions];
}

/** The selection with every end that lies within a \r\n moved before it, or undefined when there is none. */
function besideLineBreaks(selection: EditorSelection, { doc }: EditorState): EditorSelection | undefined {
  const within = (position: number) => position > 0 && doc.sliceString(position - 1, position + 1) === '\r\n';
  if (!selection.ranges.some((range) => within(range.head) || within(range.anchor))) return undefined;
  const beside = (position: number) => (within(position) ? position - 1 : position);
  return EditorSelection.create(
    selection.ranges.map((range) =>
      range.empty
        ? EditorSelection.cursor(beside(range.head), range.assoc, range.bidiLevel ?? undefined, range.goalColumn)
        : EditorSelection.range(
            beside(range.anchor),
            beside(range.head),
            range.goalColumn,
            range.bidiLevel ?? undefined,
          ),
    ),
    selection.mainIndex,
  );
}

const hide = Decoration.replace({});

/** Hides the \r of each visible \r\n and makes the two one step for the caret. */
const hiddenReturns = ViewPlugin.define(
  (view) => {
    const plugin = {
      hidden: Decoration.none,
      atomic: Decoration.none,
      build(of: EditorView) {
        const hidden = new RangeSetBuilder<Decoration>();
        const atomic = new RangeSetBuilder<Decoration>();
        if (usesCrlf(of.state) || mayHoldReturns(of)) {
          for (const { from, to } of of.visibleRanges) {
            for (let line = of.state.doc.lineAt(from); ; line = of.state.doc.line(line.number + 1)) {
              const end = line.to;
              if (line.text.endsWith('\r') && end < of.state.doc.length) {
                hidden.add(end - 1, end, hide);
                atomic.add(end - 1, end + 1, hide);
              }
              if (end >= to || line.number === of.state.doc.lines) break;
            }
          }
        }
        plugin.hidden = hidden.finish();
        plugin.atomic = atomic.finish();
      },
      update(update: { docChanged: boolean; viewportChanged: boolean; view: EditorView }) {
        if (update.docChanged || update.viewportChanged) plugin.build(update.view);
      },
    };
    plugin.build(view);
    return plugin;
  },
  {
    decorations: (plugin): DecorationSet => plugin.hidden,
    provide: (plugin) => EditorView.atomicRanges.of((view) => view.plugin(plugin)?.atomic ?? Decoration.none),
  },
);

/** Whether a visible part of a document holds any \r: mixed line endings are rare and looking is cheap. */
function mayHoldReturns(view: EditorView): boolean {
  return view.visibleRanges.some(({ from, to }) => view.state.sliceDoc(from, to).includes('\r'));
}
