import { FormatError } from './format-error.ts';

/*
 * Every write of a key has a sequence number. A key in a table is the key itself and, in eight bytes, the number and what
 * was done: `sequence << 8 | kind`, little-endian.
 */

const TRAILER_BYTES = 8;

/** One write of one key. */
export interface Version {
  readonly key: Buffer;
  readonly sequence: number;
  /** Null: the key was deleted. */
  readonly value: Uint8Array | null;
}

export interface InternalKey {
  readonly key: Buffer;
  readonly sequence: number;
  readonly isDeletion: boolean;
}

/** @throws FormatError */
export function parseInternalKey(bytes: Uint8Array): InternalKey {
  const internal = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = internal.length - TRAILER_BYTES;
  if (length < 0) throw new FormatError('a key is too short');
  const kind = internal[length];
  if (kind !== 0 && kind !== 1) throw new FormatError(`a key is of the unknown kind ${kind}`);
  const sequence = internal.readUIntLE(length + 1, 6) + (internal[length + 7] ?? 0) * 2 ** 48;
  return { key: internal.subarray(0, length), sequence, isDeletion: kind === 0 };
}

/** The order of tables: by key, the latest write of a key first. */
export function compareVersions(a: { key: Buffer; sequence: number }, b: { key: Buffer; sequence: number }): number {
  return Buffer.compare(a.key, b.key) || b.sequence - a.sequence;
}
