/** One thing that is wrong: a sentence for the person who reads, and what only an administrator makes something of. */
interface Problem {
  readonly sentence: string;
  readonly details: string;
}

/** What is wrong, in words in a line of its own. Each cause has one sentence, which goes when the cause is over. */
export class Problems {
  readonly #line: HTMLElement;
  readonly #problems = new Map<string, Problem>();
  #shown = '';

  /** @param line where the sentences are shown; empty while there are none */
  constructor(line: HTMLElement) {
    this.#line = line;
  }

  /**
   * Shows the sentence of a cause, in place of its earlier one.
   * @param details shown only to somebody who asks for them
   * @returns whether it is another one
   */
  set(cause: string, sentence: string, details = ''): boolean {
    const before = this.#problems.get(cause);
    if (before?.sentence === sentence && before.details === details) return false;
    this.#problems.set(cause, { sentence, details });
    this.#show();
    return true;
  }

  /** A cause is over, or with no name all of them. */
  clear(cause?: string): void {
    if (cause === undefined) this.#problems.clear();
    else this.#problems.delete(cause);
    this.#show();
  }

  #show(): void {
    const problems = [...this.#problems.values()];
    const words = problems.map(({ sentence }) => sentence).join(' ');
    const details = problems
      .map((problem) => problem.details)
      .join(' ')
      .trim();
    // A screen reader says what is set, so what has not changed is not set again.
    if (this.#shown === words + details) return;
    this.#shown = words + details;
    this.#line.textContent = words;
    if (details === '') return;
    const more = document.createElement('details');
    const summary = document.createElement('summary');
    summary.textContent = 'Details';
    more.append(summary, details);
    this.#line.append(more);
  }
}
