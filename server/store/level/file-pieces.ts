import type { FileHandle } from 'node:fs/promises';
import { crc32c } from './crc32c.ts';
import { FormatError } from './format-error.ts';

/** Read and worked on at a time, in bytes: a checksum of so much takes about a millisecond, then others have their turn. */
const PIECE_BYTES = 512 * 1024;

/** A file that is read in pieces, mostly from front to back. */
export class FilePieces {
  readonly #file: FileHandle;
  readonly #buffer: Buffer;
  #from = 0;
  #to = 0;

  /** `pieceBytes` is how much one read fetches: no more than will be asked for. */
  constructor(file: FileHandle, pieceBytes = PIECE_BYTES) {
    this.#file = file;
    this.#buffer = Buffer.allocUnsafe(Math.min(pieceBytes, PIECE_BYTES));
  }

  /** The checksum of a part of the file. */
  async crc32c(offset: number, length: number): Promise<number> {
    let crc = 0;
    for (let at = offset; at < offset + length; ) {
      const piece = await this.#piece(at, offset + length - at);
      crc = crc32c(piece, crc);
      at += piece.length;
    }
    return crc;
  }

  /** A copy of a part of the file. */
  async bytes(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; ) {
      const piece = await this.#piece(offset + at, length - at);
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }

  /** Some bytes from `offset` on, at most `max`; good until the next call. */
  async #piece(offset: number, max: number): Promise<Uint8Array> {
    if (offset < this.#from || offset >= this.#to) {
      const { bytesRead } = await this.#file.read(this.#buffer, 0, this.#buffer.length, offset);
      if (bytesRead === 0) throw new FormatError('it ends too early');
      this.#from = offset;
      this.#to = offset + bytesRead;
    }
    const start = offset - this.#from;
    return this.#buffer.subarray(start, Math.min(start + max, this.#to - this.#from));
  }
}
