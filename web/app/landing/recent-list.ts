import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { X } from 'lucide';
import { icon } from '../base/icon.ts';
import { PageElement } from '../base/page-element.ts';
import type { KeptStrings } from '../device/local-store.ts';
import { forgetDocument, type RecentDocument, recentDocuments } from '../device/recent-documents.ts';
import { relativeTime } from '../device/relative-time.ts';
import { documentPath } from '../link/document-link.ts';

/** What this browser has of a document beside its line in the list. */
interface KeptHere {
  readonly copy: boolean;
  readonly unsentEdits: number;
  readonly ownerKey: boolean;
  readonly link: boolean;
}

const NOTHING_KEPT: KeptHere = { copy: false, unsentEdits: 0, ownerKey: false, link: false };

/** The documents opened in this browser: a link each, a button that takes one off, and what to expect while there are none. */
export class RecentList extends PageElement {
  static override properties = { store: { attribute: false }, said: { state: true }, asked: { state: true } };

  /** Where the list is kept. Nothing is shown before it is set. */
  declare store: KeptStrings | undefined;
  declare said: string;
  /** What is asked about before it goes; null while nothing is. */
  declare asked: { readonly name: string; readonly kept: KeptHere } | null;
  /** What this browser has of a document beside its line. */
  kept: (name: string) => Promise<KeptHere> = async () => NOTHING_KEPT;
  /** Takes a document off the list and deletes all that this browser has of it. */
  forget: (name: string) => Promise<void> = async () => undefined;

  constructor() {
    super();
    this.said = '';
    this.asked = null;
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
        aria-expanded=${this.asked?.name === entry.name}
        @click=${() => this.#ask(entry)}
      >
        ${icon(X)}
      </button>
      ${this.asked?.name === entry.name ? this.#question(entry, this.asked.kept) : nothing}
    </li>`;
  }

  #question(entry: RecentDocument, kept: KeptHere): TemplateResult {
    const title = entry.title || 'Untitled';
    return html`<div
      class="recent-question"
      role="group"
      aria-label=${`Remove ${title}`}
      data-testid="recent-question"
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === 'Escape') void this.#keep(entry);
      }}
    >
      <p>${whatIsKept(kept)} The document itself stays on the server.</p>
      <div class="dialog-actions">
        <button class="button button-quiet" type="button" @click=${() => this.#keep(entry)}>Cancel</button>
        <button class="button" type="button" data-testid="recent-list-only" @click=${() => this.#takeOff(entry, false)}>
          Only from the list
        </button>
        <button class="button button-danger" type="button" data-testid="recent-forget" @click=${() => this.#takeOff(entry, true)}>
          Delete it from this browser too
        </button>
      </div>
    </div>`;
  }

  /** Takes it off at once where nothing would stay behind, else asks about that. */
  async #ask(entry: RecentDocument): Promise<void> {
    if (this.asked?.name === entry.name) {
      await this.#keep(entry);
      return;
    }
    const kept = await this.kept(entry.name);
    if (!kept.copy && !kept.ownerKey && !kept.link) {
      await this.#takeOff(entry, false);
      return;
    }
    this.asked = { name: entry.name, kept };
    await this.updateComplete;
    this.querySelector<HTMLElement>('.recent-question button')?.focus();
  }

  async #keep({ name }: RecentDocument): Promise<void> {
    if (this.store === undefined) return;
    const index = recentDocuments(this.store).findIndex((entry) => entry.name === name);
    this.asked = null;
    await this.updateComplete;
    this.querySelectorAll<HTMLElement>('li > button')[index]?.focus();
  }

  async #takeOff(entry: RecentDocument, everything: boolean): Promise<void> {
    if (this.store === undefined) return;
    const index = recentDocuments(this.store).findIndex(({ name }) => name === entry.name);
    this.asked = null;
    if (everything) await this.forget(entry.name);
    else forgetDocument(this.store, entry.name);
    this.requestUpdate();
    const title = entry.title || 'Untitled';
    this.said = everything
      ? `${title} is off the list, and what this browser had of it is deleted. The document itself is still on the server.`
      : `${title} is off the list. The document itself is still on the server.`;
    await this.updateComplete;
    // The focused button is gone with its line: go on at the next one, so that the keyboard does not start over.
    const buttons = [...this.querySelectorAll<HTMLElement>('li > button')];
    (buttons[index] ?? buttons.at(-1))?.focus();
  }
}

/** What would stay in this browser, and what goes with it, as sentences. */
function whatIsKept({ copy, unsentEdits, ownerKey, link }: KeptHere): string {
  const things = [
    copy ? 'a copy of the text' : null,
    ownerKey ? 'its owner key' : null,
    link ? 'the link that lets you in' : null,
  ];
  const list = things.filter((thing) => thing !== null);
  const sentences = [`This browser keeps ${new Intl.ListFormat('en').format(list)}.`];
  if (unsentEdits > 0) {
    const edits =
      unsentEdits === 1 ? '1 edit in the copy is' : `${unsentEdits.toLocaleString('en')} edits in the copy are`;
    sentences.push(`${edits} nowhere else and would be lost.`);
  }
  if (ownerKey) sentences.push('Without a copy of the key you would no longer be its owner.');
  return sentences.join(' ');
}

customElements.define('cs-recent-list', RecentList);

declare global {
  interface HTMLElementTagNameMap {
    'cs-recent-list': RecentList;
  }
}
