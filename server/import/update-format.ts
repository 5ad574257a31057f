import * as decoding from 'lib0/decoding';
import * as Y from 'yjs';

/**
 * A Yjs update in V1 encoding, of one in either. The two look alike to Yjs: read as the other, many an update is taken for an empty
 * one, and nothing is said.
 * @returns null when it is neither
 */
export function inV1(update: Uint8Array): Uint8Array | null {
  // V2 begins with a byte that is always 0. V1 begins so when it inserts nothing, and then all of it is a delete set.
  const isV2 = update[0] === 0 && !isDeleteSet(update.subarray(1));
  try {
    if (isV2) return Y.convertUpdateFormatV2ToV1(update);
    Y.decodeUpdate(update);
    return update;
  } catch {
    return null;
  }
}

/** Whether all of `bytes` is a delete set as V1 encodes it. */
function isDeleteSet(bytes: Uint8Array): boolean {
  const decoder = decoding.createDecoder(bytes);
  try {
    for (let clients = decoding.readVarUint(decoder); clients > 0; clients--) {
      decoding.readVarUint(decoder);
      for (let ranges = decoding.readVarUint(decoder); ranges > 0; ranges--) {
        decoding.readVarUint(decoder);
        decoding.readVarUint(decoder);
      }
    }
  } catch {
    return false;
  }
  return !decoding.hasContent(decoder);
}
