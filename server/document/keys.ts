import type { KeyRange } from '../store/store.ts';

/*
 * Keys of the store, in format 2. Document names hold no NUL byte (protocol/document-name.ts), so a NUL ends a name and no
 * document's range reaches into another's.
 *
 *   m/format                        version of this layout and the store's id, JSON
 *   m/secret                        the secret that the server signs tickets with
 *   r/<kind>/<id>                   what the server keeps beside documents (server-records.ts)
 *   t/<id> NUL <part>               a deleted document (trash.ts)
 *   c/<name>                        catalogue entry: one for each document that exists, and nothing else, so that a list reads no texts
 *   d/<name> NUL a                  who has access, JSON; also of a document that has no text yet
 *   d/<name> NUL s                  snapshot
 *   d/<name> NUL u <8 bytes>        log record; the sequence number, big-endian
 *
 * Whatever else there may be is of a newer version of this format: it is kept and not understood. In format 1 the catalogue
 * entry was at `d/<name> NUL c` (data-format.ts moves it).
 */

export const FORMAT_KEY = Buffer.from('m/format');
export const SECRET_KEY = Buffer.from('m/secret');

const ACCESS = 'a';
/** Of a catalogue entry in format 1. */
const FORMER_CATALOGUE = 'c';
const SNAPSHOT = 's';
const LOG = 'u';

/** Every key of every document but for its catalogue entry. */
export const ALL_DOCUMENTS: KeyRange = { from: Buffer.from('d/'), to: Buffer.from('d0') };

/** The catalogue. */
export const CATALOGUE: KeyRange = { from: Buffer.from('c/'), to: Buffer.from('c0') };

/** Deleted documents. */
export const TRASH: KeyRange = { from: Buffer.from('t/'), to: Buffer.from('t0') };

/** Every other key, in ranges. */
export const BESIDE_DOCUMENTS: readonly KeyRange[] = [
  { from: new Uint8Array([0]), to: CATALOGUE.from },
  { from: CATALOGUE.to, to: ALL_DOCUMENTS.from },
  { from: ALL_DOCUMENTS.to, to: new Uint8Array([0xff]) },
];

/** A part of a deleted document, and what stands behind it. */
export function trashKey(id: string, part: string, rest: Uint8Array = new Uint8Array()): Buffer {
  return Buffer.concat([Buffer.from(`t/${id}\0${part}`), rest]);
}

/** All parts of a deleted document. */
export function trashRange(id: string): KeyRange {
  return { from: Buffer.from(`t/${id}\0`), to: Buffer.from(`t/${id}\x01`) };
}

/** All that is stored of a document beside its catalogue entry. */
export function documentRange(name: string): { readonly from: Buffer; readonly to: Buffer } {
  return { from: Buffer.from(`d/${name}\0`), to: Buffer.from(`d/${name}\x01`) };
}

function documentKey(name: string, kind: string): Buffer {
  return Buffer.from(`d/${name}\0${kind}`);
}

export function accessKey(name: string): Buffer {
  return documentKey(name, ACCESS);
}

export function catalogueKey(name: string): Buffer {
  return Buffer.from(`c/${name}`);
}

/** The catalogue behind the entry of one name. */
export function catalogueAfter(name: string): KeyRange {
  return { from: Buffer.from(`c/${name}\0`), to: CATALOGUE.to };
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
  const prefix = bytes.toString('latin1', 0, 2);
  if (prefix === 'c/' && end === -1) return { name: bytes.toString('utf8', 2), kind: 'catalogue' };
  if (prefix !== 'd/' || end === -1) return { name: null };
  const name = bytes.toString('utf8', 2, end);
  const [kind, rest] = [bytes.toString('latin1', end + 1, end + 2), bytes.length - end - 2];
  if (kind === ACCESS && rest === 0) return { name, kind: 'access' };
  if (kind === SNAPSHOT && rest === 0) return { name, kind: 'snapshot' };
  if (kind === LOG && rest === 8) return { name, kind: 'log', sequence: logSequence(key) };
  return { name, kind: 'other' };
}

/** Where format 2 has what format 1 had at `key`: the same key but for that of a catalogue entry. */
export function movedFromFormat1(key: Uint8Array): Uint8Array {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  const end = bytes.indexOf(0);
  const isEntry =
    end !== -1 && bytes.toString('latin1', 0, 2) === 'd/' && bytes.toString('latin1', end + 1) === FORMER_CATALOGUE;
  return isEntry ? Buffer.concat([CATALOGUE.from, bytes.subarray(2, end)]) : key;
}
