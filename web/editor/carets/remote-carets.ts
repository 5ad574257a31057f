import { type ChangeSet, type Extension, StateEffect } from '@codemirror/state';
import { type EditorView, type PluginValue, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import type { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { fromText, type TextBinding } from '../binding/text-binding.ts';
import { caretLayers, type RemoteCaret } from './caret-layer.ts';
import { MAX_RANGES, parsePosition, resolvePositions, type WirePosition } from './caret-positions.ts';
import { fields, type Person, personOf, shownName } from './people.ts';

/** How long a name stays beside its caret after its person moved or typed, in milliseconds. */
const NAME_SHOWN = 2_000;

/** Dispatched when people's carets have moved by more than the text around them. */
const caretsMoved = StateEffect.define<null>();

interface Tracked extends RemoteCaret {
  wire: { anchor: WirePosition; head: WirePosition }[];
  /** Whether `ranges` must be found again from `wire`. */
  stale: boolean;
  /** Whether a position names a character that has not arrived. */
  waiting: boolean;
  /** The person's clock, to notice their typing. */
  clock: number;
  shownUntil: number;
}

/**
 * Keeps track of everybody else's carets and has them drawn.
 *
 * Relative positions are resolved only when their person sent new ones; until then positions move with the text through
 * its change sets, which costs the same for a long document as for a short one.
 */
export class RemoteCarets {
  readonly extension: Extension;
  readonly #binding: TextBinding;
  readonly #awareness: Awareness;
  readonly #tracked = new Map<number, Tracked>();
  readonly #listeners = new Set<() => void>();
  readonly #redraw: (view: EditorView) => void;
  #view: EditorView | null = null;
  /** Whether anything happened that the drawn carets do not show. */
  #dirty = true;
  #fade: number | null = null;
  #hovered: number | null = null;
  #marksGuests: boolean;

  /** @param marksGuests whether guests carry "(guest)" although nobody known has been here yet */
  constructor(binding: TextBinding, awareness: Awareness, marksGuests: boolean) {
    this.#binding = binding;
    this.#awareness = awareness;
    this.#marksGuests = marksGuests;
    const layers = caretLayers({
      carets: () => this.#tracked.values(),
      nameOf: (person) => this.nameOf(person),
      isNamed: (clientId) => this.#isNamed(clientId),
      hover: (clientId) => this.#hover(clientId),
      moved: (update) => update.transactions.some((tr) => tr.effects.some((effect) => effect.is(caretsMoved))),
    });
    this.#redraw = layers.showNames;
    this.extension = [ViewPlugin.define((view) => this.#attach(view)), layers.extension];
  }

  /** The carets of one person, or null when there are none to see. */
  of(clientId: number): RemoteCaret | null {
    const caret = this.#tracked.get(clientId);
    return caret === undefined || caret.ranges.length === 0 ? null : caret;
  }

  /** A person's name as it is shown: with "(guest)" behind it once anybody known has been here, or when told to. */
  nameOf(person: Person): string {
    return shownName(person, this.#marksGuests);
  }

  /** Marks guests from now on. */
  markGuests(): void {
    this.#marksGuests = true;
    this.#request();
  }

  /** Calls back after carets have moved for their own reasons. @returns stops it */
  onMove(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #attach(view: EditorView): PluginValue {
    const stopListening = this.#binding.onShow(() => this.#show());
    this.#view = view;
    for (const clientId of this.#awareness.getStates().keys()) this.#read(clientId, false);
    this.#request();
    this.#awareness.on('change', this.#changed);
    return {
      update: (update) => this.#update(update),
      destroy: () => {
        this.#awareness.off('change', this.#changed);
        stopListening();
        if (this.#fade !== null) window.clearTimeout(this.#fade);
        this.#fade = null;
        this.#view = null;
        this.#tracked.clear();
      },
    };
  }

  readonly #changed = (change: { added: number[]; updated: number[]; removed: number[] }) => {
    for (const clientId of change.added) this.#read(clientId, true);
    for (const clientId of change.updated) this.#read(clientId, true);
    for (const clientId of change.removed) this.#tracked.delete(clientId);
    this.#request();
  };

  /** Takes over what a person's awareness state says, without looking at the text yet. */
  #read(clientId: number, active: boolean): void {
    const state = this.#awareness.getStates().get(clientId);
    if (state === undefined) return;
    const person = personOf(clientId, state, this.#awareness.clientID);
    // Stays when they leave: that is when somebody else could take their name.
    this.#marksGuests ||= person.known;
    if (person.isSelf) return;
    const { wire, main } = wireRanges(state);
    const old = this.#tracked.get(clientId);
    const moved = JSON.stringify(wire) !== JSON.stringify(old?.wire ?? []);
    this.#tracked.set(clientId, {
      person,
      ranges: old?.ranges ?? [],
      main,
      wire,
      stale: moved || (old?.stale ?? false),
      waiting: old?.waiting ?? false,
      clock: old?.clock ?? this.#clockOf(clientId),
      shownUntil: moved && active ? this.#showName() : (old?.shownUntil ?? 0),
    });
  }

  #request(): void {
    this.#dirty = true;
    // Carets refer to text that came with them, which is shown first.
    this.#binding.requestShow();
  }

  #show(): void {
    if (this.#view === null) return;
    if (this.#dirty) this.#refresh(this.#view);
    // Reading a position makes the editor measure now. By itself it would in the next frame, so that carets would lag behind
    // their text and all of it would be painted twice.
    if (this.#tracked.size > 0) this.#view?.coordsAtPos(this.#view.viewport.from);
  }

  /** Finds the positions of those who moved, and has all carets drawn again. */
  #refresh(view: EditorView): void {
    this.#dirty = false;
    const stale = [...this.#tracked.values()].filter((caret) => caret.stale);
    const indexes = resolvePositions(
      this.#binding.text,
      stale.flatMap((caret) => caret.wire.flatMap(({ anchor, head }) => [anchor, head])),
    );
    let next = 0;
    for (const caret of stale) {
      const ranges = caret.wire.map((wire) => ({
        anchor: this.#shown(view, indexes[next++] ?? null, wire.anchor.assoc),
        head: this.#shown(view, indexes[next++] ?? null, wire.head.assoc),
      }));
      const known = ranges.flatMap(({ anchor, head }) => (anchor === null || head === null ? [] : [{ anchor, head }]));
      caret.waiting = known.length < ranges.length;
      caret.stale = false;
      // The rest of the text is on its way: until then the carets stay where they were.
      if (!caret.waiting) caret.ranges = known;
    }
    view.dispatch({ effects: caretsMoved.of(null), filter: false });
    for (const listener of this.#listeners) listener();
  }

  #shown(view: EditorView, index: number | null, assoc: number): number | null {
    if (index === null) return null;
    return Math.min(view.state.doc.length, this.#binding.toView(index, assoc < 0 ? -1 : 1));
  }

  #update(update: ViewUpdate): void {
    if (!update.docChanged) return;
    for (const caret of this.#tracked.values()) moveRanges(caret, update.changes);
    if (!update.transactions.some((transaction) => transaction.annotation(fromText) !== undefined)) return;
    for (const [clientId, caret] of this.#tracked) {
      const clock = this.#clockOf(clientId);
      if (clock !== caret.clock) caret.shownUntil = this.#showName();
      caret.clock = clock;
      if (!caret.waiting) continue;
      caret.stale = true;
      this.#request();
    }
  }

  #clockOf(clientId: number): number {
    const { doc } = this.#binding.text;
    return doc === null ? 0 : Y.getState(doc.store, clientId);
  }

  #showName(): number {
    this.#fade ??= window.setTimeout(this.#fadeNames, NAME_SHOWN);
    return performance.now() + NAME_SHOWN;
  }

  readonly #fadeNames = () => {
    this.#fade = null;
    const now = performance.now();
    const next = [...this.#tracked.values()].reduce(
      (soonest, { shownUntil }) => (shownUntil > now ? Math.min(soonest, shownUntil) : soonest),
      Number.POSITIVE_INFINITY,
    );
    if (next !== Number.POSITIVE_INFINITY) this.#fade = window.setTimeout(this.#fadeNames, Math.max(50, next - now));
    if (this.#view !== null) this.#redraw(this.#view);
  };

  #isNamed(clientId: number): boolean {
    return this.#hovered === clientId || (this.#tracked.get(clientId)?.shownUntil ?? 0) > performance.now();
  }

  #hover(clientId: number | null): void {
    if (this.#hovered === clientId) return;
    this.#hovered = clientId;
    if (this.#view !== null) this.#redraw(this.#view);
  }
}

/** The ranges that an awareness state tells: `ranges` of our clients, else the one of `cursor`. */
function wireRanges(state: unknown): { wire: Tracked['wire']; main: number } {
  const { cursor, ranges, mainRange } = fields(state);
  const several = Array.isArray(ranges) ? ranges.slice(0, MAX_RANGES) : [];
  const wire = (several.length > 0 && fields(cursor)['head'] != null ? several : [cursor]).flatMap((range) => {
    const anchor = parsePosition(fields(range)['anchor']);
    const head = parsePosition(fields(range)['head']);
    return anchor === null || head === null ? [] : [{ anchor, head }];
  });
  const main = typeof mainRange === 'number' && Number.isInteger(mainRange) ? mainRange : 0;
  return { wire, main: Math.min(Math.max(main, 0), Math.max(0, wire.length - 1)) };
}

/** Moves carets with the text, as relative positions would: behind what is inserted where they stand. */
function moveRanges(caret: Tracked, changes: ChangeSet): void {
  for (let i = 0; i < caret.ranges.length; i++) {
    const range = caret.ranges[i];
    if (range === undefined) continue;
    range.anchor = changes.mapPos(range.anchor, (caret.wire[i]?.anchor.assoc ?? 0) < 0 ? -1 : 1);
    range.head = changes.mapPos(range.head, (caret.wire[i]?.head.assoc ?? 0) < 0 ? -1 : 1);
  }
}
