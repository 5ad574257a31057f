import type { ChangeDesc } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';

/** A line and where it is to stand, in pixels below the top of the view. */
interface Anchor {
  position: number;
  offset: number;
  /** The scroll position that put it there. Another one means that somebody scrolled. */
  scrollTop: number;
}

/**
 * Keeps the line at the top of the view where it is while others write above it.
 *
 * CodeMirror does so too, but in the frame after the change, so that the screen shows the jump, and a second change before
 * that makes it forget the first. And scroll positions are rounded to pixels, which adds up from change to change: so it is
 * remembered where the line was to stand, until somebody scrolls.
 */
export class ReadingPosition {
  #anchor: Anchor | null = null;

  /** To be called before others' changes are shown. */
  take(view: EditorView): void {
    measure(view);
    const { scrollTop, scrollHeight, clientHeight } = view.scrollDOM;
    // Those who are at the end stay at the end, which is CodeMirror's to do.
    if (scrollTop <= 0 || scrollTop >= scrollHeight - clientHeight - 1) this.#anchor = null;
    else if (this.#anchor === null || Math.abs(this.#anchor.scrollTop - scrollTop) > 1) {
      const block = view.lineBlockAtHeight(scrollTop);
      this.#anchor = { position: block.from, offset: block.top - scrollTop, scrollTop };
    }
  }

  /** To be called when they are shown, and before the screen is. */
  restore(view: EditorView, changes: ChangeDesc): void {
    measure(view);
    if (this.#anchor === null) return;
    const position = changes.mapPos(this.#anchor.position, -1);
    const wanted = view.lineBlockAt(position).top - this.#anchor.offset;
    if (Math.abs(view.scrollDOM.scrollTop - wanted) > 0.5) view.scrollDOM.scrollTop = wanted;
    this.#anchor = { ...this.#anchor, position, scrollTop: view.scrollDOM.scrollTop };
  }

  /** To be called when the person here changes the text: lines may have moved that are not others' doing. */
  forget(): void {
    this.#anchor = null;
  }
}

/** Makes the editor measure itself now, if it is going to in the next frame. */
function measure(view: EditorView): void {
  view.lineBlockAtHeight(0);
}
