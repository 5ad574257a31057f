import { BytesReader } from './bytes-reader.ts';
import { FormatError } from './format-error.ts';

/** More than any value that is stored here, in bytes. */
const MAX_BYTES = 1024 * 1024 * 1024;

/**
 * Unpacks a block that was packed with Snappy (https://github.com/google/snappy/blob/main/format_description.txt).
 * @throws FormatError
 */
export function unpackSnappy(packed: Uint8Array): Uint8Array {
  const reader = new BytesReader(packed);
  const length = reader.varint();
  if (length > MAX_BYTES) throw new FormatError('a packed block is too large');
  const out = Buffer.allocUnsafe(length);
  let at = 0;
  while (!reader.isAtEnd) {
    const tag = reader.byte();
    if ((tag & 3) === 0) {
      const literal = reader.take(literalLength(tag >> 2, reader));
      if (literal.length > length - at) throw new FormatError('a packed block holds too much');
      out.set(literal, at);
      at += literal.length;
      continue;
    }
    const { count, offset } = copyOf(tag, reader);
    if (offset === 0 || offset > at || count > length - at) throw new FormatError('a packed block is wrong');
    // What is copied may overlap what it becomes: then it repeats.
    if (offset >= count) out.copyWithin(at, at - offset, at - offset + count);
    else for (let i = 0; i < count; i++) out[at + i] = out[at + i - offset] ?? 0;
    at += count;
  }
  if (at !== length) throw new FormatError('a packed block holds too little');
  return out;
}

function literalLength(short: number, reader: BytesReader): number {
  return (short < 60 ? short : littleEndian(reader, short - 59)) + 1;
}

function copyOf(tag: number, reader: BytesReader): { count: number; offset: number } {
  switch (tag & 3) {
    case 1:
      return { count: ((tag >> 2) & 7) + 4, offset: (tag >> 5) * 256 + reader.byte() };
    case 2:
      return { count: (tag >> 2) + 1, offset: littleEndian(reader, 2) };
    default:
      return { count: (tag >> 2) + 1, offset: littleEndian(reader, 4) };
  }
}

function littleEndian(reader: BytesReader, bytes: number): number {
  let value = 0;
  for (let i = 0; i < bytes; i++) value += reader.byte() * 256 ** i;
  return value;
}
