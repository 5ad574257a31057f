import { Compartment, type Extension, StateEffect } from '@codemirror/state';
import { drawSelection, type EditorView, type PluginValue, ViewPlugin, type ViewUpdate } from '@codemirror/view';

/** Letters look otherwise than when carets were measured, though neither text nor view changed. */
const lettersChanged = StateEffect.define<null>();

/** Whether carets must be measured again because of the look of the page. */
export function needsMeasuring({ transactions }: ViewUpdate): boolean {
  return transactions.some(({ effects }) => effects.some((effect) => effect.is(lettersChanged)));
}

const ownCarets = new Compartment();

/** The own carets and selections, measured again, like others', when fonts or styles change while the editor is open. */
export function measuredCarets(): Extension {
  return [ownCarets.of(drawSelection()), watch];
}

/**
 * Nothing tells that a style has changed, but a piece of text that is out of sight changes its size with it; fonts that
 * arrive late for letters that are not in it tell themselves.
 */
class LettersWatch implements PluginValue {
  readonly #probe: HTMLElement;
  readonly #observer: ResizeObserver;
  readonly #fonts: FontFaceSet | undefined;
  readonly #view: EditorView;
  #size = '';

  constructor(view: EditorView) {
    this.#view = view;
    const { dom, scrollDOM } = view;
    this.#probe = scrollDOM.appendChild(dom.ownerDocument.createElement('div'));
    this.#probe.className = 'cs-probe';
    this.#probe.setAttribute('aria-hidden', 'true');
    for (const name of ['cs-probe-text', 'cs-probe-code', 'cs-probe-measure']) {
      const part = this.#probe.appendChild(dom.ownerDocument.createElement('span'));
      part.className = name;
      if (name !== 'cs-probe-measure') part.textContent = 'Wimj 018';
    }
    this.#observer = new ResizeObserver(([entry]) => {
      const { width = 0, height = 0 } = entry?.contentRect ?? {};
      const size = `${width} ${height}`;
      const before = this.#size;
      // An editor that is not shown has no size, and is measured when it is shown.
      if (width > 0) this.#size = size;
      if (width > 0 && before !== '' && before !== size) this.#changed();
    });
    this.#observer.observe(this.#probe);
    this.#fonts = dom.ownerDocument.fonts;
    this.#fonts?.addEventListener('loadingdone', this.#changed);
  }

  destroy(): void {
    this.#observer.disconnect();
    this.#fonts?.removeEventListener('loadingdone', this.#changed);
    this.#probe.remove();
  }

  readonly #changed = (): void => {
    // Its carets are drawn again when they are made with settings of their own, even the same.
    this.#view.dispatch({ effects: [lettersChanged.of(null), ownCarets.reconfigure(drawSelection())], filter: false });
  };
}

const watch = ViewPlugin.fromClass(LettersWatch);
