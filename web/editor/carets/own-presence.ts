import type { Extension } from '@codemirror/state';
import { type EditorView, type PluginValue, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import type { Awareness } from 'y-protocols/awareness';
import { fromText, type TextBinding } from '../binding/text-binding.ts';
import { encodePosition, MAX_RANGES, type WireRange } from './caret-positions.ts';
import { fields } from './people.ts';

/** Least time between two announcements of the own caret, in milliseconds. */
const LEAST_INTERVAL = 50;

/** How one appears to others. */
export interface PresentedUser {
  /** At most 40 characters are shown. */
  name: string;
  /** As #rrggbb. */
  color: string;
  /** As #rrggbb or #rrggbbaa, for stock clients; they take `color` when it is missing. */
  colorLight?: string;
  /** True for a name that the server knows. A Coscribe server tells others what is true, whatever is said here. */
  verified?: boolean;
}

/**
 * Tells the others where one's own carets are. Awareness fields: `cursor {anchor, head}` as y-codemirror.next writes it,
 * and, with several ranges, `ranges` (all of them) and `mainRange` (the index of the main one), which stock clients ignore.
 *
 * A caret is announced once the editor had the focus, and stays when it loses it: somebody who looks something up is still
 * there. Positions are relative to the character behind the caret, so one's own typing changes nothing and sends nothing.
 */
export class OwnPresence {
  readonly extension: Extension;
  readonly #binding: TextBinding;
  readonly #awareness: Awareness;
  #user: PresentedUser | undefined;
  #hidden: boolean;
  #sent = '';
  #timer: number | null = null;
  #lastSent = Number.NEGATIVE_INFINITY;
  #seenFocus = false;
  #view: EditorView | null = null;

  constructor(binding: TextBinding, awareness: Awareness, user: PresentedUser | undefined, hidden: boolean) {
    this.#binding = binding;
    this.#awareness = awareness;
    this.#user = user;
    this.#hidden = hidden;
    this.extension = ViewPlugin.define((view) => this.#attach(view));
  }

  /** Changes how one appears. */
  setUser(user: PresentedUser): void {
    this.#user = user;
    this.#awareness.setLocalStateField('user', user);
  }

  /** Hides or shows the own carets. */
  setHidden(hidden: boolean): void {
    this.#hidden = hidden;
    this.#request();
  }

  /** Tells whom one follows, or null. */
  setFollowing(clientId: number | null): void {
    const state = this.#awareness.getLocalState();
    if (state !== null && (state['following'] ?? null) !== clientId) {
      this.#awareness.setLocalStateField('following', clientId);
    }
  }

  #attach(view: EditorView): PluginValue {
    this.#view = view;
    this.#sent = '';
    this.#awareness.on('change', this.#restore);
    if (this.#user !== undefined) this.#awareness.setLocalStateField('user', this.#user);
    if (view.hasFocus) this.#request();
    return {
      update: (update) => {
        if (update.focusChanged || update.selectionSet || isMovedByText(update)) this.#request();
      },
      destroy: () => {
        this.#awareness.off('change', this.#restore);
        if (this.#timer !== null) window.clearTimeout(this.#timer);
        this.#timer = null;
        this.#view = null;
        this.#send(null);
      },
    };
  }

  /** A provider that reconnects may start one's state again, without what was told before. */
  readonly #restore = ({ added }: { added: number[] }) => {
    if (!added.includes(this.#awareness.clientID)) return;
    if (this.#user !== undefined && fields(this.#awareness.getLocalState())['user'] === undefined) {
      this.#awareness.setLocalStateField('user', this.#user);
    }
    this.#sent = '';
    this.#request();
  };

  #request(): void {
    if (this.#view === null) return;
    const delay = Math.max(0, this.#lastSent + LEAST_INTERVAL - performance.now());
    this.#timer ??= window.setTimeout(this.#announce, delay);
  }

  readonly #announce = () => {
    this.#timer = null;
    const view = this.#view;
    if (view === null) return;
    this.#seenFocus ||= view.hasFocus;
    if (!this.#seenFocus) return;
    this.#lastSent = performance.now();
    this.#send(this.#hidden ? null : view);
  };

  #send(view: EditorView | null): void {
    const state = this.#awareness.getLocalState();
    if (state === null) return;
    const told = view === null ? { cursor: null } : this.#carets(view);
    const key = JSON.stringify(told);
    if (key === this.#sent || (view === null && (state['cursor'] ?? null) === null)) return;
    this.#sent = key;
    const { ranges: _ranges, mainRange: _mainRange, ...others } = state;
    this.#awareness.setLocalState({ ...others, ...told });
  }

  #carets(view: EditorView): { cursor: WireRange; ranges?: WireRange[]; mainRange?: number } {
    const { ranges, main } = view.state.selection;
    const encode = (position: number) => encodePosition(this.#binding.text, this.#binding.toText(position, 1));
    const wire = (range: { anchor: number; head: number; empty: boolean }): WireRange => {
      const anchor = encode(range.anchor);
      return { anchor, head: range.empty ? anchor : encode(range.head) };
    };
    if (ranges.length === 1) return { cursor: wire(main) };
    const shown = ranges.slice(0, MAX_RANGES).map(wire);
    const mainRange = ranges.indexOf(main);
    return { cursor: shown[mainRange] ?? wire(main), ranges: shown, mainRange };
  }
}

/**
 * Whether a change of the text may have changed what a caret stands beside. Text of others that comes elsewhere does not,
 * and finding that out by encoding the position again would cost a walk over the text for each of their changes.
 */
function isMovedByText({ docChanged, transactions, changes, startState }: ViewUpdate): boolean {
  if (!docChanged) return false;
  if (transactions.some((transaction) => transaction.docChanged && transaction.annotation(fromText) === undefined)) {
    return true;
  }
  const isTouched = (position: number) => changes.touchesRange(position) !== false;
  return startState.selection.ranges.some(({ anchor, head }) => isTouched(anchor) || isTouched(head));
}
