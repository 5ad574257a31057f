import * as decoding from 'lib0/decoding';
import { readForeignLevel } from '../store/level-store.ts';
import type { ForeignDocument } from './foreign-document.ts';

/** First byte of a part of a key. */
const PART = { string: 0, uint32: 1 } as const;

/**
 * The documents in a database of y-leveldb, as y-websocket-server keeps them. Its keys are tuples, `['v1', <name>, 'update', <number>]`
 * for an update; state vectors and metadata are passed over.
 */
export async function* readYLeveldb(folder: string): AsyncGenerator<ForeignDocument> {
  let current: { kind: 'yjs'; name: string; updates: Uint8Array[] } | null = null;
  // The updates of a document follow each other, in order.
  for await (const [key, value] of readForeignLevel(folder)) {
    const name = documentOfUpdate(key);
    if (name === null) continue;
    if (current !== null && current.name !== name) {
      yield current;
      current = null;
    }
    current ??= { kind: 'yjs', name, updates: [] };
    current.updates.push(value);
  }
  if (current !== null) yield current;
}

/** The name of the document whose update is under `key`; null for anything else. */
function documentOfUpdate(key: Uint8Array): string | null {
  const parts: (string | number)[] = [];
  const decoder = decoding.createDecoder(key);
  try {
    while (decoding.hasContent(decoder)) {
      const kind = decoding.readUint8(decoder);
      if (kind === PART.string) parts.push(decoding.readVarString(decoder));
      else if (kind === PART.uint32) parts.push(decoding.readUint32BigEndian(decoder));
      else return null;
    }
  } catch {
    return null; // A key of something else.
  }
  const [version, name, what] = parts;
  return version === 'v1' && typeof name === 'string' && what === 'update' ? name : null;
}
