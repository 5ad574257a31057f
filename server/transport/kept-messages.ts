/** A message of this many bytes is one that others are sent too, and takes no memory of its own. */
const LARGE_BYTES = 256 * 1024;

/**
 * The messages that were sent to one client and may not have arrived: numbered from 1, kept until the client says that it has them,
 * so that an answer which breaks off can be gone on with.
 */
export class KeptMessages {
  #messages: Uint8Array[] = [];
  #arrived = 0;
  #bytes = 0;
  #ownBytes = 0;

  /** How many were sent. */
  get sent(): number {
    return this.#arrived + this.#messages.length;
  }

  /** How many have arrived, as the client last said. */
  get arrived(): number {
    return this.#arrived;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes of those that are in memory for this client alone. */
  get ownBytes(): number {
    return this.#ownBytes;
  }

  add(messages: readonly Uint8Array[]): void {
    for (const message of messages) {
      this.#messages.push(message);
      this.#count(message, 1);
    }
  }

  /** The first `count` have arrived. Fewer than it was told before is old news. */
  acknowledge(count: number): void {
    if (count <= this.#arrived) return;
    for (const message of this.#messages.splice(0, count - this.#arrived)) this.#count(message, -1);
    this.#arrived = count;
  }

  /** Those behind the first `count`; null when some of them are not kept any more. */
  after(count: number): readonly Uint8Array[] | null {
    return count < this.#arrived || count > this.sent ? null : this.#messages.slice(count - this.#arrived);
  }

  #count({ length }: Uint8Array, sign: 1 | -1): void {
    this.#bytes += sign * length;
    if (length < LARGE_BYTES) this.#ownBytes += sign * length;
  }
}
