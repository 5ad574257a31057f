import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { X } from 'lucide';
import { icon } from '../base/icon.ts';
import { PageElement } from '../base/page-element.ts';
import type { KeptStrings } from '../device/local-store.ts';
import { forgetDocument, type RecentDocument, recentDocuments } from '../device/recent-documents.ts';
import { relativeTime } from '../device/relative-time.ts';
import { documentPath } from '../link/document-link.ts';

/** The documents opened in this browser: a link each, a button that takes one off, and what to expect while there are none. */
export class RecentList extends PageElement {
  static override properties = { store: { attribute: false }, said: { state: true } };

  /** Where the list is kept. Nothing is shown before it is set. */
  declare store: KeptStrings | undefined;
  declare said: string;

  constructor() {
    super();
    this.said = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('storage', this.#refresh);
    window.addEventListener('pageshow', this.#refresh);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('storage', this.#refresh);
    window.removeEventListener('pageshow', this.#refresh);
  }

  /** Another tab opened a document, or the browser brought this page back as it was. */
  readonly #refresh = () => this.requestUpdate();

  protected override render(): TemplateResult | typeof nothing {
    if (this.store === undefined) return nothing;
    const documents = recentDocuments(this.store);
    return html`
      ${
        documents.length === 0
          ? html`<p class="recent-empty">Nothing yet. Documents you open are listed here, in this browser only.</p>`
          : html`<ul class="recent-list">${repeat(
              documents,
              ({ name }) => name,
              (entry) => this.#line(entry),
            )}</ul>`
      }
      <p class="visually-hidden" role="status">${this.said}</p>
    `;
  }

  #line(entry: RecentDocument): TemplateResult {
    const title = entry.title || 'Untitled';
    return html`<li>
      <a href=${documentPath(entry.name)}>
        <span class="recent-title" ?data-untitled=${entry.title === ''}>${title}</span>
        <span class="recent-name">${entry.name}</span>
      </a>
      <time datetime=${new Date(entry.openedAt).toISOString()}>${relativeTime(entry.openedAt, Date.now())}</time>
      <button
        class="button button-quiet button-icon"
        type="button"
        title="Remove from this list"
        aria-label=${`Remove ${title} from this list`}
        @click=${() => this.#takeOff(entry)}
      >
        ${icon(X)}
      </button>
    </li>`;
  }

  async #takeOff(entry: RecentDocument): Promise<void> {
    if (this.store === undefined) return;
    const index = recentDocuments(this.store).findIndex(({ name }) => name === entry.name);
    forgetDocument(this.store, entry.name);
    this.said = `${entry.title || 'Untitled'} is off the list. The document itself is still on the server.`;
    await this.updateComplete;
    // The focused button is gone with its line: go on at the next one, so that the keyboard does not start over.
    const buttons = [...this.querySelectorAll('button')];
    (buttons[index] ?? buttons.at(-1))?.focus();
  }
}

customElements.define('cs-recent-list', RecentList);

declare global {
  interface HTMLElementTagNameMap {
    'cs-recent-list': RecentList;
  }
}
