import { ChangeSet, type Text } from '@codemirror/state';
import type * as Y from 'yjs';
import { isHighSurrogate, isLowSurrogate, splitsPair, toDocument } from './text-content.ts';

/** Max UTF-16 units that one Yjs transaction inserts, so that no single update frame grows large. */
export const CHUNK_UNITS = 64 * 1024;

/** Changes that touch whole code points only. */
export interface WholeChanges {
  /** The changes for the Y.Text. */
  changes: ChangeSet;
  /** What the editor must change to show the same, or null (nearly always) when it already does. */
  correction: ChangeSet | null;
}

interface Span {
  fromA: number;
  toA: number;
  fromB: number;
  toB: number;
  /** Whether it ends in the first half of a pair whose second may be typed next. */
  endsInHalf: boolean;
}

/**
 * Widens changes so that none of them splits a surrogate pair and what they insert is well-formed. Yjs encodes text as
 * UTF-8, where half a pair cannot exist: it would arrive at everybody else as U+FFFD and the replicas would differ.
 * A first half at the end of what is inserted waits for its second: Firefox types a pair as two keys.
 * @param changes from `before` to `after`
 */
export function wholeCodePoints(changes: ChangeSet, before: Text, after: Text): WholeChanges {
  let whole = true;
  changes.iterChanges((fromA, toA, _fromB, _toB, inserted) => {
    whole &&= !splitsPair(before, fromA) && !splitsPair(before, toA) && isWellFormed(inserted);
  });
  if (whole) return { changes, correction: null };

  const spans: Span[] = [];
  changes.iterChanges((fromA, toA, fromB, toB, inserted) => {
    // A half that waits in front of what is inserted is written with it.
    const start = splitsPair(before, fromA) || splitsPair(after, fromB) ? 1 : 0;
    const end = splitsPair(before, toA) ? 1 : 0;
    const endsInHalf =
      inserted.length > 0 &&
      isHighSurrogate(inserted.sliceString(inserted.length - 1).charCodeAt(0)) &&
      !splitsPair(after, toB);
    const span = { fromA: fromA - start, toA: toA + end, fromB: fromB - start, toB: toB + end, endsInHalf };
    const last = spans.at(-1);
    if (last !== undefined && span.fromA <= last.toA) {
      last.toA = Math.max(last.toA, span.toA);
      last.toB = Math.max(last.toB, span.toB);
      last.endsInHalf = span.endsInHalf;
    } else {
      spans.push(span);
    }
  });
  const written = spans.map(({ fromB, toB, endsInHalf }) =>
    after.sliceString(fromB, endsInHalf ? toB - 1 : toB).toWellFormed(),
  );
  const widened = ChangeSet.of(
    spans.map((span, i) => ({ from: span.fromA, to: span.toA, insert: toDocument(written[i] ?? '') })),
    before.length,
  );
  const wrong = spans.flatMap((span, i) => {
    const insert = written[i] ?? '';
    const shown = after.sliceString(span.fromB, span.toB);
    if (shown === insert) return [];
    if (span.endsInHalf && shown.slice(0, -1) === insert)
      return [{ from: span.toB - 1, to: span.toB, insert: toDocument('') }];
    return [{ from: span.fromB, to: span.toB, insert: toDocument(insert) }];
  });
  return { changes: widened, correction: wrong.length === 0 ? null : ChangeSet.of(wrong, after.length) };
}

function isWellFormed(inserted: Text): boolean {
  for (const part of inserted.iter()) if (!part.isWellFormed()) return false;
  return true;
}

/**
 * Writes changes into a Y.Text: one transaction, or several when more than CHUNK_UNITS are inserted. Work goes from the
 * end to the start, so that the positions of what is still to come stay right.
 * @param transact runs one transaction
 */
export function writeChanges(text: Y.Text, changes: ChangeSet, transact: (write: () => void) => void): void {
  const changeSteps: { position: number; remove: number; insert: string }[][] = [];
  changes.iterChanges((fromA, toA, _fromB, _toB, inserted) => {
    const chunks = splitUnits(inserted.sliceString(0), CHUNK_UNITS);
    let offset = 0;
    const own = [{ position: fromA, remove: toA - fromA, insert: chunks[0] ?? '' }];
    for (const chunk of chunks.slice(1)) {
      offset += (chunks[own.length - 1] ?? '').length;
      own.push({ position: fromA + offset, remove: 0, insert: chunk });
    }
    changeSteps.push(own);
  });
  // The chunks of one change go in their own order, the changes in reverse.
  const steps = changeSteps.reverse().flat();
  let next = 0;
  while (next < steps.length) {
    transact(() => {
      let units = 0;
      for (; next < steps.length; next++) {
        const step = steps[next];
        if (step === undefined || (units > 0 && units + step.insert.length > CHUNK_UNITS)) return;
        if (step.remove > 0) text.delete(step.position, step.remove);
        if (step.insert !== '') text.insert(step.position, step.insert);
        units += step.insert.length;
      }
    });
  }
}

/** Cuts a string into pieces of at most `units`, never inside a surrogate pair. */
export function splitUnits(content: string, units: number): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < content.length; ) {
    let to = Math.min(content.length, from + units);
    const cutsPair =
      to < content.length && isHighSurrogate(content.charCodeAt(to - 1)) && isLowSurrogate(content.charCodeAt(to));
    if (cutsPair && to - from > 1) to--;
    pieces.push(content.slice(from, to));
    from = to;
  }
  return pieces;
}
