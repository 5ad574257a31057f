import * as Y from 'yjs';

/** Whether the document holds updates whose predecessors it has not seen yet. */
export function hasPending(doc: Y.Doc): boolean {
  return doc.store.pendingStructs !== null || doc.store.pendingDs !== null;
}

/**
 * What the document has and the owner of `stateVector` lacks, as one V1 update, without pending parts: `Y.encodeStateAsUpdate`
 * would add those, but a server refuses an update with a gap, and would ask again and again.
 */
export function encodeMissing(doc: Y.Doc, stateVector: Uint8Array): Uint8Array {
  const { store } = doc;
  const { pendingStructs, pendingDs } = store;
  store.pendingStructs = null;
  store.pendingDs = null;
  try {
    return Y.encodeStateAsUpdate(doc, stateVector);
  } finally {
    store.pendingStructs = pendingStructs;
    store.pendingDs = pendingDs;
  }
}
