import * as Y from 'yjs';
import type { DemoStep } from './demo-script.ts';

/** Who writes on a document of their own, one keystroke a call, from a list of steps. */
export class DemoWriter {
  readonly #text: Y.Text;
  readonly #steps: readonly DemoStep[];
  #step = 0;
  /** Keystrokes done in the current step. */
  #done = 0;
  #caret: Y.RelativePosition | null = null;

  constructor(text: Y.Text, steps: readonly DemoStep[]) {
    this.#text = text;
    this.#steps = steps;
  }

  /** Where the caret is, for the others; null before the first step with a place. */
  get caret(): Y.RelativePosition | null {
    return this.#caret;
  }

  /** One keystroke, or one beat of a pause. Returns false when there is nothing left to do. */
  strike(): boolean {
    const step = this.#steps[this.#step];
    if (step === undefined) return false;
    if (this.#act(step)) {
      this.#step += 1;
      this.#done = 0;
    }
    return true;
  }

  /** Does the next bit of a step; returns whether that was its last. */
  #act(step: DemoStep): boolean {
    switch (step.kind) {
      case 'pause':
        this.#done += 1;
        return this.#done >= step.beats;
      case 'type':
        return this.#type(step.after, step.before ?? '', step.text);
      case 'erase':
        return this.#erase(step.text);
    }
  }

  #type(after: string, before: string, text: string): boolean {
    const at = this.#done === 0 ? this.#find(after, before) : this.#caretIndex();
    // The place may not have been written yet by the other one: wait for it.
    if (at === null) return false;
    const character = text.charAt(this.#done);
    this.#text.insert(at, character);
    this.#moveCaret(at + character.length);
    this.#done += 1;
    return this.#done >= text.length;
  }

  #erase(text: string): boolean {
    const at = this.#done === 0 ? this.#find(text) : this.#caretIndex();
    if (at === null || at === 0) return false;
    this.#text.delete(at - 1, 1);
    this.#moveCaret(at - 1);
    this.#done += 1;
    return this.#done >= text.length;
  }

  #find(text: string, before = ''): number | null {
    const at = this.#text.toString().indexOf(text + before);
    return at < 0 ? null : at + text.length;
  }

  #caretIndex(): number | null {
    const { doc } = this.#text;
    if (this.#caret === null || doc === null) return null;
    return Y.createAbsolutePositionFromRelativePosition(this.#caret, doc)?.index ?? null;
  }

  /** Bound to the character before it, so that what others write behind the caret stays behind it. */
  #moveCaret(index: number): void {
    this.#caret = Y.createRelativePositionFromTypeIndex(this.#text, index, -1);
  }
}
