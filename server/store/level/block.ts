import { BytesReader } from './bytes-reader.ts';
import { FormatError } from './format-error.ts';
import { unpackSnappy } from './snappy.ts';

/*
 * A block of a table as it stands in the file: the packed entries, how they are packed (1 byte), and the masked CRC-32C of
 * both (4 bytes). Unpacked it is
 *
 *   entries | offsets of the entries whose key is written in full (4 bytes each) | how many those are (4 bytes)
 *
 * and an entry is: bytes of the key that are those of the key before, bytes of the rest, bytes of the value (varints);
 * the rest of the key; the value.
 */

/** What stands behind the packed entries. */
export const BLOCK_TRAILER_BYTES = 5;

const PLAIN = 0;
const SNAPPY = 1;

/** Where a block is in its file. */
export interface BlockHandle {
  readonly offset: number;
  /** Without the trailer. */
  readonly bytes: number;
}

/** Where the next block begins. */
export function endOf({ offset, bytes }: BlockHandle): number {
  return offset + bytes + BLOCK_TRAILER_BYTES;
}

export function readHandle(reader: BytesReader): BlockHandle {
  return { offset: reader.varint(), bytes: reader.varint() };
}

/**
 * The entries of a block with its trailer, whose checksum was found to be right.
 * @throws FormatError
 */
export function parseBlock(stored: Uint8Array): { key: Buffer; value: Uint8Array }[] {
  const packed = stored.subarray(0, stored.length - BLOCK_TRAILER_BYTES);
  const packing = stored[packed.length];
  if (packing !== PLAIN && packing !== SNAPPY) throw new FormatError(`a block is packed in the unknown way ${packing}`);
  const block = packing === SNAPPY ? unpackSnappy(packed) : packed;
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  if (bytes.length < 4) throw new FormatError('a block is too short');
  const end = bytes.length - 4 - bytes.readUInt32LE(bytes.length - 4) * 4;
  if (end < 0) throw new FormatError('a block is too short');
  const reader = new BytesReader(bytes.subarray(0, end));
  const entries: { key: Buffer; value: Uint8Array }[] = [];
  let before: Buffer = Buffer.alloc(0);
  while (!reader.isAtEnd) {
    const [shared, rest, valueBytes] = [reader.varint(), reader.varint(), reader.varint()];
    if (shared > before.length) throw new FormatError('a block holds a key without its beginning');
    const key = Buffer.concat([before.subarray(0, shared), reader.take(rest)]);
    entries.push({ key, value: reader.take(valueBytes) });
    before = key;
  }
  return entries;
}
