import { HAS_RIGHT_ORIGIN, type ScannedStruct } from './update-scan.ts';

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

/** An update of its own with the struct `head`, which names a left and a right origin in `update`, without the right one. */
export function sliceWithoutRight(update: Uint8Array, head: ScannedStruct): Uint8Array {
  const right = behindVarUint(update, behindVarUint(update, head.start + 1));
  const content = behindVarUint(update, behindVarUint(update, right));
  const struct = new Uint8Array(right - head.start + head.end - content);
  struct.set(update.subarray(head.start, right));
  struct.set(update.subarray(content, head.end), right - head.start);
  struct[0] = (struct[0] ?? 0) & ~HAS_RIGHT_ORIGIN;
  return sliceStructs(struct, { ...head, start: 0 }, 1, struct.length);
}

/** An update of its own with nothing but the delete set that begins at byte `start` of `update`. */
export function sliceDeletes(update: Uint8Array, start: number): Uint8Array {
  const bytes = new Uint8Array(1 + update.length - start);
  bytes.set(update.subarray(start), 1);
  return bytes;
}

function behindVarUint(bytes: Uint8Array, start: number): number {
  let pos = start;
  while ((bytes[pos] ?? 0) >= 0x80) pos += 1;
  return pos + 1;
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
