import { FormatError } from './format-error.ts';

/** Reads numbers and byte strings as LevelDB writes them, from front to back. */
export class BytesReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new FormatError('it ends too early');
    this.#at += 1;
    return byte;
  }

  /** A number of seven bits a byte, least significant first. Numbers beyond 2^53 are damage: nothing here counts that far. */
  varint(): number {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) break;
      factor *= 128;
    }
    if (!Number.isSafeInteger(value)) throw new FormatError('a number is too large');
    return value;
  }

  take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw new FormatError('it ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Bytes with their length in front. */
  string(): Uint8Array {
    return this.take(this.varint());
  }
}
