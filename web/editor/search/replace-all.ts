import type { SearchQuery } from '@codemirror/search';
import type { EditorState } from '@codemirror/state';
import type { EditorView, ViewUpdate } from '@codemirror/view';
import { continuesStep } from '../binding/undo.ts';

/** How long one slice is to take, in milliseconds, so that keys and other people's text come between. */
const SLICE = 40;
/** The matches of the first slice; later ones follow from what it took. */
const FIRST = 200;

/**
 * Replaces every match, a slice at a time: each match splits a piece of the shared document in two, which takes seconds for
 * tens of thousands. All slices are one step to undo.
 */
export class ReplaceAll {
  readonly #view: EditorView;
  readonly #query: SearchQuery;
  readonly #progress: (replaced: number, isDone: boolean) => void;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #position = 0;
  #replaced = 0;
  #size = FIRST;

  /** @param progress called after each slice */
  constructor(view: EditorView, query: SearchQuery, progress: (replaced: number, isDone: boolean) => void) {
    this.#view = view;
    this.#query = query;
    this.#progress = progress;
  }

  /** To be called once. */
  start(): void {
    this.#slice();
  }

  /** To be called with every update of the editor: what others write moves the place where it goes on. */
  update({ changes }: ViewUpdate): void {
    this.#position = changes.mapPos(this.#position, 1);
  }

  /** What has been replaced stays. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #slice(): void {
    this.#timer = null;
    const view = this.#view;
    const began = performance.now();
    const { changes, end } = this.#next(view.state);
    if (changes.length > 0) {
      this.#position = end;
      const isFirst = this.#replaced === 0;
      this.#replaced += changes.length;
      // The position moves behind what is inserted within the update.
      view.dispatch({
        changes,
        userEvent: 'input.replace.all',
        annotations: continuesStep.of(!isFirst),
      });
    }
    const isDone = changes.length < this.#size;
    const took = Math.max(1, performance.now() - began);
    this.#size = Math.round(Math.min(5_000, Math.max(20, (this.#size * SLICE) / took)));
    if (!isDone) this.#timer = setTimeout(() => this.#slice(), 0);
    this.#progress(this.#replaced, isDone);
  }

  #next(state: EditorState): { changes: { from: number; to: number; insert: string }[]; end: number } {
    const changes: { from: number; to: number; insert: string }[] = [];
    let end = this.#position;
    const matches = this.#query.getCursor(state, this.#position);
    while (changes.length < this.#size) {
      const { done, value } = matches.next();
      if (done === true) break;
      changes.push({ from: value.from, to: value.to, insert: replacement(this.#query, value) });
      end = value.to;
    }
    return { changes, end };
  }
}

/** What a match becomes: `$&`, `$1` and so on stand for what an expression found, `\n` and `\t` for what they do elsewhere. */
function replacement(query: SearchQuery, found: { from: number; to: number }): string {
  const text = query.literal
    ? query.replace
    : query.replace.replace(/\\([nrt\\])/g, (_, letter: string) => ESCAPES[letter] ?? '\\');
  const groups = 'match' in found && Array.isArray(found.match) ? (found.match as readonly string[]) : null;
  if (!query.regexp || groups === null) return text;
  return text.replace(/\$([$&]|\d+)/g, (whole, name: string) => {
    if (name === '$') return '$';
    if (name === '&') return groups[0] ?? '';
    for (let length = name.length; length > 0; length--) {
      const group = Number(name.slice(0, length));
      if (group > 0 && group < groups.length) return (groups[group] ?? '') + name.slice(length);
    }
    return whole;
  });
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
