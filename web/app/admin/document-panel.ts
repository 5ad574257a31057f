import { html, nothing, type TemplateResult } from 'lit';
import { PageElement } from '../base/page-element.ts';
import { siteRoot } from '../base/site-root.ts';
import { adminApi } from './admin-api.ts';
import type { Question } from './confirm-dialog.ts';
import type { ShownDocument } from './shown-document.ts';
import { bytes } from './units.ts';

type State =
  | { readonly kind: 'closed' }
  | { readonly kind: 'reading' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'shown'; readonly document: ShownDocument };

/** A document by its name, and what can be done with it. That its name was looked up is in the server's log. */
export class DocumentPanel extends PageElement {
  static override properties = { state: { state: true }, ask: { attribute: false } };

  declare state: State;
  /** Asks before something is done. */
  declare ask: (question: Question) => void;

  constructor() {
    super();
    this.state = { kind: 'closed' };
  }

  /** Opens for a document of a list. */
  openById(id: string): Promise<void> {
    return this.#open(async () => adminApi.show(await adminApi.nameOf(id)));
  }

  openByName(name: string): Promise<void> {
    return this.#open(() => adminApi.show(name));
  }

  async #open(read: () => Promise<ShownDocument>): Promise<void> {
    this.state = { kind: 'reading' };
    await this.updateComplete;
    const dialog = this.querySelector('dialog');
    if (dialog?.open === false) dialog.showModal();
    try {
      this.state = { kind: 'shown', document: await read() };
    } catch (error) {
      this.state = { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
    }
  }

  protected override render(): TemplateResult {
    return html`<dialog
      class="dialog"
      aria-labelledby="document-heading"
      data-testid="document-panel"
      @close=${() => {
        this.state = { kind: 'closed' };
      }}
    >
      ${this.#renderInside()}
    </dialog>`;
  }

  #renderInside(): TemplateResult | typeof nothing {
    const { state } = this;
    switch (state.kind) {
      case 'closed':
        return nothing;
      case 'reading':
        return frame('A document', html`<p class="tool-wait">Reading…</p>`, () => this.#close());
      case 'failed':
        return frame('A document', html`<p class="problem" role="alert">${state.message}</p>`, () => this.#close());
      case 'shown':
        return this.#renderDocument(state.document);
      default:
        return state satisfies never;
    }
  }

  #renderDocument(document: ShownDocument): TemplateResult {
    const { name, title, language, createdAt, characters, people, anyone, owners, links, frozen } = document;
    const facts: readonly (readonly [string, string])[] = [
      ['Name', name],
      ['Language', language === '' ? 'Markdown, as nothing else was chosen' : language],
      ['Made', createdAt === null ? 'not written yet' : new Date(createdAt).toLocaleString('en-GB')],
      ['Text', `${characters.toLocaleString('en')} characters, ${bytes(document.bytes)} stored`],
      ['People in it', people.toLocaleString('en')],
      ['Without a token', anyone ?? 'no access'],
      ['Owners and links', `${owners} and ${links}`],
    ];
    const address = `${siteRoot()}d/${encodeURIComponent(name)}`;
    return frame(
      title === '' ? 'Untitled' : title,
      html`
        <dl class="admin-facts">${facts.map(([what, is]) => html`<dt>${what}</dt><dd>${is}</dd>`)}</dl>
        ${frozen ? html`<p>It is frozen: nobody changes it until that is over.</p>` : nothing}
        <div class="admin-acts">
          <a class="button" href=${address}>Open</a>
          <a class="button" href=${adminApi.exportAddress(name, 'text')} download="${fileName(title)}.md">Export text</a>
          <a class="button" href=${adminApi.exportAddress(name, 'yjs')} download="${fileName(title)}.yjs">Export as Yjs</a>
          <button class="button" type="button" data-testid="rename" @click=${() => this.#askRename(document)}>Rename…</button>
          <button class="button" type="button" data-testid="unload" @click=${() => this.#askUnload(document)}>Unload…</button>
          <button
            class="button button-danger"
            type="button"
            data-testid="delete"
            @click=${() => this.#askDelete(document)}
          >
            Delete…
          </button>
        </div>
      `,
      () => this.#close(),
    );
  }

  #askRename({ name, title }: ShownDocument): void {
    this.ask({
      heading: 'Give it another title',
      says: 'Everybody sees the new title. The address stays.',
      act: 'Rename',
      isDangerous: false,
      field: { label: 'Title', value: title },
      do: async (text) => {
        await adminApi.rename(name, text);
        await this.openByName(name);
      },
    });
  }

  #askUnload({ name, people }: ShownDocument): void {
    this.ask({
      heading: 'Unload the document?',
      says: `It is dropped from memory and loaded again. ${people === 1 ? 'One connection is' : `${people} connections are`} closed and come back by themselves; nothing is lost.`,
      act: 'Unload',
      isDangerous: false,
      do: async () => {
        await adminApi.unload(name);
        this.#close();
      },
    });
  }

  #askDelete({ name, title, people }: ShownDocument): void {
    this.ask({
      heading: `Delete “${title === '' ? 'Untitled' : title}”?`,
      says: `It is gone at once for everybody, ${people === 1 ? 'one of them is' : `${people} of them are`} in it now. For 30 days it can be brought back from here.`,
      act: 'Delete',
      isDangerous: true,
      do: async () => {
        await adminApi.delete(name);
        this.#close();
        this.dispatchEvent(new Event('deleted'));
      },
    });
  }

  #close(): void {
    this.querySelector('dialog')?.close();
  }
}

function frame(heading: string, body: TemplateResult, close: () => void): TemplateResult {
  return html`<div class="dialog-head">
      <h2 id="document-heading">${heading}</h2>
      <button class="button" type="button" @click=${close}>Close</button>
    </div>
    <div class="dialog-body">${body}</div>`;
}

/** A title as the name of a file. */
function fileName(title: string): string {
  const plain = title.replaceAll(/[^\p{L}\p{N} _-]/gu, '').trim();
  return plain === '' ? 'document' : plain;
}

customElements.define('cs-document-panel', DocumentPanel);
