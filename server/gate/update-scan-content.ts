import { UpdateRefused } from './update-refused.ts';
import type { UpdateReader } from './update-scan-reader.ts';

/** The low five bits of a struct's first byte: what it holds, as Yjs numbers it. */
export const ContentRef = {
  gc: 0,
  deleted: 1,
  json: 2,
  binary: 3,
  string: 4,
  embed: 5,
  format: 6,
  type: 7,
  any: 8,
  doc: 9,
  skip: 10,
} as const;

/**
 * Deepest nesting of arrays and objects in one value. JSON.stringify, which Yjs calls when it writes the state, overflows
 * the stack on values that JSON.parse has read without trouble, and then nobody can join any more.
 */
const DEEPEST_VALUE = 64;

/** Shared types as Yjs numbers them: array, map, text, XML element, fragment, hook and text. */
const TYPE_REFS = 7;
const XML_ELEMENT = 3;
const XML_HOOK = 5;

/** What content of a kind that no plain text holds is, as a sentence for who wrote it. */
export function contentWords(ref: number): string {
  switch (ref) {
    case ContentRef.embed:
      return 'It is an embedded object.';
    case ContentRef.format:
      return 'It is formatting.';
    case ContentRef.type:
      return 'It is a shared type.';
    default:
      return 'It is a value, not a string.';
  }
}

/** Steps over the content of a struct of any kind except deleted and string, and returns its length in clocks. */
export function skipContent(reader: UpdateReader, ref: number): number {
  switch (ref) {
    case ContentRef.json: {
      const count = countOf(reader);
      for (let i = 0; i < count; i++) skipJson(reader, true);
      return count;
    }
    case ContentRef.any: {
      const count = countOf(reader);
      for (let i = 0; i < count; i++) skipAny(reader, DEEPEST_VALUE);
      return count;
    }
    case ContentRef.binary:
      reader.skipBytes();
      return 1;
    case ContentRef.embed:
      skipJson(reader, false);
      return 1;
    case ContentRef.format:
      reader.utf16Length();
      skipJson(reader, false);
      return 1;
    case ContentRef.type: {
      const type = reader.varUint();
      if (type >= TYPE_REFS) throw new UpdateRefused('bad-content');
      if (type === XML_ELEMENT || type === XML_HOOK) reader.utf16Length();
      return 1;
    }
    case ContentRef.doc:
      reader.utf16Length();
      // Yjs reads properties of the options, so nothing but an object will do.
      if (reader.byte() !== AnyType.object) throw new UpdateRefused('bad-content');
      skipObject(reader, DEEPEST_VALUE);
      return 1;
    default:
      throw new UpdateRefused('bad-content');
  }
}

function countOf(reader: UpdateReader): number {
  const count = reader.varUint();
  if (count === 0) throw new UpdateRefused('zero-length');
  if (count > reader.remaining) throw new UpdateRefused('bad-count');
  return count;
}

/** Yjs hands the string to JSON.parse and later writes it with JSON.stringify; both have to get along with it. */
function skipJson(reader: UpdateReader, mayBeUndefined: boolean): void {
  const json = reader.text();
  if (mayBeUndefined && json === 'undefined') return;
  checkJsonDepth(json);
  try {
    JSON.parse(json);
  } catch (cause) {
    throw new UpdateRefused('bad-content', { cause });
  }
}

function checkJsonDepth(json: string): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < json.length; i++) {
    const char = json[i];
    if (inString) {
      if (char === '\\') i += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '[' || char === '{') {
      depth += 1;
      if (depth > DEEPEST_VALUE) throw new UpdateRefused('too-deep');
    } else if (char === ']' || char === '}') depth -= 1;
  }
}

/** First byte of a value in lib0's encoding. */
const AnyType = {
  bytes: 116,
  array: 117,
  object: 118,
  string: 119,
  true: 120,
  false: 121,
  bigint: 122,
  float64: 123,
  float32: 124,
  integer: 125,
  null: 126,
  undefined: 127,
} as const;

function skipAny(reader: UpdateReader, depth: number): void {
  if (depth === 0) throw new UpdateRefused('too-deep');
  switch (reader.byte()) {
    case AnyType.bytes:
      reader.skipBytes();
      return;
    case AnyType.array: {
      const count = reader.varUint();
      if (count > reader.remaining) throw new UpdateRefused('bad-count');
      for (let i = 0; i < count; i++) skipAny(reader, depth - 1);
      return;
    }
    case AnyType.object:
      skipObject(reader, depth);
      return;
    case AnyType.string:
      reader.utf16Length();
      return;
    case AnyType.bigint:
    case AnyType.float64:
      reader.skip(8);
      return;
    case AnyType.float32:
      reader.skip(4);
      return;
    case AnyType.integer:
      skipVarInt(reader);
      return;
    case AnyType.true:
    case AnyType.false:
    case AnyType.null:
    case AnyType.undefined:
      return;
    default:
      throw new UpdateRefused('bad-content');
  }
}

function skipObject(reader: UpdateReader, depth: number): void {
  const count = reader.varUint();
  if (count * 2 > reader.remaining) throw new UpdateRefused('bad-count');
  for (let i = 0; i < count; i++) {
    // lib0 assigns keys to a plain object, where this one sets the prototype instead and is not written back.
    if (reader.text() === '__proto__') throw new UpdateRefused('bad-content');
    skipAny(reader, depth - 1);
  }
}

/** Steps over a signed integer. lib0 writes at most 31 bits this way; 48 are allowed, 53 would be the end. */
function skipVarInt(reader: UpdateReader): void {
  for (let i = 0; i < 7; i++) if (reader.byte() < 0x80) return;
  throw new UpdateRefused('bad-number');
}
