import { html, type TemplateResult } from 'lit';
import { PageElement } from './page-element.ts';

/** How long a toast stays, in milliseconds: long enough for two short sentences. */
const TOAST_STAYS = 6_000;

/** What the page says by itself: to screen readers only, or to everybody in a toast at the lower edge. */
export class Announcer extends PageElement {
  static override properties = { heard: { state: true }, shown: { state: true } };

  declare heard: string;
  declare shown: string;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.heard = '';
    this.shown = '';
  }

  /** Tells a screen reader, politely, when it has finished what it is saying. */
  announce(sentence: string): void {
    this.heard = sentence;
  }

  /** Shows a sentence for some seconds. Screen readers hear it too. */
  toast(sentence: string): void {
    this.shown = sentence;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.shown = '';
    }, TOAST_STAYS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected override render(): TemplateResult {
    return html`
      <p class="visually-hidden" role="status">${this.heard}</p>
      <div class="toast-place" role="status">
        ${this.shown === '' ? '' : html`<p class="toast" data-testid="toast">${this.shown}</p>`}
      </div>
    `;
  }
}

customElements.define('cs-announcer', Announcer);

declare global {
  interface HTMLElementTagNameMap {
    'cs-announcer': Announcer;
  }
}
