import {
  Annotation,
  type ChangeDesc,
  type ChangeSet,
  type Extension,
  Prec,
  type Text,
  Transaction,
} from '@codemirror/state';
import { EditorView, type PluginValue, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import type * as Y from 'yjs';
import { composing, holdBack, isolateCompositions, keepCompositionApart } from './composition.ts';
import { DriftCheck } from './drift-check.ts';
import { wholeCodePoints, writeChanges } from './local-changes.ts';
import { PacedSchedule } from './paced-schedule.ts';
import { ReadingPosition } from './reading-position.ts';
import { RemoteChanges } from './remote-changes.ts';
import { difference, textContent } from './text-content.ts';
import { UndoHistory } from './undo.ts';

/** Marks editor transactions that bring in what the Y.Text already holds; they are not written back. */
export const fromText = Annotation.define<TextBinding>();

/** How often changes that an input method holds back are tried again, in milliseconds. */
const LOOK_AGAIN = 250;

/** The editor and its Y.Text were found to differ. It has been healed from the Y.Text when this is reported. */
export class DriftError extends Error {
  override readonly name = 'DriftError';
}

/**
 * Keeps an editor and a Y.Text the same.
 *
 * ```
 * editor --local change, at once--> Y.Text      one editor transaction, one Yjs transaction (more for a large paste)
 * editor <--------- pending ------- Y.Text      all remote transactions since the last look, one editor transaction
 * ```
 *
 * The invariant: the editor's text, changed by `pending` and by what `remote` has recorded since, is the Y.Text. A local
 * change made while something is pending is carried over it (operational transformation of two change sets), so nothing
 * ever has to be applied in the middle of an editor update. Where the record is not to be trusted (a change from within a
 * Yjs transaction or observer, where events come late or in another order), `unsure` is set and the texts are compared.
 *
 * Units agree on both sides: lines end at \n only (`EditorState.lineSeparator`), \r is a character, an embed is U+FFFC.
 * Remote changes skip change and transaction filters: what has happened cannot be refused. Those within a word that an input
 * method is composing wait until it is done (composition.ts).
 */
export class TextBinding {
  readonly text: Y.Text;
  /** The origin of this binding's Yjs transactions. */
  readonly origin: object = this;
  readonly history: UndoHistory;
  /** The editor extension; it can be in one editor at a time. */
  readonly extension: Extension;
  readonly #onError: (error: unknown) => void;
  readonly #remote: RemoteChanges;
  readonly #reading = new ReadingPosition();
  #view: EditorView | null = null;
  readonly #listeners = new Set<() => void>();
  #frame: PacedSchedule | null = null;
  #drift: DriftCheck | null = null;
  /** From the editor's document to the Y.Text, as far as collected. Null when they are the same. */
  #pending: ChangeSet | null = null;
  #held: ReturnType<typeof setTimeout> | null = null;
  /** Whether `pending` must be found by comparing the texts. */
  #unsure = true;

  /**
   * @param text part of a document
   * @param onError told about drift (a DriftError) and about errors thrown while remote changes are shown
   */
  constructor(text: Y.Text, onError: (error: unknown) => void) {
    if (text.doc === null) throw new Error('A Y.Text must be part of a document before an editor can be bound to it.');
    this.text = text;
    this.#onError = onError;
    this.#remote = new RemoteChanges(text);
    this.history = new UndoHistory(this);
    this.extension = [
      Prec.highest(ViewPlugin.define((view) => this.#attach(view))),
      isolateCompositions(),
      EditorView.domEventHandlers({
        compositionend: () => {
          this.#frame?.request();
        },
      }),
    ];
  }

  /**
   * Shows everything that the Y.Text holds, except what has to wait for an input method.
   * @returns what that changed in the editor, null for nothing
   */
  flush(): ChangeSet | null {
    const view = this.#view;
    if (view === null) return null;
    this.#collect(view.state.doc);
    if (this.#pending === null) return null;
    const composed = composing(view);
    const { now, later } = composed === null ? { now: this.#pending, later: null } : holdBack(this.#pending, composed);
    if (later !== null) this.#lookAgain(view);
    if (now === null) return null;
    const annotations = [fromText.of(this), Transaction.remote.of(true), Transaction.addToHistory.of(false)];
    try {
      keepCompositionApart(view);
      this.#reading.take(view);
      this.#pending = later;
      view.dispatch({ changes: now, annotations, filter: false });
      this.#reading.restore(view, now);
    } catch (error) {
      // An extension of the host threw; whether the editor took the change is unknown.
      this.#unsure = true;
      this.#onError(error);
    }
    return now;
  }

  /** Asks for what others did to be shown soon: in the next frame, or after a rest where that costs much. */
  requestShow(): void {
    this.#frame?.request();
  }

  /** Calls back whenever what others did is shown, behind their text and before the screen. @returns stops it */
  onShow(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Where a position of the editor lies in the Y.Text.
   * @param assoc which side to keep to when other text appeared there: -1 before it, 1 behind it
   */
  toText(position: number, assoc: -1 | 1): number {
    return this.#toPending()?.mapPos(position, assoc) ?? position;
  }

  /** Where a position of the Y.Text lies in the editor, as it is shown now. */
  toView(position: number, assoc: -1 | 1): number {
    return this.#toPending()?.invertedDesc.mapPos(position, assoc) ?? position;
  }

  /** Ends the undo history. The extension must be out of its editor. */
  destroy(): void {
    this.history.destroy();
  }

  #attach(view: EditorView): PluginValue {
    const window = view.dom.ownerDocument.defaultView ?? globalThis.window;
    const frame = new PacedSchedule(window, () => this.#show());
    const drift = new DriftCheck(window, (full) => this.#checkDrift(full));
    this.#view = view;
    this.#frame = frame;
    this.#drift = drift;
    this.#remote.reset();
    this.#unsure = true;
    frame.request();
    this.text.observe(this.#observe);
    return {
      update: (update) => this.#update(update),
      destroy: () => {
        this.text.unobserve(this.#observe);
        frame.cancel();
        drift.destroy();
        if (this.#held !== null) clearTimeout(this.#held);
        this.#held = null;
        this.#view = null;
        this.#pending = null;
      },
    };
  }

  /** What is held back is looked at again without an event: an EditContext does not tell the page that a composition is over. */
  #lookAgain(view: EditorView): void {
    this.#held ??= setTimeout(() => {
      this.#held = null;
      if (this.#view === view) this.#frame?.request();
    }, LOOK_AGAIN);
  }

  #show(): void {
    this.flush();
    for (const listener of this.#listeners) listener();
  }

  readonly #observe = (_event: Y.YTextEvent, transaction: Y.Transaction) => {
    if (transaction.origin === this.origin) return;
    this.#remote.record(transaction);
    this.#drift?.touch();
    this.#frame?.request();
  };

  #update(update: ViewUpdate): void {
    for (const transaction of update.transactions) {
      if (transaction.annotation(fromText) === this) continue;
      if (transaction.docChanged) {
        this.#write(transaction);
        this.#reading.forget();
        this.#frame?.yieldFrame();
      } else if (transaction.selection !== undefined && transaction.isUserEvent('select')) {
        this.history.endGroup();
      }
    }
    if (this.#pending !== null && !update.view.composing) this.#frame?.request();
  }

  /** Writes a local change into the Y.Text. Must not throw: the editor would switch the binding off. */
  #write(transaction: Transaction): void {
    try {
      const before = transaction.startState.doc;
      // Within a Yjs transaction or an observer the record lags behind the text.
      const busy = this.#busy();
      this.#collect(before);
      const { changes, correction } = wholeCodePoints(transaction.changes, before, transaction.newDoc);
      const pending = this.#pending;
      const forText = pending === null ? changes : changes.map(pending);
      this.history.capture(transaction, () => {
        writeChanges(this.text, forText, (write) => this.text.doc?.transact(write, this.origin));
      });
      this.#pending = composed(correction, pending?.map(changes, true) ?? null);
      // An observer of the host wrote between our transactions: clocks no longer tell its characters from ours.
      if (busy || !this.#remote.empty) this.#unsure = true;
    } catch (error) {
      this.#unsure = true;
      this.#onError(error);
    }
    if (this.#unsure || this.#pending !== null) this.#frame?.request();
    this.#drift?.touch();
  }

  #busy(): boolean {
    const { doc } = this.text;
    return doc !== null && (doc._transaction !== null || doc._transactionCleanups.length > 0);
  }

  /**
   * Brings `pending` up to date.
   * @param doc the editor's document that `pending` starts from
   */
  #collect(doc: Text): void {
    const busy = this.#busy();
    if (!this.#unsure && !busy) {
      if (this.#remote.empty) return;
      const recorded = this.#remote.take(this.#pending === null ? doc : this.#pending.apply(doc));
      if (recorded !== null) {
        this.#pending = composed(this.#pending, recorded);
        return;
      }
      this.#onError(new DriftError('The editor and the document had drifted apart; the document was taken.'));
    }
    this.#remote.reset();
    this.#pending = difference(doc, textContent(this.text));
    this.#unsure = busy;
  }

  #toPending(): ChangeDesc | null {
    // Within an editor update the document that `pending` starts from is not known; it is up to date then anyway.
    if (this.#view !== null && !this.#unsure && !this.#remote.empty && !this.#busy())
      this.#collect(this.#view.state.doc);
    return this.#pending;
  }

  #checkDrift(full: boolean): void {
    const view = this.#view;
    if (view === null || view.composing || this.#busy() || this.#unsure) return;
    this.flush();
    const same =
      view.state.doc.length === this.text.length &&
      (!full || difference(view.state.doc, textContent(this.text)) === null);
    if (same) return;
    this.#unsure = true;
    this.flush();
    this.#onError(new DriftError('The editor and the document had drifted apart; the document was taken.'));
  }
}

function nonEmpty(changes: ChangeSet): ChangeSet | null {
  return changes.empty ? null : changes;
}

function composed(first: ChangeSet | null, second: ChangeSet | null): ChangeSet | null {
  if (first === null) return second;
  return second === null ? first : nonEmpty(first.compose(second));
}
