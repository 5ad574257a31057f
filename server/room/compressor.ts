import { promisify } from 'node:util';
import { deflate } from 'node:zlib';

const compress = promisify(deflate);

/** How many states are compressed at once: the disk needs the platform's four threads as well. */
const MAX_RUNNING = 2;

/** Bytes that may wait for it: some tenths of a second. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/** Compresses (zlib) in the platform's threads, so that nobody's edits wait. Shared by all rooms of a server. */
export class Compressor {
  #running = 0;
  #waitingBytes = 0;
  readonly #waiting: (() => void)[] = [];

  /** Null when too much waits already: who asks does without. */
  compress(bytes: Uint8Array): Promise<Uint8Array> | null {
    if (this.#running < MAX_RUNNING) return this.#run(bytes);
    if (this.#waitingBytes + bytes.length > MAX_WAITING_BYTES) return null;
    this.#waitingBytes += bytes.length;
    return new Promise<void>((resolve) => this.#waiting.push(resolve)).then(() => {
      this.#waitingBytes -= bytes.length;
      return this.#run(bytes);
    });
  }

  async #run(bytes: Uint8Array): Promise<Uint8Array> {
    this.#running += 1;
    try {
      return await compress(bytes);
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }
}
