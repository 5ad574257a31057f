import * as decoding from 'lib0/decoding';
import * as string from 'lib0/string';
import { readBytes, readString, readVarUint } from './messages.ts';
import { ProtocolError } from './protocol-error.ts';

/** A protocol that somebody might take ours for. */
interface ForeignProtocol {
  readonly name: string;
  /** Reads a frame of its clients to the end. Throws a ProtocolError when it is none. */
  readonly read: (decoder: decoding.Decoder) => void;
}

/** Types of Hocuspocus's messages that clients send, and what follows each. */
const HOCUSPOCUS_BODIES: ReadonlyMap<number, (decoder: decoding.Decoder) => void> = new Map([
  [0, readSync],
  [1, (decoder) => void readBytes(decoder, 'awareness update')],
  [2, readAuthentication],
  [3, () => undefined],
  [5, (decoder) => void readString(decoder, 'payload')],
  [7, () => undefined],
]);

const FOREIGN_PROTOCOLS: readonly ForeignProtocol[] = [
  { name: 'Hocuspocus', read: readHocuspocus },
  { name: 'Automerge', read: readAutomergeJoin },
];

/** The name of the protocol that `frame`, which is no message of ours, is one of; null when it is none that is known here. */
export function foreignProtocolOf(frame: Uint8Array): string | null {
  return FOREIGN_PROTOCOLS.find(({ read }) => isMessage(frame, read))?.name ?? null;
}

function isMessage(frame: Uint8Array, read: (decoder: decoding.Decoder) => void): boolean {
  const decoder = decoding.createDecoder(frame);
  try {
    read(decoder);
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
  return decoder.pos === frame.length;
}

/** Every message names its document first, because one connection carries several. */
function readHocuspocus(decoder: decoding.Decoder): void {
  if (readString(decoder, 'document name') === '') throw new ProtocolError('the document has no name');
  const messageType = readVarUint(decoder, 'message type');
  const readBody = HOCUSPOCUS_BODIES.get(messageType);
  if (readBody === undefined) throw new ProtocolError(`unknown message type ${messageType}`);
  readBody(decoder);
}

function readSync(decoder: decoding.Decoder): void {
  const syncType = readVarUint(decoder, 'sync type');
  if (syncType > 2) throw new ProtocolError(`unknown sync type ${syncType}`);
  readBytes(decoder, 'update');
}

/** Since version 3 the version of the client follows the token. */
function readAuthentication(decoder: decoding.Decoder): void {
  const kind = readVarUint(decoder, 'auth kind');
  if (kind !== 0) throw new ProtocolError(`unknown auth kind ${kind}`);
  readString(decoder, 'token');
  if (decoder.pos < decoder.arr.length) readString(decoder, 'version');
}

/** A map in CBOR (RFC 8949) with few entries, the first of which says that somebody joins. */
const JOIN_ENTRY = string.encodeUtf8('dtypedjoin');

function readAutomergeJoin(decoder: decoding.Decoder): void {
  const [head = 0, ...entry] = decoder.arr.subarray(0, 1 + JOIN_ENTRY.length);
  const isMap = head >> 5 === 5;
  if (!isMap || !JOIN_ENTRY.every((byte, i) => byte === entry[i])) throw new ProtocolError('no join message');
  decoder.pos = decoder.arr.length;
}
