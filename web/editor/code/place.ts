import { Compartment, StateEffect } from '@codemirror/state';
import { EditorView, type ViewUpdate } from '@codemirror/view';
import { columnOf, type Indentation, indentationOf } from './indentation.ts';

/** Where somebody is in a text. */
export interface Place {
  /** From 1. */
  readonly line: number;
  /** How many lines there are. */
  readonly lines: number;
  /** From 1, with tabs as wide as they are shown. */
  readonly column: number;
  /** Characters that are selected, in UTF-16 units. */
  readonly selected: number;
  /** How many carets there are. */
  readonly carets: number;
  readonly indentation: Indentation;
}

/** How long keys are gathered before the place is told, in milliseconds. */
const FOLLOW_MS = 80;

/** Where somebody is in a text now. */
export function placeOf({ state }: EditorView): Place {
  const { main, ranges } = state.selection;
  return {
    line: state.doc.lineAt(main.head).number,
    lines: state.doc.lines,
    column: columnOf(state, main.head) + 1,
    selected: ranges.reduce((sum, { from, to }) => sum + to - from, 0),
    carets: ranges.length,
    indentation: indentationOf(state),
  };
}

/** A place in a sentence. */
export function placeSentence({ line, lines, column, selected, carets }: Place): string {
  const more = carets > 1 ? `, ${carets} cursors` : '';
  const size = selected > 0 ? `, ${selected.toLocaleString('en-US')} characters selected` : '';
  return `Line ${line} of ${lines}, column ${column}${size}${more}`;
}

/**
 * Tells where somebody is in a text, now and whenever that changes.
 * @returns stops it
 */
export function watchPlace(view: EditorView, listener: (place: Place) => void): () => void {
  const slot = new Compartment();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const tell = () => {
    timer = null;
    listener(placeOf(view));
  };
  const updated = ({ docChanged, selectionSet, startState, state }: ViewUpdate) => {
    const isIndentedAnew = indentationOf(startState) !== indentationOf(state);
    if (docChanged || selectionSet || isIndentedAnew) timer ??= setTimeout(tell, FOLLOW_MS);
  };
  view.dispatch({ effects: StateEffect.appendConfig.of(slot.of(EditorView.updateListener.of(updated))) });
  tell();
  return () => {
    if (timer !== null) clearTimeout(timer);
    view.dispatch({ effects: slot.reconfigure([]) });
  };
}
