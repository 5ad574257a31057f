import { crc32c, masked } from './crc32c.ts';

/*
 * The log format of LevelDB, of its write-ahead logs and its MANIFEST: blocks of 32 KiB, in them fragments of
 *
 *   masked CRC-32C of type and data (4 bytes) | length of data (2) | type (1) | data
 *
 * (https://github.com/google/leveldb/blob/main/doc/log_format.md). When LevelDB opens a database, it skips what it cannot
 * read in a write-ahead log, up to a block at a time, and says so nowhere but in its own log file: acknowledged edits would
 * be gone without a trace, where they were the last of their document even without a gap in its sequence.
 */

const BLOCK_BYTES = 32 * 1024;
const HEADER_BYTES = 7;

/** Types of fragments: a whole record, or a part of one. */
const FULL = 1;
const FIRST = 2;
const LAST = 4;

/** Unwritten parts of a torn write are whole pages. */
const PAGE_BYTES = 4096;

/** What a log holds. */
export interface LogContent {
  /** The records up to the first damage, or to the end, in order. */
  readonly records: readonly Uint8Array[];
  /**
   * The offset of the first damage; null when there is none. A last write that was cut off by a crash is none: nobody was
   * told that it is stored.
   */
  readonly damagedAt: number | null;
}

/** Reads a log. With `skipDamage`, records behind damage are given as well: from the next block on, as LevelDB does it. */
export function readLog(log: Uint8Array, { skipDamage = false }: { skipDamage?: boolean } = {}): LogContent {
  const bytes = Buffer.from(log.buffer, log.byteOffset, log.byteLength);
  const records: Uint8Array[] = [];
  let damagedAt: number | null = null;
  let parts: Uint8Array[] | null = null;
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    const blockEnd = Math.floor(at / BLOCK_BYTES) * BLOCK_BYTES + BLOCK_BYTES;
    if (blockEnd - at < HEADER_BYTES) {
      at = blockEnd;
      continue;
    }
    if (isZero(bytes, at)) break;
    const end = fragmentEnd(bytes, at, blockEnd);
    const type = bytes[at + 6] ?? 0;
    const begins = type === FULL || type === FIRST;
    const isSound = end !== null && begins === (parts === null);
    if (!isSound) {
      if (end === null && isTorn(bytes, at, blockEnd)) break;
      damagedAt ??= at;
      if (!skipDamage) break;
      parts = null;
      // A fragment whose beginning or end is missing costs no more than itself.
      if (end === null || !begins) {
        at = end ?? blockEnd;
        continue;
      }
    }
    if (end === null) break;
    parts ??= [];
    parts.push(bytes.subarray(at + HEADER_BYTES, end));
    if (type === FULL || type === LAST) {
      records.push(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts));
      parts = null;
    }
    at = end;
  }
  return { records, damagedAt };
}

/** Whether nothing but zeros follows: room that the file system had made, and into which nothing was written. */
function isZero(bytes: Buffer, from: number): boolean {
  for (let at = from; at < bytes.length; at++) if (bytes[at] !== 0) return false;
  return true;
}

/** Where the sound fragment at `at` ends; null when there is none. */
function fragmentEnd(bytes: Buffer, at: number, blockEnd: number): number | null {
  const type = bytes[at + 6] ?? 0;
  const end = at + HEADER_BYTES + bytes.readUInt16LE(at + 4);
  if (type === 0 || type > LAST || end > Math.min(blockEnd, bytes.length)) return null;
  return masked(crc32c(bytes.subarray(at + 6, end))) === bytes.readUInt32LE(at) ? end : null;
}

/** Whether what cannot be read at `at` is a last write that did not come to its end. */
function isTorn(bytes: Buffer, at: number, blockEnd: number): boolean {
  if (blockEnd < bytes.length) return false;
  const claimed = at + HEADER_BYTES + bytes.readUInt16LE(at + 4);
  if (claimed <= bytes.length) {
    const page = Math.floor((bytes.length - 1) / PAGE_BYTES) * PAGE_BYTES;
    return claimed === bytes.length && page > at && isZero(bytes, page);
  }
  // A damaged length looks like a write that was cut off; but then the rest is sound with its true length,
  if (hasOtherLength(bytes, at)) return false;
  // or sound fragments follow.
  for (let next = at + 1; next + HEADER_BYTES < bytes.length; next++) {
    if (fragmentEnd(bytes, next, blockEnd) !== null) return false;
  }
  return true;
}

/** Whether the checksum at `at` is that of the bytes up to some end other than the one that the header claims. */
function hasOtherLength(bytes: Buffer, at: number): boolean {
  const expected = bytes.readUInt32LE(at);
  let crc = crc32c(bytes.subarray(at + 6, at + HEADER_BYTES));
  for (let end = at + HEADER_BYTES; ; end++) {
    if (masked(crc) === expected) return true;
    if (end >= bytes.length) return false;
    crc = crc32c(bytes.subarray(end, end + 1), crc);
  }
}
