/** Many updates in one buffer, so that they go from thread to thread without being copied one by one. */
export interface PackedUpdates {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each ends. */
  readonly ends: Float64Array<ArrayBuffer>;
}

/** Copies updates behind each other. */
export function packUpdates(updates: readonly Uint8Array[]): PackedUpdates {
  const ends = new Float64Array(updates.length);
  let length = 0;
  updates.forEach((update, index) => {
    length += update.length;
    ends[index] = length;
  });
  const bytes = new Uint8Array(length);
  updates.forEach((update, index) => {
    bytes.set(update, (ends[index] ?? 0) - update.length);
  });
  return { bytes, ends };
}

/** The updates as views of the buffer. */
export function unpackUpdates({ bytes, ends }: PackedUpdates): Uint8Array[] {
  let start = 0;
  return Array.from(ends, (end) => {
    const update = bytes.subarray(start, end);
    start = end;
    return update;
  });
}
