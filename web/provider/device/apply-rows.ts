import * as Y from 'yjs';

/**
 * Applies rows of the offline copy in one transaction.
 * @param origin the transaction's
 * @param failed is told of what a row threw
 * @returns the keys of those that could be applied
 */
export function applyRows(
  doc: Y.Doc,
  rows: readonly { readonly key: number; readonly update: Uint8Array }[],
  origin: unknown,
  failed: (error: unknown) => void,
): number[] {
  const applied: number[] = [];
  doc.transact(() => {
    for (const { key, update } of rows) {
      try {
        Y.applyUpdate(doc, update, origin);
        applied.push(key);
      } catch (error) {
        failed(error);
      }
    }
  }, origin);
  return applied;
}
