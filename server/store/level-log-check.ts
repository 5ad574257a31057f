import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/*
 * LevelDB's write-ahead log: blocks of 32 KiB, in them records of
 *
 *   masked CRC-32C of type and data (4 bytes) | length of data (2) | type (1) | data
 *
 * (https://github.com/google/leveldb/blob/main/doc/log_format.md). When LevelDB opens a database, it skips what it cannot
 * read in there, up to a block at a time, and says so nowhere but in its own log file: acknowledged edits would be gone
 * without a trace, where they were the last of their document even without a gap in its sequence.
 */

const BLOCK_BYTES = 32 * 1024;
const HEADER_BYTES = 7;
const LAST_TYPE = 4;

/** Unwritten parts of a torn write are whole pages. */
const PAGE_BYTES = 4096;

const MASK_DELTA = 0xa282ead8;

/**
 * Looks for damage in the write-ahead logs of a database that is not open. A last write that was cut off by a crash is
 * none: nobody was told that it is stored.
 * @returns where the first damage is, for people; null when there is none
 */
export async function findLogDamage(location: string): Promise<string | null> {
  for (const name of (await readdir(location)).filter((file) => file.endsWith('.log')).sort()) {
    const log = await readFile(join(location, name)).catch((error: NodeJS.ErrnoException) => {
      // Another process has the database open and is done with this log; the lock will say so.
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    const at = log === null ? null : damageIn(log);
    if (at !== null) return `${name}, byte ${at}`;
  }
  return null;
}

/** The offset of the first damaged record of a log; null when all are sound. */
export function damageIn(log: Uint8Array): number | null {
  const bytes = Buffer.from(log.buffer, log.byteOffset, log.byteLength);
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    const blockEnd = Math.floor(at / BLOCK_BYTES) * BLOCK_BYTES + BLOCK_BYTES;
    if (blockEnd - at < HEADER_BYTES || isUnwritten(bytes, at)) {
      at = blockEnd;
      continue;
    }
    const end = recordEnd(bytes, at, blockEnd);
    if (end === null) return isTorn(bytes, at, blockEnd) ? null : at;
    at = end;
  }
  return null;
}

/** Type and length zero: the rest of the block was reserved and not written. */
function isUnwritten(bytes: Buffer, at: number): boolean {
  return bytes.readUInt16LE(at + 4) === 0 && bytes[at + 6] === 0;
}

/** Where the sound record at `at` ends; null when there is none. */
function recordEnd(bytes: Buffer, at: number, blockEnd: number): number | null {
  const type = bytes[at + 6] ?? 0;
  const end = at + HEADER_BYTES + bytes.readUInt16LE(at + 4);
  if (type === 0 || type > LAST_TYPE || end > Math.min(blockEnd, bytes.length)) return null;
  const crc = crc32c(bytes.subarray(at + 6, end));
  const masked = (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
  return masked === bytes.readUInt32LE(at) ? end : null;
}

/** Whether what cannot be read at `at` is a last write that did not come to its end. */
function isTorn(bytes: Buffer, at: number, blockEnd: number): boolean {
  if (blockEnd < bytes.length) return false;
  const claimed = at + HEADER_BYTES + bytes.readUInt16LE(at + 4);
  if (claimed <= bytes.length) {
    const page = Math.floor((bytes.length - 1) / PAGE_BYTES) * PAGE_BYTES;
    return claimed === bytes.length && page > at && bytes.subarray(page).every((byte) => byte === 0);
  }
  // A damaged length looks like a write that was cut off; but then sound records follow.
  for (let next = at + 1; next + HEADER_BYTES < bytes.length; next++) {
    if (!isUnwritten(bytes, next) && recordEnd(bytes, next, blockEnd) !== null) return false;
  }
  return true;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** CRC-32 with Castagnoli's polynomial, which zlib does not have. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}
