/**
 * Which life of the document the content on this device belongs to. A server gives a document a new epoch when it is
 * restored or wiped; content of two epochs must never meet, or text would be there twice (SYN-5).
 */
export class DocumentEpoch {
  #known: string | null = null;
  #bound = false;

  /** The epoch as last heard from a server or read from the offline copy; null before. */
  get known(): string | null {
    return this.#known;
  }

  /** The offline copy names an epoch. A server's word, if there is one already, counts more. */
  remember(epoch: string | null): void {
    this.#known ??= epoch;
  }

  /** From here on the document holds something of the known epoch. */
  bind(): void {
    this.#bound = true;
  }

  /** Whether the content on this device may meet that of a server in this epoch. */
  admits(epoch: string): boolean {
    return this.#known === null || this.#known === epoch || !this.#bound;
  }

  /** The server is in this epoch, and was admitted. */
  enter(epoch: string): void {
    this.#known = epoch;
  }

  /** The server is in another epoch. Returns whether nothing here stands in the way of taking it up. */
  leave(): boolean {
    if (this.#known === null || this.#bound) return false;
    this.#known = null;
    return true;
  }
}
