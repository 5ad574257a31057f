import type { KeyRange } from '../store/store.ts';

/*
 * Keys of the store. Document names hold no NUL byte (protocol/document-name.ts), so a NUL ends a name and no document's
 * range reaches into another's.
 *
 *   m/format                        version of this layout and the store's id, JSON
 *   m/secret                        the secret that the server signs tickets with
 *   r/<kind>/<id>                   what the server keeps beside documents (server-records.ts)
 *   d/<name> NUL a                  who has access, JSON; also of a document that has no text yet
 *   d/<name> NUL c                  catalogue entry
 *   d/<name> NUL s                  snapshot
 *   d/<name> NUL u <8 bytes>        log record; the sequence number, big-endian
 */

export const FORMAT_KEY = Buffer.from('m/format');
export const SECRET_KEY = Buffer.from('m/secret');

const ACCESS = 'a';
const CATALOGUE = 'c';
const SNAPSHOT = 's';
const LOG = 'u';

/** Every key of the store, whatever it belongs to. */
export const ALL_KEYS: KeyRange = { from: new Uint8Array([0]), to: new Uint8Array([0xff]) };

/** Every key of every document. */
export const ALL_DOCUMENTS: KeyRange = { from: Buffer.from('d/'), to: Buffer.from('d0') };

function documentKey(name: string, kind: string): Buffer {
  return Buffer.from(`d/${name}\0${kind}`);
}

export function accessKey(name: string): Buffer {
  return documentKey(name, ACCESS);
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

/** What a key is: a part of a document, or something else (`name` null). */
export type ParsedKey =
  | { readonly name: string; readonly kind: 'access' | 'catalogue' | 'snapshot' | 'other' }
  | { readonly name: string; readonly kind: 'log'; readonly sequence: number }
  | { readonly name: null };

/** Takes a key apart. A key below `d/` that ends no name is something else. */
export function parseKey(key: Uint8Array): ParsedKey {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  const end = bytes.indexOf(0);
  if (end === -1 || !bytes.subarray(0, 2).equals(ALL_DOCUMENTS.from)) return { name: null };
  const name = bytes.toString('utf8', 2, end);
  const [kind, rest] = [bytes.toString('latin1', end + 1, end + 2), bytes.length - end - 2];
  if (kind === ACCESS && rest === 0) return { name, kind: 'access' };
  if (kind === CATALOGUE && rest === 0) return { name, kind: 'catalogue' };
  if (kind === SNAPSHOT && rest === 0) return { name, kind: 'snapshot' };
  if (kind === LOG && rest === 8) return { name, kind: 'log', sequence: logSequence(key) };
  return { name, kind: 'other' };
}
