import { crc32 } from 'node:zlib';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { readBytes } from '../../protocol/messages.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';

/*
 * A backup is a stream of bytes, the same in a file and on the way out of a running server:
 *
 *   "coscribe-backup 1\n"
 *   frames: body length (4 bytes, little-endian) | kind (1 byte) | body | CRC-32 of every byte of the stream before it
 *
 * The first frame is the header, the last one the end, both JSON; between them one frame for each entry of the store,
 * what belongs to one document behind each other. The running checksum makes a frame that is changed, lost, moved or repeated visible, the end
 * frame a stream that stopped early.
 */

const MAGIC = 'coscribe-backup ';
const VERSION = 1;
const FIRST_LINE = Buffer.from(`${MAGIC}${VERSION}\n`);

const KIND = { header: 1, entry: 2, end: 3 } as const;

/** Length and kind, before the body. */
const PREFIX_BYTES = 5;
const CHECKSUM_BYTES = 4;

/** Frames are gathered into pieces of about this many bytes. */
const PIECE_BYTES = 64 * 1024;

/** A key and its value, as the store has them. */
export type Entry = readonly [key: Uint8Array, value: Uint8Array];

export interface BackupHeader {
  /** Format of the entries (data-format.ts). */
  readonly format: number;
  /** When the snapshot was taken, ISO 8601. */
  readonly createdAt: string;
}

/** A backup that is damaged, incomplete, or none. `message` is a sentence without its end, for "X: message". */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

/** Writes a backup of `entries`; what it yields, in order, is the stream. */
export async function* encodeBackup(header: BackupHeader, entries: AsyncIterable<Entry>): AsyncGenerator<Uint8Array> {
  let checksum = crc32(FIRST_LINE);
  let pieces: Uint8Array[] = [FIRST_LINE];
  let pieceBytes = FIRST_LINE.length;
  let count = 0;
  const frame = (kind: number, body: Uint8Array) => {
    const prefix = Buffer.alloc(PREFIX_BYTES);
    prefix.writeUInt32LE(body.length, 0);
    prefix.writeUInt8(kind, 4);
    checksum = crc32(body, crc32(prefix, checksum));
    const end = Buffer.alloc(CHECKSUM_BYTES);
    end.writeUInt32LE(checksum, 0);
    checksum = crc32(end, checksum);
    pieces.push(prefix, body, end);
    pieceBytes += PREFIX_BYTES + body.length + CHECKSUM_BYTES;
  };
  const take = () => {
    const piece = Buffer.concat(pieces);
    pieces = [];
    pieceBytes = 0;
    return piece;
  };
  frame(KIND.header, json(header));
  for await (const [key, value] of entries) {
    frame(KIND.entry, encodeEntry(key, value));
    count += 1;
    if (pieceBytes >= PIECE_BYTES) yield take();
  }
  frame(KIND.end, json({ entries: count }));
  yield take();
}

/**
 * Reads a backup. The header comes first; the entries follow as they are read, each checked. An iteration that ends
 * without an error has seen the whole backup.
 * @throws BackupError also while iterating
 */
export async function decodeBackup(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ header: BackupHeader; entries: AsyncGenerator<Entry> }> {
  const reader = new FrameReader(chunks);
  await reader.readFirstLine();
  const first = await reader.readFrame();
  if (first.kind !== KIND.header) throw new BackupError('it does not begin with a header');
  const header = parseJson(first.body) as Partial<BackupHeader>;
  if (typeof header.format !== 'number' || typeof header.createdAt !== 'string') {
    throw new BackupError('its header lacks a field');
  }
  return { header: { format: header.format, createdAt: header.createdAt }, entries: readEntries(reader) };
}

async function* readEntries(reader: FrameReader): AsyncGenerator<Entry> {
  for (let count = 0; ; count++) {
    const { kind, body } = await reader.readFrame();
    if (kind === KIND.entry) {
      yield decodeEntry(body);
      continue;
    }
    if (kind !== KIND.end) throw new BackupError(`it holds an unknown frame (${kind})`);
    const { entries } = parseJson(body) as { entries?: unknown };
    if (entries !== count) throw new BackupError(`it says that it holds ${entries} entries, but holds ${count}`);
    await reader.expectEnd();
    return;
  }
}

/** Cuts a stream of chunks into checked frames. */
class FrameReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #buffer: Buffer = Buffer.alloc(0);
  #checksum = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async readFirstLine(): Promise<void> {
    const line = (await this.#has(FIRST_LINE.length)) ? this.#take(FIRST_LINE.length) : Buffer.alloc(0);
    if (line.equals(FIRST_LINE)) return;
    const version = new RegExp(`^${MAGIC}(\\d+)`).exec(line.toString('latin1'))?.[1];
    if (version === undefined) throw new BackupError('it is not a backup of Coscribe');
    throw new BackupError(`it has the format ${version}, and this version of Coscribe reads format ${VERSION}`);
  }

  async readFrame(): Promise<{ kind: number; body: Buffer }> {
    if (!(await this.#has(PREFIX_BYTES))) throw incomplete();
    const prefix = this.#take(PREFIX_BYTES);
    const [length, kind] = [prefix.readUInt32LE(0), prefix.readUInt8(4)];
    if (!(await this.#has(length + CHECKSUM_BYTES))) throw incomplete();
    const body = this.#take(length);
    const expected = this.#checksum;
    if (this.#take(CHECKSUM_BYTES).readUInt32LE(0) !== expected) throw new BackupError('a checksum does not match');
    return { kind, body };
  }

  async expectEnd(): Promise<void> {
    if (await this.#has(1)) throw new BackupError('bytes follow its end');
  }

  /** Whether this many bytes are there, after waiting for them. */
  async #has(bytes: number): Promise<boolean> {
    if (this.#buffer.length >= bytes) return true;
    const gathered: Uint8Array[] = [this.#buffer];
    let length = this.#buffer.length;
    while (length < bytes) {
      const { value, done } = await this.#chunks.next();
      if (done === true) break;
      gathered.push(value);
      length += value.length;
    }
    this.#buffer = Buffer.concat(gathered);
    return length >= bytes;
  }

  #take(bytes: number): Buffer {
    const taken = this.#buffer.subarray(0, bytes);
    this.#buffer = this.#buffer.subarray(bytes);
    this.#checksum = crc32(taken, this.#checksum);
    return taken;
  }
}

function encodeEntry(key: Uint8Array, value: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint8Array(encoder, key);
  encoding.writeUint8Array(encoder, value);
  return encoding.toUint8Array(encoder);
}

function decodeEntry(body: Buffer): Entry {
  // A copy, since a value may be kept for longer than the piece of the stream it came with.
  const decoder = decoding.createDecoder(new Uint8Array(body));
  try {
    const key = readBytes(decoder, 'key');
    return [key, decoder.arr.subarray(decoder.pos)];
  } catch (cause) {
    if (cause instanceof ProtocolError) throw new BackupError(`an entry cannot be read: ${cause.message}`, { cause });
    throw cause;
  }
}

function json(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

function parseJson(body: Buffer): object {
  try {
    return Object(JSON.parse(body.toString()));
  } catch (cause) {
    throw new BackupError('its header or end is not JSON', { cause });
  }
}

function incomplete(): BackupError {
  return new BackupError('it is incomplete: it ends before its end');
}
