import { networkOf } from './network-of.ts';

/**
 * The bytes of request bodies that are on their way, for each address: they lie in memory until the last one is there, and
 * anyone who sends them may take minutes (SEC-10).
 */
export class BodiesInProgress {
  readonly #max: number;
  readonly #bytes = new Map<string, number>();

  /** @param max how many bytes one address may have on their way */
  constructor(max: number) {
    this.#max = max;
  }

  /** Makes room for a body, and returns what gives it back, to be called once; null when the address has too many. */
  take(address: string, bytes: number): (() => void) | null {
    const key = networkOf(address);
    const together = (this.#bytes.get(key) ?? 0) + bytes;
    if (together > this.#max) return null;
    this.#bytes.set(key, together);
    return () => {
      const left = (this.#bytes.get(key) ?? 0) - bytes;
      if (left > 0) this.#bytes.set(key, left);
      else this.#bytes.delete(key);
    };
  }
}
