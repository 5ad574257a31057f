import { html, type PropertyDeclarations, type TemplateResult } from 'lit';
import { goToHeading, type Heading, type Outline, watchOutline } from '../../editor/outline.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { SessionElement } from '../session/session-element.ts';
import type { SessionState } from '../session/session-state.ts';
import { SHEET } from './panel-width.ts';

const NONE: Outline = { headings: [], current: -1 };

/** The headings of the text. A click, or Enter, goes to one. */
export class OutlinePart extends SessionElement {
  static override properties: PropertyDeclarations = { outline: { state: true } };

  declare outline: Outline;
  #stopWatching: (() => void) | null = null;

  constructor() {
    super();
    this.outline = NONE;
  }

  protected override willUpdate(): void {
    const editor = this.session?.editor ?? null;
    if (editor === null || !this.isConnected) return;
    this.#stopWatching ??= watchOutline(editor.view, (outline) => {
      this.outline = outline;
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopWatching?.();
    this.#stopWatching = null;
  }

  protected override renderState({ resolvedLanguage }: SessionState, session: DocumentSession): TemplateResult {
    const { headings, current } = this.outline;
    if (headings.length === 0) {
      return html`<p class="outline-none" tabindex="-1" data-panel-focus>
        ${
          resolvedLanguage === 'Markdown'
            ? 'No headings yet. A line that begins with # is one; ## begins a smaller one.'
            : `Texts in Markdown have headings; this one is ${resolvedLanguage}.`
        }
      </p>`;
    }
    // The smallest number of marks in this text is the first level of its outline.
    const top = Math.min(...headings.map(({ level }) => level));
    return html`<ol class="outline" @keydown=${(event: KeyboardEvent) => this.#onKey(event)}>
      ${headings.map((heading, index) => this.#line(heading, index, heading.level - top, current, session))}
    </ol>`;
  }

  #line(heading: Heading, index: number, depth: number, current: number, session: DocumentSession): TemplateResult {
    // One stop for Tab: where one is, else the first.
    const isStop = index === Math.max(current, 0);
    return html`<li>
      <button
        class="outline-heading"
        type="button"
        .style=${`--depth: ${depth}`}
        aria-current=${index === current ? 'location' : 'false'}
        tabindex=${isStop ? 0 : -1}
        ?data-panel-focus=${isStop}
        @click=${() => {
          const { editor } = session;
          if (editor === null) return;
          if (window.matchMedia(SHEET).matches) session.closeSidePanel();
          goToHeading(editor.view, heading);
        }}
      >${heading.text || 'Heading without words'}</button>
    </li>`;
  }

  #onKey(event: KeyboardEvent): void {
    const buttons = [...this.querySelectorAll<HTMLElement>('.outline-heading')];
    const { activeElement } = document;
    const at = activeElement instanceof HTMLElement ? buttons.indexOf(activeElement) : -1;
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    buttons[next]?.focus();
  }
}

customElements.define('cs-outline-part', OutlinePart);
