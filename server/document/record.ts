import { crc32 } from 'node:zlib';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { readBytes, readVarUint } from '../../protocol/messages.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';

/*
 * What stands in the values of the store. Every value is one envelope:
 *
 *   version (1 byte) | CRC-32 of the rest (4 bytes, little-endian) | body
 *
 * LevelDB drops damaged records without an error; the checksum and the unbroken sequence of the log keys make damage
 * visible, so that a damaged document is refused and never served short.
 *
 * The version says how the body is laid out. That of a log record is
 *
 *   1   time | count of (client id, user) | those | update          format 1 of the data; nobody was ever named
 *   2   time | count of sections | those | update
 *
 * where a section is kind (varUint) | length (varUint) | bytes. There is none yet: they are for what is known about an update beside
 * its bytes, such as who wrote which range of clocks under which client id. A reader passes over kinds that it does not know, so
 * a section may hold only what an older reader can do without, and needs no other format.
 */

const VERSION = 1;
const VERSION_WITH_SECTIONS = 2;
const ENVELOPE_BYTES = 5;

/** One turn's update in the log of a document. */
export interface LogRecord {
  /** Milliseconds since 1970 when the server applied it. */
  readonly time: number;
  /** Yjs update, V1. */
  readonly update: Uint8Array;
}

/** The state of a document up to and with one log record. */
export interface SnapshotRecord {
  /** The last log record that the state covers. */
  readonly sequence: number;
  /** Full Yjs state, V1. */
  readonly state: Uint8Array;
}

/** A stored value that is damaged or of an unknown version. Never thrown for a value that is merely missing. */
export class DamagedRecordError extends Error {
  override readonly name = 'DamagedRecordError';
}

export function encodeLogRecord({ time, update }: LogRecord): Uint8Array {
  return seal(VERSION_WITH_SECTIONS, (encoder) => {
    encoding.writeVarUint(encoder, time);
    encoding.writeVarUint(encoder, 0);
    encoding.writeUint8Array(encoder, update);
  });
}

/** @throws DamagedRecordError */
export function decodeLogRecord(value: Uint8Array): LogRecord {
  return open(value, VERSION_WITH_SECTIONS, (decoder, version) => {
    const time = readVarUint(decoder, 'time');
    const what = version === VERSION ? 'writer' : 'section';
    for (let left = readVarUint(decoder, `${what}s`); left > 0; left--) {
      readVarUint(decoder, what);
      readBytes(decoder, what);
    }
    return { time, update: decoder.arr.subarray(decoder.pos) };
  });
}

export function encodeSnapshot({ sequence, state }: SnapshotRecord): Uint8Array {
  return seal(VERSION, (encoder) => {
    encoding.writeVarUint(encoder, sequence);
    encoding.writeUint8Array(encoder, state);
  });
}

/** @throws DamagedRecordError */
export function decodeSnapshot(value: Uint8Array): SnapshotRecord {
  return open(value, VERSION, (decoder) => ({
    sequence: readVarUint(decoder, 'sequence'),
    state: decoder.arr.subarray(decoder.pos),
  }));
}

export function encodeJsonRecord(value: object): Uint8Array {
  return seal(VERSION, (encoder) => encoding.writeUint8Array(encoder, Buffer.from(JSON.stringify(value))));
}

/** @throws DamagedRecordError */
export function decodeJsonRecord(value: Uint8Array): unknown {
  return open(value, VERSION, (decoder) => JSON.parse(Buffer.from(decoder.arr.subarray(decoder.pos)).toString()));
}

/**
 * Checks the envelope of any value, whatever its body is.
 * @throws DamagedRecordError
 */
export function checkRecord(value: Uint8Array): void {
  open(value, VERSION_WITH_SECTIONS, () => null);
}

function seal(version: number, write: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeUint8(encoder, version);
  encoding.writeUint32(encoder, 0);
  write(encoder);
  const value = encoding.toUint8Array(encoder);
  new DataView(value.buffer, value.byteOffset).setUint32(1, crc32(value.subarray(ENVELOPE_BYTES)), true);
  return value;
}

/** Opens an envelope of any version up to `newest`. */
function open<T>(value: Uint8Array, newest: number, read: (decoder: decoding.Decoder, version: number) => T): T {
  if (value.length < ENVELOPE_BYTES) throw new DamagedRecordError(`a value has ${value.length} bytes only`);
  const version = value[0] ?? 0;
  if (version < VERSION || version > newest) throw new DamagedRecordError(`a value has the unknown version ${version}`);
  const expected = new DataView(value.buffer, value.byteOffset).getUint32(1, true);
  if (crc32(value.subarray(ENVELOPE_BYTES)) !== expected) throw new DamagedRecordError('a checksum does not match');
  const decoder = decoding.createDecoder(value);
  decoder.pos = ENVELOPE_BYTES;
  try {
    return read(decoder, version);
  } catch (cause) {
    if (cause instanceof ProtocolError || cause instanceof SyntaxError) {
      throw new DamagedRecordError(`a value cannot be read: ${cause.message}`, { cause });
    }
    throw cause;
  }
}
