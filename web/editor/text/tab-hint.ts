import { indentLess, indentMore } from '@codemirror/commands';
import type { Extension } from '@codemirror/state';
import { type EditorView, keymap, type PluginValue, ViewPlugin } from '@codemirror/view';
import { indentByTab } from '../code/indentation.ts';

/** How long the hint stays, in milliseconds. */
const SHOWN = 6_000;

/** The beginning of an item of a Markdown list. */
const LIST_ITEM = /^\s*(?:[-*+]|\d+[.)])\s/;

/**
 * Tab indents, so people who work by keyboard need another way out: Esc, then Tab (which CodeMirror provides). A hint says so
 * at the first Tab, for the eye and for screen readers. In a list Tab indents the item, elsewhere it inserts one step of the text's indentation.
 */
export function tabIndents(): Extension {
  return [
    hint,
    keymap.of([
      {
        key: 'Tab',
        run(view) {
          view.plugin(hint)?.tab();
          const line = view.state.doc.lineAt(view.state.selection.main.head);
          return LIST_ITEM.test(line.text) ? indentMore(view) : indentByTab(view);
        },
        shift: indentLess,
      },
    ]),
  ];
}

class TabHint implements PluginValue {
  readonly #element: HTMLElement;
  #timer: number | null = null;
  #told = false;

  constructor(view: EditorView) {
    this.#element = view.dom.appendChild(document.createElement('div'));
    this.#element.className = 'cs-hint';
    this.#element.setAttribute('role', 'status');
    this.#element.hidden = true;
  }

  /** Tab was pressed and indented. */
  tab(): void {
    if (this.#told) return;
    this.#told = true;
    this.#show('Tab indents. Press ', 'Esc', ', then ', 'Tab', ' to leave the editor.');
  }

  /** Hides the hint. */
  hide(): void {
    if (this.#timer !== null) window.clearTimeout(this.#timer);
    this.#timer = null;
    this.#element.hidden = true;
  }

  destroy(): void {
    this.hide();
    this.#element.remove();
  }

  #show(...parts: string[]): void {
    this.#element.replaceChildren(
      ...parts.map((part, i) => {
        if (i % 2 === 0) return part;
        const key = document.createElement('kbd');
        key.textContent = part;
        return key;
      }),
    );
    this.#element.hidden = false;
    if (this.#timer !== null) window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.hide(), SHOWN);
  }
}

const hint = ViewPlugin.fromClass(TabHint, {
  eventHandlers: {
    blur(this: TabHint) {
      this.hide();
    },
  },
});
