import type { KeyRange } from '../store/store.ts';

/*
 * Keys of the store. Document names hold no NUL byte (protocol/document-name.ts), so a NUL ends a name and no document's
 * range reaches into another's.
 *
 *   m/format                        version of this layout and the store's id, JSON
 *   d/<name> NUL c                  catalogue entry
 *   d/<name> NUL s                  snapshot
 *   d/<name> NUL u <8 bytes>        log record; the sequence number, big-endian
 */

export const FORMAT_KEY = Buffer.from('m/format');

const CATALOGUE = 'c';
const SNAPSHOT = 's';
const LOG = 'u';

/** Every key of every document. */
export const ALL_DOCUMENTS: KeyRange = { from: Buffer.from('d/'), to: Buffer.from('d0') };

function documentKey(name: string, kind: string): Buffer {
  return Buffer.from(`d/${name}\0${kind}`);
}

export function catalogueKey(name: string): Buffer {
  return documentKey(name, CATALOGUE);
}

export function snapshotKey(name: string): Buffer {
  return documentKey(name, SNAPSHOT);
}

export function logKey(name: string, sequence: number): Buffer {
  const prefix = documentKey(name, LOG);
  const key = Buffer.alloc(prefix.length + 8);
  prefix.copy(key);
  key.writeBigUInt64BE(BigInt(sequence), prefix.length);
  return key;
}

/** The log from `sequence` on. */
export function logRange(name: string, sequence: number): KeyRange {
  return { from: logKey(name, sequence), to: documentKey(name, String.fromCharCode(LOG.charCodeAt(0) + 1)) };
}

/** The sequence number at the end of a log key. */
export function logSequence(key: Uint8Array): number {
  return Number(Buffer.from(key.buffer, key.byteOffset, key.byteLength).readBigUInt64BE(key.length - 8));
}
