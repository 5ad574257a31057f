import type { ScannedStruct } from './update-scan.ts';

/** An update of its own with the `count` structs of one client that stand in `update` from `head` on up to byte `end`. */
export function sliceStructs(update: Uint8Array, head: ScannedStruct, count: number, end: number): Uint8Array {
  const bytes = new Uint8Array(1 + 5 + 5 + 5 + (end - head.start) + 1);
  bytes[0] = 1;
  let pos = writeVarUint(bytes, 1, count);
  pos = writeVarUint(bytes, pos, head.client);
  pos = writeVarUint(bytes, pos, head.clock);
  bytes.set(update.subarray(head.start, end), pos);
  pos += end - head.start;
  // No deletions.
  bytes[pos] = 0;
  return bytes.subarray(0, pos + 1);
}

/** An update of its own with nothing but the delete set that begins at byte `start` of `update`. */
export function sliceDeletes(update: Uint8Array, start: number): Uint8Array {
  const bytes = new Uint8Array(1 + update.length - start);
  bytes.set(update.subarray(start), 1);
  return bytes;
}

function writeVarUint(bytes: Uint8Array, start: number, value: number): number {
  let pos = start;
  let rest = value;
  while (rest >= 0x80) {
    bytes[pos++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  bytes[pos++] = rest;
  return pos;
}
