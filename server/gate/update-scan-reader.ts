import { UpdateRefused } from './update-refused.ts';

const NOTHING = new Uint8Array(0);

// As lib0 decodes: a byte order mark is text.
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Walks over the bytes of an update without making anything of them. Every method checks against the bytes that remain
 * before it moves; none allocates in proportion to what the bytes claim.
 */
export class UpdateReader {
  #bytes: Uint8Array = NOTHING;
  /** Where the next read begins. */
  pos = 0;

  open(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.pos = 0;
  }

  get remaining(): number {
    return this.#bytes.length - this.pos;
  }

  byte(): number {
    const byte = this.#bytes[this.pos];
    if (byte === undefined) throw new UpdateRefused('truncated');
    this.pos += 1;
    return byte;
  }

  /** A variable-length integer of at most 32 bits: nothing in an update is larger. */
  varUint(): number {
    const first = this.byte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let factor = 0x80; factor <= 0x10000000; factor *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (value > 0xffffffff) break;
        return value;
      }
    }
    throw new UpdateRefused('bad-number');
  }

  /** The number of things that follow, each of which takes `least` bytes or more. None at all is no number. */
  count(least: number): number {
    const count = this.varUint();
    if (count === 0 || count * least > this.remaining) throw new UpdateRefused('bad-count');
    return count;
  }

  /** Steps over this many bytes. */
  skip(length: number): void {
    if (length > this.remaining) throw new UpdateRefused('truncated');
    this.pos += length;
  }

  /** Steps over a length-prefixed byte array. */
  skipBytes(): void {
    this.skip(this.varUint());
  }

  /** Steps over a length-prefixed byte array and says whether it equals `expected`. */
  matches(expected: Uint8Array): boolean {
    const length = this.varUint();
    const start = this.pos;
    this.skip(length);
    if (length !== expected.length) return false;
    for (let i = 0; i < length; i++) if (this.#bytes[start + i] !== expected[i]) return false;
    return true;
  }

  /**
   * Steps over a length-prefixed string and returns its length in UTF-16 code units, which is what Yjs counts. Valid
   * UTF-8 holds no surrogates, so that no string begins or ends in half of a pair.
   */
  utf16Length(): number {
    const length = this.varUint();
    const bytes = this.#bytes;
    let pos = this.pos;
    this.skip(length);
    const end = this.pos;
    let units = length;
    while (pos < end) {
      const lead = bytes[pos] ?? 0;
      if (lead < 0x80) {
        pos += 1;
        continue;
      }
      // The second byte's range keeps out overlong forms, surrogates, and code points past U+10FFFF.
      const second = bytes[pos + 1] ?? 0;
      if (lead >= 0xc2 && lead <= 0xdf) {
        if (pos + 2 > end || !isContinuation(second)) throw new UpdateRefused('bad-utf8');
        units -= 1;
        pos += 2;
      } else if (lead >= 0xe0 && lead <= 0xef) {
        const low = lead === 0xe0 ? 0xa0 : 0x80;
        const high = lead === 0xed ? 0x9f : 0xbf;
        const valid = pos + 3 <= end && second >= low && second <= high && isContinuation(bytes[pos + 2] ?? 0);
        if (!valid) throw new UpdateRefused('bad-utf8');
        units -= 2;
        pos += 3;
      } else if (lead >= 0xf0 && lead <= 0xf4) {
        const low = lead === 0xf0 ? 0x90 : 0x80;
        const high = lead === 0xf4 ? 0x8f : 0xbf;
        const valid =
          pos + 4 <= end &&
          second >= low &&
          second <= high &&
          isContinuation(bytes[pos + 2] ?? 0) &&
          isContinuation(bytes[pos + 3] ?? 0);
        if (!valid) throw new UpdateRefused('bad-utf8');
        // Four bytes make a surrogate pair, two units.
        units -= 2;
        pos += 4;
      } else {
        throw new UpdateRefused('bad-utf8');
      }
    }
    return units;
  }

  /** Reads a length-prefixed string. Allocates it; for names and keys of documents that are not plain text. */
  text(): string {
    const length = this.varUint();
    const start = this.pos;
    this.skip(length);
    try {
      return UTF8.decode(this.#bytes.subarray(start, this.pos));
    } catch (cause) {
      throw new UpdateRefused('bad-utf8', { cause });
    }
  }
}

function isContinuation(byte: number): boolean {
  return byte >= 0x80 && byte <= 0xbf;
}
