import type { Socket as NetSocket } from 'node:net';

/**
 * In how many frames a message may come, and in how many reads of the socket, beside those that its length needs. Chromium's
 * frames are 64 KB on average; a network may cut to a few hundred bytes.
 */
const SPARE_PARTS = 256;
const BYTES_A_FRAGMENT = 16 * 1024;
const BYTES_A_CHUNK = 512;

/** The least that a frame with anything in it takes on the wire: a header, a mask, a byte. */
const SMALLEST_FRAME = 7;

/** About what a frame, and a read of the socket, takes in memory beside its bytes. */
const FRAGMENT_MEMORY = 112;
const CHUNK_MEMORY = 700;

/** In how many frames a message may come. */
export function maxFragments(messageBytes: number): number {
  return SPARE_PARTS + Math.ceil(messageBytes / BYTES_A_FRAGMENT);
}

/** In how many reads of the socket a message may come. */
export function maxChunks(messageBytes: number): number {
  return SPARE_PARTS + Math.ceil(messageBytes / BYTES_A_CHUNK);
}

/**
 * What the beginning of a message takes in memory: however small its parts are, each costs some of its own. Looked at from time
 * to time; reads are counted from the first look that finds a message incomplete, so that a message that comes at once is not
 * slowed by it.
 */
export class MessageParts {
  readonly #net: NetSocket;
  readonly #maxFragments: number;
  #chunks = 0;
  readonly #countChunk = () => {
    this.#chunks += 1;
  };
  #isCounting = false;

  constructor(net: NetSocket, maxFragments: number) {
    this.#net = net;
    this.#maxFragments = maxFragments;
  }

  /** About how many bytes of memory are taken when `bytes` of a message have come. */
  memory(bytes: number): number {
    const isIncomplete = bytes > 0;
    if (isIncomplete !== this.#isCounting) {
      this.#isCounting = isIncomplete;
      this.#chunks = 0;
      if (isIncomplete) this.#net.on('data', this.#countChunk);
      else this.#net.off('data', this.#countChunk);
    }
    const fragments = Math.min(Math.floor(bytes / SMALLEST_FRAME), this.#maxFragments);
    return bytes + fragments * FRAGMENT_MEMORY + this.#chunks * CHUNK_MEMORY;
  }
}
