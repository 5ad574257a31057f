import {
  Annotation,
  type ChangeSet,
  EditorSelection,
  type EditorState,
  type Extension,
  Prec,
  type Transaction,
} from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import * as Y from 'yjs';

/** Edits closer together than this, in milliseconds, are undone as one. */
export const GROUP_PAUSE = 500;

/** Marks an editor transaction that belongs to the step before it, however long ago that was. */
export const continuesStep = Annotation.define<boolean>();

/** The key under which a step of the history carries the selection to restore. */
const SELECTION = Symbol('selection before the step');

interface StoredSelection {
  ranges: { anchor: Y.RelativePosition; head: Y.RelativePosition }[];
  main: number;
}

/** The binding whose edits are undone, as far as the history needs it. */
export interface UndoneBinding {
  readonly text: Y.Text;
  /** The origin of the transactions to undo. */
  readonly origin: object;
  /** Brings the editor up to date with the text. @returns what that changed in the editor, null for nothing */
  flush(): ChangeSet | null;
  toText(position: number, assoc: -1 | 1): number;
  toView(position: number, assoc: -1 | 1): number;
}

/**
 * Undo and redo of one's own edits: those written by one binding. Other people's edits in between stay. The step
 * remembers where the selection was, as positions that move with the text.
 */
export class UndoHistory {
  readonly #binding: UndoneBinding;
  readonly #manager: Y.UndoManager;
  #selection: StoredSelection | null = null;
  #lastEdit = 0;

  constructor(binding: UndoneBinding) {
    this.#binding = binding;
    this.#manager = new Y.UndoManager(binding.text, {
      // Groups end when this class says so: one editor transaction may be several Yjs transactions.
      captureTimeout: Number.POSITIVE_INFINITY,
      trackedOrigins: new Set([binding.origin]),
    });
    this.#manager.on('stack-item-added', ({ stackItem }) => {
      if (this.#selection !== null) stackItem.meta.set(SELECTION, this.#selection);
      this.#selection = null;
    });
  }

  /** Undoes the latest step. @returns false when there is none, or the editor is read-only */
  undo(view: EditorView): boolean {
    return this.#step(view, () => this.#manager.undo());
  }

  /** Does the step undone last again. @returns false when there is none, or the editor is read-only */
  redo(view: EditorView): boolean {
    return this.#step(view, () => this.#manager.redo());
  }

  /** The next edit begins a new step. */
  endGroup(): void {
    this.#manager.stopCapturing();
  }

  /**
   * Runs the writing of one editor transaction, which may be several Yjs transactions, as (part of) one step.
   * @param transaction the editor's; its start has the selection to come back to
   */
  capture(transaction: Transaction, write: () => void): void {
    const { startState: before } = transaction;
    const now = Date.now();
    const continues = transaction.annotation(continuesStep) ?? now - this.#lastEdit < GROUP_PAUSE;
    if (!continues) this.endGroup();
    this.#lastEdit = now;
    const startsStep = this.#manager.lastChange === 0 || this.#manager.undoStack.length === 0;
    // Finding relative positions walks the text, so it is done for the first edit of a step only.
    this.#selection = startsStep ? this.#storeSelection(before) : null;
    try {
      write();
    } finally {
      this.#selection = null;
    }
  }

  /** Ends the history and takes its listeners off the document. */
  destroy(): void {
    this.#manager.destroy();
  }

  #step(view: EditorView, pop: () => { meta: Map<unknown, unknown> } | null): boolean {
    if (view.state.readOnly) return false;
    this.#binding.flush();
    this.#selection = this.#storeSelection(view.state);
    const popped = pop();
    this.#selection = null;
    if (popped === null) return false;
    const changed = this.#binding.flush();
    const stored = popped.meta.get(SELECTION);
    const remembered = stored === undefined ? null : this.#resolve(stored as StoredSelection);
    const selection = beside(changed, remembered) ?? remembered;
    view.dispatch({ ...(selection === null ? {} : { selection }), scrollIntoView: true, userEvent: 'select.undo' });
    return true;
  }

  #storeSelection(state: EditorState): StoredSelection {
    const { text } = this.#binding;
    const at = (position: number) => Y.createRelativePositionFromTypeIndex(text, this.#binding.toText(position, 1));
    // A hundred carets are as many walks: the main one and its neighbours are enough to come back to.
    const ranges = state.selection.ranges.length > 20 ? [state.selection.main] : state.selection.ranges;
    return {
      ranges: ranges.map((range) => {
        const anchor = at(range.anchor);
        return { anchor, head: range.empty ? anchor : at(range.head) };
      }),
      main: Math.max(0, ranges.indexOf(state.selection.main)),
    };
  }

  #resolve(stored: StoredSelection): EditorSelection | null {
    const { text } = this.#binding;
    const at = (position: Y.RelativePosition) => {
      const found = text.doc === null ? null : Y.createAbsolutePositionFromRelativePosition(position, text.doc);
      return found === null || found.type !== text ? null : this.#binding.toView(found.index, 1);
    };
    const ranges = stored.ranges.flatMap(({ anchor, head }) => {
      const [from, to] = [at(anchor), at(head)];
      return from === null || to === null ? [] : [EditorSelection.range(from, to)];
    });
    return ranges.length === 0 ? null : EditorSelection.create(ranges, Math.min(stored.main, ranges.length - 1));
  }
}

/**
 * Where the caret belongs after a step: what the step changed must be seen. The selection that was remembered will do when it
 * is there; it is not after a drop, after replacing all, and when somebody went elsewhere before undoing.
 * @returns null when it is there
 */
function beside(changed: ChangeSet | null, remembered: EditorSelection | null): EditorSelection | null {
  let first: number | null = null;
  let isBeside = false;
  changed?.iterChangedRanges((_fromA, _toA, from, to) => {
    first ??= to;
    isBeside ||= remembered?.ranges.some((range) => range.from <= to && range.to >= from) ?? false;
  });
  return first === null || isBeside ? null : EditorSelection.single(first);
}

/**
 * The keys of undo and redo, and the browser's own menu entries for them.
 * @param history the history of the text that is shown at that moment
 */
export function undoKeys(history: () => UndoHistory): Extension {
  const undo = (view: EditorView) => {
    history().undo(view);
    return true;
  };
  const redo = (view: EditorView) => {
    history().redo(view);
    return true;
  };
  return [
    Prec.high(
      keymap.of([
        { key: 'Mod-z', run: undo, preventDefault: true },
        { key: 'Mod-y', mac: 'Mod-Shift-z', run: redo, preventDefault: true },
        { key: 'Mod-Shift-z', run: redo, preventDefault: true },
      ]),
    ),
    EditorView.domEventHandlers({
      beforeinput(event, view) {
        if (event.inputType !== 'historyUndo' && event.inputType !== 'historyRedo') return false;
        event.preventDefault();
        // Chromium has one history for the whole page: with the focus in a field that has nothing left to undo, the text gets
        // the event. `hasFocus` would not do, which is false while a menu of the browser is open.
        if (view.root.activeElement !== view.contentDOM) return true;
        return event.inputType === 'historyUndo' ? undo(view) : redo(view);
      },
    }),
  ];
}
