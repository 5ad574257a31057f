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

/**
 * Whether an update that made `Y.applyUpdate` throw is in the document all the same: then not the update was broken, but
 * an observer of the host, which Yjs calls and whose error it passes on.
 */
export function wasApplied(doc: Y.Doc, update: Uint8Array): boolean {
  try {
    Y.decodeUpdate(update);
    return [...Y.parseUpdateMeta(update).to].every(([client, clock]) => clock <= Y.getState(doc.store, client));
  } catch {
    // It cannot even be read.
    return false;
  }
}
