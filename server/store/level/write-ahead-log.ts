import { BytesReader } from './bytes-reader.ts';
import { FormatError } from './format-error.ts';
import type { Version } from './internal-key.ts';

const HEADER_BYTES = 12;

/** One record of a write-ahead log: the writes that were done together. */
export interface WriteBatch {
  /** Of its last write; the ones before have the numbers before. */
  readonly lastSequence: number;
  readonly writes: readonly Version[];
}

/**
 * Takes a record apart: `sequence (8 bytes) | count (4) | writes`, a write being `1, key, value` or `0, key`.
 * @throws FormatError
 */
export function parseWriteBatch(record: Uint8Array): WriteBatch {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
  if (bytes.length < HEADER_BYTES) throw new FormatError('a record is too short');
  const first = Number(bytes.readBigUInt64LE(0));
  const count = bytes.readUInt32LE(8);
  const reader = new BytesReader(bytes.subarray(HEADER_BYTES));
  const writes: Version[] = [];
  while (!reader.isAtEnd) {
    const kind = reader.byte();
    if (kind !== 0 && kind !== 1) throw new FormatError(`a record holds a write of the unknown kind ${kind}`);
    const key = Buffer.from(reader.string());
    writes.push({ key, sequence: first + writes.length, value: kind === 0 ? null : reader.string() });
  }
  if (writes.length !== count) throw new FormatError(`a record holds ${writes.length} writes instead of ${count}`);
  return { lastSequence: first + count - 1, writes };
}
