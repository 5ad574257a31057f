/** What is wrong, in words in a line of its own. Each cause has one sentence, which goes when the cause is over. */
export class Problems {
  readonly #line: HTMLElement;
  readonly #sentences = new Map<string, string>();

  /** @param line where the sentences are shown; empty while there are none */
  constructor(line: HTMLElement) {
    this.#line = line;
  }

  /** Shows the sentence of a cause, in place of its earlier one. @returns whether it is another one */
  set(cause: string, sentence: string): boolean {
    if (this.#sentences.get(cause) === sentence) return false;
    this.#sentences.set(cause, sentence);
    this.#show();
    return true;
  }

  /** A cause is over, or with no name all of them. */
  clear(cause?: string): void {
    if (cause === undefined) this.#sentences.clear();
    else this.#sentences.delete(cause);
    this.#show();
  }

  #show(): void {
    const words = [...this.#sentences.values()].join(' ');
    // A screen reader says what is set, so what has not changed is not set again.
    if (this.#line.textContent !== words) this.#line.textContent = words;
  }
}
