import { ChangeSet, type Text } from '@codemirror/state';
import * as Y from 'yjs';
import { isHighSurrogate, isLowSurrogate, itemContent, toDocument } from './text-content.ts';

/** What Yjs puts in place of both halves when something splits a surrogate pair. */
const REPLACEMENT = 0xfffd;

interface ClockRange {
  from: number;
  to: number;
}

interface Replacement {
  from: number;
  to: number;
  insert: string;
}

/**
 * Remembers which transactions changed a Y.Text since the editor last looked, and tells once, for all of them together,
 * what they changed. `event.delta` would walk the text once a transaction; this walks it once for all that is shown together.
 *
 * What is remembered is small: the clocks before the first transaction, so that later items are known to be new, and the
 * clock ranges of characters that were deleted (Yjs throws their content away after the observers have run, so they are
 * noted in the observer).
 */
export class RemoteChanges {
  readonly #text: Y.Text;
  #before: Map<number, number> | null = null;
  readonly #deleted = new Map<number, ClockRange[]>();

  constructor(text: Y.Text) {
    this.#text = text;
  }

  /** Whether nothing was recorded since the last take or reset. */
  get empty(): boolean {
    return this.#before === null;
  }

  /** Records one transaction. To be called from an observer of the text, while deleted content is still there. */
  record(transaction: Y.Transaction): void {
    this.#before ??= transaction.beforeState;
    Y.iterateDeletedStructs(transaction, transaction.deleteSet, (struct) => {
      if (!(struct instanceof Y.Item) || struct.parent !== this.#text || !struct.countable) return;
      const range = { from: struct.id.clock, to: struct.id.clock + struct.length };
      const ranges = this.#deleted.get(struct.id.client);
      if (ranges === undefined) this.#deleted.set(struct.id.client, [range]);
      else ranges.push(range);
    });
  }

  /** Forgets what was recorded. */
  reset(): void {
    this.#before = null;
    this.#deleted.clear();
  }

  /**
   * The recorded changes as one change set on `doc`, which must be the text as it was before the first of them.
   * Recording starts again.
   * @returns null when `doc` cannot have been that text (its length is wrong); the caller then compares the whole texts
   */
  take(doc: Text): ChangeSet | null {
    const before = this.#before ?? new Map<number, number>();
    for (const ranges of this.#deleted.values()) ranges.sort((a, b) => a.from - b.from);
    const changes = new ReplacementList();
    let position = 0;
    for (let item = this.#text._start; item !== null; item = item.right) {
      const known = before.get(item.id.client) ?? 0;
      if (item.deleted) {
        const length = this.#deletedUnits(item, known);
        if (length > 0) changes.replace(position, position + length, '');
        position += length;
      } else if (item.countable) {
        // Yjs joins neighbouring items of one client, so the front of an item may be old and its rest new.
        const kept = Math.min(item.length, Math.max(0, known - item.id.clock));
        if (kept > 0) {
          if (item.content instanceof Y.ContentString) brokenPairs(item.content.str, kept, doc, position, changes);
          position += kept;
        }
        if (kept < item.length) changes.replace(position, position, itemContent(item).slice(kept));
      }
    }
    this.reset();
    if (position !== doc.length) return null;
    return ChangeSet.of(
      changes.list.map(({ from, to, insert }) => ({ from, to, insert: toDocument(insert) })),
      doc.length,
    );
  }

  /** How many units of a deleted item the editor still shows: those that were there before and deleted since. */
  #deletedUnits(item: Y.Item, known: number): number {
    const ranges = this.#deleted.get(item.id.client);
    if (ranges === undefined) return 0;
    const from = item.id.clock;
    const to = Math.min(from + item.length, known);
    let units = 0;
    for (let i = firstEndingAfter(ranges, from); i < ranges.length; i++) {
      const range = ranges[i];
      if (range === undefined || range.from >= to) break;
      units += Math.min(range.to, to) - Math.max(range.from, from);
    }
    return units;
  }
}

/** Index of the first of the ascending, disjoint ranges that ends after `clock`. */
function firstEndingAfter(ranges: readonly ClockRange[], clock: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.to ?? 0) <= clock) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * A change that splits a surrogate pair makes Yjs replace both halves with U+FFFD without saying so. Halves are then the
 * first or last unit of an item, so looking at those finds them all.
 */
function brokenPairs(content: string, kept: number, doc: Text, position: number, changes: ReplacementList): void {
  for (const offset of kept === 1 ? [0] : [0, kept - 1]) {
    if (content.charCodeAt(offset) !== REPLACEMENT || position + offset >= doc.length) continue;
    const at = position + offset;
    const shown = doc.sliceString(at, at + 1).charCodeAt(0);
    if (isHighSurrogate(shown) || isLowSurrogate(shown)) changes.replace(at, at + 1, '\ufffd');
  }
}

/** Replacements in ascending order; those that touch become one. */
class ReplacementList {
  readonly list: Replacement[] = [];

  replace(from: number, to: number, insert: string): void {
    const last = this.list.at(-1);
    if (last === undefined || last.to < from) {
      this.list.push({ from, to, insert });
    } else {
      last.to = to;
      last.insert += insert;
    }
  }
}
