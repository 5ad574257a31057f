import * as decoding from 'lib0/decoding';

const GC = 0;
const DELETED = 1;
const STRING = 4;
const SKIP = 10;

/**
 * Calls `visit` for every run of units that a V1 update brings: the receiver's proof that it has them. Knows the contents
 * that the load consists of (text and deleted text); throws on others.
 */
export function visitClocks(
  message: Uint8Array,
  offset: number,
  visit: (client: number, clock: number, length: number) => void,
): void {
  const decoder = decoding.createDecoder(message);
  decoder.pos = offset;
  // Length of the update.
  decoding.readVarUint(decoder);
  const blocks = decoding.readVarUint(decoder);
  for (let block = 0; block < blocks; block++) {
    const structs = decoding.readVarUint(decoder);
    const client = decoding.readVarUint(decoder);
    let clock = decoding.readVarUint(decoder);
    for (let i = 0; i < structs; i++) {
      const info = decoding.readUint8(decoder);
      const content = info & 31;
      if (content !== GC && content !== SKIP) skipPosition(decoder, info);
      const length = content === STRING ? readText(decoder) : decoding.readVarUint(decoder);
      if (content !== STRING && content !== GC && content !== SKIP && content !== DELETED) {
        throw new Error(`a struct with content ${content}`);
      }
      if (content !== SKIP) visit(client, clock, length);
      clock += length;
    }
  }
}

function skipPosition(decoder: decoding.Decoder, info: number): void {
  if ((info & 0x80) !== 0) skipId(decoder);
  if ((info & 0x40) !== 0) skipId(decoder);
  if ((info & 0xc0) === 0) {
    if (decoding.readVarUint(decoder) === 1) readText(decoder);
    else skipId(decoder);
    if ((info & 0x20) !== 0) readText(decoder);
  }
}

function skipId(decoder: decoding.Decoder): void {
  decoding.readVarUint(decoder);
  decoding.readVarUint(decoder);
}

/** Passes over a string; returns its length. The load is ASCII, where bytes are UTF-16 units. */
function readText(decoder: decoding.Decoder): number {
  const length = decoding.readVarUint(decoder);
  decoder.pos += length;
  return length;
}
