import { EditorView } from '@codemirror/view';
import type * as Y from 'yjs';
import { encodePosition, parsePosition, resolvePositions, type WirePosition } from './caret-positions.ts';
import { fields } from './people.ts';

/** Where somebody is in a text: caret and view. It is JSON, and holds when others write meanwhile. */
export interface ReadingPlace {
  readonly anchor: WirePosition;
  readonly head: WirePosition;
  /** The line at the top of the view. */
  readonly top: WirePosition;
  /** How far the view begins above or below that line, in pixels. */
  readonly offset: number;
}

/** Where somebody is in an editor that shows a text. */
export function readingPlace(view: EditorView, text: Y.Text): ReadingPlace {
  const { main } = view.state.selection;
  // Heights of lines begin below the room above the text.
  const height = view.scrollDOM.scrollTop - view.documentPadding.top;
  const line = view.lineBlockAtHeight(height);
  const encode = (position: number) => encodePosition(text, Math.min(position, text.length));
  return { anchor: encode(main.anchor), head: encode(main.head), top: encode(line.from), offset: line.top - height };
}

/**
 * Brings an editor to a place that was kept.
 * @param kept anything; what is no place of this text changes nothing
 */
export function goToPlace(view: EditorView, text: Y.Text, kept: unknown): void {
  const { anchor, head, top, offset } = fields(kept);
  const positions = [anchor, head, top].flatMap((value) => parsePosition(value) ?? []);
  if (positions.length < 3 || typeof offset !== 'number' || !Number.isFinite(offset)) return;
  const [from, to, line] = resolvePositions(text, positions).map((position) =>
    position === null || position > view.state.doc.length ? null : position,
  );
  if (from == null || to == null || line == null) return;
  view.dispatch({
    selection: { anchor: from, head: to },
    effects: EditorView.scrollIntoView(line, { y: 'start', yMargin: offset }),
    filter: false,
  });
}
