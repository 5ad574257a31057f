/** An update of this many bytes is measured when it is applied; what is smaller is typing, and bounded by the gate. */
const HEAVY_BYTES = 4 * 1024;

/** Whether an update may take long to apply. Typing never does, and is not measured. */
export function isHeavy(update: Uint8Array, merge: boolean): boolean {
  return update.length > HEAVY_BYTES || (merge && bringsAnything(update));
}

/** Whether an update makes a document larger: it begins with the number of clients whose structs follow. */
export function bringsStructs(update: Uint8Array): boolean {
  return update[0] !== 0;
}

/** Whether an update holds structs or deletions. A reader with nothing to add answers step 1 with one that does not. */
export function bringsAnything(update: Uint8Array): boolean {
  return update.length !== 2 || bringsStructs(update) || update[1] !== 0;
}
