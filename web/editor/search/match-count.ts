import type { SearchQuery } from '@codemirror/search';
import type { EditorState } from '@codemirror/state';

/** How long one slice of counting takes, in milliseconds. */
const SLICE = 8;

/** Where the matches of a query begin, found in slices so that a large document stays open to keys. */
export class MatchCount {
  readonly #changed: () => void;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #starts: number[] = [];
  #isDone = true;

  /** @param changed called when more is known */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** How many have been found. */
  get found(): number {
    return this.#starts.length;
  }

  /** Whether there are no more. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** The number of the match that begins at a position, from 1 on; null when none does. */
  numberAt(position: number): number | null {
    let [low, high] = [0, this.#starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) < position) low = middle + 1;
      else high = middle;
    }
    return this.#starts[low] === position ? low + 1 : null;
  }

  /** Counts from the start. What was counted before is kept until the first slice is done. */
  count(query: SearchQuery, state: EditorState): void {
    this.stop();
    this.#isDone = false;
    const matches = query.getCursor(state);
    let starts: number[] | null = [];
    const slice = () => {
      const until = performance.now() + SLICE;
      const found = starts ?? this.#starts;
      let isDone = false;
      // Asking for the time costs as much as finding a match.
      for (let n = 0; !isDone && (n % 64 !== 0 || performance.now() < until); n++) {
        const { done, value } = matches.next();
        if (done === true) isDone = true;
        else found.push(value.from);
      }
      this.#starts = found;
      starts = null;
      this.#isDone = isDone;
      this.#timer = isDone ? null : setTimeout(slice, 0);
      this.#changed();
    };
    slice();
  }

  /** Forgets everything. */
  clear(): void {
    this.stop();
    this.#starts = [];
    this.#isDone = true;
  }

  /** Goes on with nothing. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
