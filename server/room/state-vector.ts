import * as decoding from 'lib0/decoding';
import { readVarUint } from '../../protocol/messages.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';

/** Longest state vector taken, in bytes: some two hundred thousand past sessions. */
const LONGEST = 2 * 1024 * 1024;

/**
 * Checks the bytes of a client's state vector before Yjs sees them.
 * @throws ProtocolError
 */
export function checkStateVector(bytes: Uint8Array): void {
  if (bytes.length > LONGEST) throw new ProtocolError(`a state vector of ${bytes.length} bytes is too long`);
  const decoder = decoding.createDecoder(bytes);
  const count = readVarUint(decoder, 'the length of a state vector');
  if (count * 2 > bytes.length - decoder.pos) throw new ProtocolError(`a state vector claims ${count} entries`);
  for (let i = 0; i < count; i++) {
    const clientId = readVarUint(decoder, 'a client id');
    const clock = readVarUint(decoder, 'a clock');
    if (clientId > 0xffffffff || clock > 0xffffffff)
      throw new ProtocolError('a state vector entry has more than 32 bits');
  }
  if (decoder.pos !== bytes.length) throw new ProtocolError('bytes follow a state vector');
}
