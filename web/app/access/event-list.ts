import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { RotateCw } from 'lucide';
import { ApiError } from '../api/api-request.ts';
import type { DocumentApi, DocumentEvent } from '../api/document-api.ts';
import { icon } from '../base/icon.ts';
import { PageElement } from '../base/page-element.ts';

/** How many events are shown at first, and how many more at a time. */
const STEP = 10;

/** Each as the line of a list; docs/access.md explains them. */
const WORDS: Readonly<Record<string, string>> = {
  'let-in': 'Came in',
  refused: 'Was refused',
  'rate-limited': 'Was told to slow down',
  'owner-claimed': 'Became the owner by creating it',
  'owner-added': 'Owner added',
  'owner-removed': 'Owner removed',
  'link-made': 'Share link made',
  'role-changed': 'Access changed',
  revoked: 'Access revoked',
  frozen: 'Frozen by those who run the server',
  unfrozen: 'No longer frozen',
};

type EventsState =
  | { readonly kind: 'folded' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'unknown'; readonly problem: string }
  | { readonly kind: 'known'; readonly events: readonly DocumentEvent[] };

/** What happened to the access to the document, the newest first; asked for when it is unfolded. For owners. */
export class EventList extends PageElement {
  static override properties: PropertyDeclarations = {
    state: { state: true },
    shown: { state: true },
  };

  declare api: DocumentApi;
  declare state: EventsState;
  declare shown: number;

  constructor() {
    super();
    this.state = { kind: 'folded' };
    this.shown = STEP;
  }

  protected override render(): TemplateResult {
    return html`<details
      class="events"
      data-testid="events"
      @toggle=${(event: Event) => {
        if ((event.target as HTMLDetailsElement).open) void this.#ask();
      }}
    >
      <summary>Security events</summary>
      ${this.#renderState()}
    </details>`;
  }

  #renderState(): TemplateResult | typeof nothing {
    const { state } = this;
    switch (state.kind) {
      case 'folded':
        return nothing;
      case 'asking':
        return html`<p class="share-who">Asking the server…</p>`;
      case 'unknown':
        return html`<p class="share-who" role="alert">
          ${state.problem}
          <button class="link-button" type="button" @click=${() => void this.#ask()}>${icon(RotateCw)} Try again</button>
        </p>`;
      case 'known':
        if (state.events.length === 0) return html`<p class="share-who">Nothing has happened yet.</p>`;
        return html`<ul class="links">
            ${state.events.slice(0, this.shown).map(renderEvent)}
          </ul>
          ${
            state.events.length > this.shown
              ? html`<button class="link-button" type="button" data-testid="events-more" @click=${() => this.#showMore()}>
                  Show more
                </button>`
              : nothing
          }`;
      default:
        return state satisfies never;
    }
  }

  #showMore(): void {
    this.shown += STEP;
  }

  async #ask(): Promise<void> {
    if (this.state.kind === 'folded') this.state = { kind: 'asking' };
    this.shown = STEP;
    try {
      this.state = { kind: 'known', events: await this.api.events() };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.state = { kind: 'unknown', problem: error.message };
    }
  }
}

function renderEvent({ event, lastAt, count, person, role, through, reason, from }: DocumentEvent): TemplateResult {
  const at = new Date(lastAt);
  const about = [
    count === 1 ? null : `${count} times`,
    person,
    role === null ? null : `as ${role}`,
    through === null ? null : `by ${through === 'anyone' ? 'the document link' : through}`,
    from === null ? null : `from ${from}`,
  ].filter((part) => part !== null);
  return html`<li class="link">
    <div class="link-words">
      <span>${WORDS[event] ?? event}</span>
      <span class="link-about">
        <span><time datetime=${at.toISOString()}>${at.toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' })}</time></span>
        ${about.map((part) => html`<span>${part}</span>`)}
      </span>
      ${reason === null ? nothing : html`<span class="link-about">${reason}</span>`}
    </div>
  </li>`;
}

customElements.define('cs-event-list', EventList);
