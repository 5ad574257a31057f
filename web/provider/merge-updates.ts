import * as Y from 'yjs';

/** `Y.mergeUpdates` takes quadratic time, so it never gets more updates than this at once. */
const BRANCH = 64;

/** Merges any number of updates into one, in a tree of small merges. */
export function mergeUpdates(updates: readonly Uint8Array[]): Uint8Array {
  const [only] = updates;
  if (updates.length === 1 && only !== undefined) return only;
  if (updates.length <= BRANCH) return Y.mergeUpdates([...updates]);
  const merged: Uint8Array[] = [];
  for (let start = 0; start < updates.length; start += BRANCH) {
    merged.push(Y.mergeUpdates(updates.slice(start, start + BRANCH)));
  }
  return mergeUpdates(merged);
}
