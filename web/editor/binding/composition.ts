import {
  ChangeSet,
  type EditorState,
  type Extension,
  findClusterBreak,
  StateEffect,
  StateField,
  type Text,
} from '@codemirror/state';
import { Decoration, EditorView } from '@codemirror/view';

/** A piece of the editor's document. */
export interface Piece {
  from: number;
  to: number;
}

/** Only Chromium keeps a composition whose surroundings change as it begins. */
const isChromium = /Chrom(e|ium)\//.test(globalThis.navigator?.userAgent ?? '');

const setComposed = StateEffect.define<Piece | null>();

/**
 * The word that an input method is composing, and one character on each side.
 *
 * CodeMirror leaves the text node with the composition alone and cannot show a change within it. In running text that node
 * is all of a paragraph between two marks, and keyboards of phones compose all the time: what others write there would be
 * hidden for minutes. So as a composition begins, the characters beside it are drawn in elements of their own; the node is
 * then hardly longer than the word.
 */
const composedPiece = StateField.define<Piece | null>({
  create: () => null,
  update(piece, transaction) {
    for (const effect of transaction.effects) if (effect.is(setComposed)) return effect.value;
    if (piece === null || !transaction.docChanged) return piece;
    // What is typed at its ends belongs to it, what others write there does not.
    const inside = transaction.isUserEvent('input') ? 1 : -1;
    const from = transaction.changes.mapPos(piece.from, inside === 1 ? -1 : 1);
    return { from, to: Math.max(from, transaction.changes.mapPos(piece.to, inside)) };
  },
});

const neighbour = Decoration.mark({ class: 'cs-beside-composition' });

/** The marks that give the composition a text node of its own. They are set once: a change of them would redraw the node. */
const neighbours = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setComposed)) return besideOf(transaction.state, effect.value);
    }
    return marks.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

function besideOf(state: EditorState, piece: Piece | null) {
  if (piece === null) return Decoration.none;
  const { from, to } = state.selection.main;
  return Decoration.set([
    ...(piece.from < from ? [neighbour.range(piece.from, from)] : []),
    ...(piece.to > to ? [neighbour.range(to, piece.to)] : []),
  ]);
}

/** Prepares compositions for what others write meanwhile. */
export function isolateCompositions(): Extension {
  if (!isChromium) return [];
  return [
    composedPiece,
    neighbours,
    editContextRepair,
    EditorView.domEventObservers({
      compositionstart(event, view) {
        const { main } = view.state.selection;
        // One that takes up a word which is there has its node already.
        if (event.data !== '' && main.empty) return;
        const line = view.state.doc.lineAt(main.from);
        const end = view.state.doc.lineAt(main.to);
        const from = line.from + findClusterBreak(line.text, main.from - line.from, false);
        const to = end.from + findClusterBreak(end.text, main.to - end.from, true);
        view.dispatch({ effects: setComposed.of({ from, to }), filter: false });
      },
      compositionend(_event, view) {
        // Not before CodeMirror has read what the composition left behind.
        view.dom.ownerDocument.defaultView?.setTimeout(() => {
          if (!view.compositionStarted && view.state.field(composedPiece, false) != null) {
            view.dispatch({ effects: setComposed.of(null), filter: false });
          }
        }, 50);
      },
    }),
  ];
}

/** What others must not change for now, because an input method is at work there; null for nothing. */
export function composing(view: EditorView): Piece | null {
  if (!view.compositionStarted) return null;
  const { head } = view.state.selection.main;
  // An EditContext has no text nodes: only the word is at stake.
  if (editContextOf(view) !== null) return view.state.wordAt(head) ?? { from: head, to: head };
  const piece = view.state.field(composedPiece, false) ?? null;
  return piece !== null && head >= piece.from && head <= piece.to ? piece : view.state.doc.lineAt(head);
}

/** What CodeMirror knows of the EditContext that it takes the text from on phones. Not part of its interface. */
interface EditContextManager {
  /** The piece of the document that the context holds. */
  from: number;
  to: number;
  readonly editContext: { readonly text: string };
  /** What the context has and the editor may refuse; it is taken back unless an update clears it. */
  pendingContextChange: unknown;
  /** `drifted`: others wrote, of which the context is not told until the composition is over. */
  composing: { drifted: boolean } | null;
}

function editContextOf(view: EditorView): EditContextManager | null {
  const { observer } = view as unknown as { observer?: { editContext?: EditContextManager | null } };
  return observer?.editContext ?? null;
}

/**
 * Mends what CodeMirror does with an EditContext during a composition. A change of others at the caret is told to the
 * context, and Chromium then composes in the wrong place. And once the context is not told any more, what is composed is
 * taken out of it again and not counted, so that letters come twice.
 */
const editContextRepair = EditorView.updateListener.of(({ view, transactions }) => {
  const manager = editContextOf(view);
  if (manager?.composing?.drifted !== true) return;
  if (transactions.some((transaction) => transaction.docChanged && transaction.isUserEvent('input.type'))) {
    manager.pendingContextChange = null;
    manager.to = manager.from + manager.editContext.text.length;
  }
});

/** To be called before others' changes are shown, which may be during a composition. */
export function keepCompositionApart(view: EditorView): void {
  const manager = editContextOf(view);
  if (manager?.composing != null) manager.composing.drifted = true;
}

/**
 * Divides changes into those that may be shown now and those within a piece, which have to wait.
 * @returns for each null when there are none; `later` starts from the document that `now` makes
 */
export function holdBack(changes: ChangeSet, piece: Piece): { now: ChangeSet | null; later: ChangeSet | null } {
  const free: { from: number; to: number; insert: Text }[] = [];
  const held: typeof free = [];
  changes.iterChanges((from, to, _fromB, _toB, insert) => {
    // What only touches the piece is outside.
    const isWithin = from < piece.to && to > piece.from;
    (isWithin ? held : free).push({ from, to, insert });
  });
  const now = ChangeSet.of(free, changes.length);
  const later = ChangeSet.of(held, changes.length).map(now);
  return { now: now.empty ? null : now, later: later.empty ? null : later };
}
