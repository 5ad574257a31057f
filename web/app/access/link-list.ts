import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { Check, Copy, LockKeyhole, Pencil, Plus, Trash2 } from 'lucide';
import { ApiError } from '../api/api-request.ts';
import type { LinkWish, ShareLink } from '../api/document-api.ts';
import { copyText } from '../base/copy-text.ts';
import { icon } from '../base/icon.ts';
import { PageElement } from '../base/page-element.ts';
import { credentialLink } from '../link/document-link.ts';
import './link-form.ts';
import { expiryWording, ROLE_LABELS } from './role-wording.ts';
import type { Sharing } from './sharing.ts';

/** What is open below a line, or below the list: at most one thing. */
type Opened =
  | { readonly kind: 'none' }
  | { readonly kind: 'new' }
  | { readonly kind: 'change' | 'revoke'; readonly id: string };

const NONE: Opened = { kind: 'none' };

/** The share links of a document, for its owner: copy, change, revoke, make one. */
export class LinkList extends PageElement {
  static override properties: PropertyDeclarations = {
    sharing: { attribute: false },
    links: { attribute: false },
    busy: { attribute: false },
    documentName: { attribute: false },
    opened: { state: true },
    copied: { state: true },
    problem: { state: true },
    said: { state: true },
  };

  declare sharing: Sharing;
  declare links: readonly ShareLink[];
  declare busy: ReadonlySet<string>;
  declare documentName: string;
  declare opened: Opened;
  /** The link that was copied last. */
  declare copied: string | null;
  declare problem: string;
  declare said: string;

  constructor() {
    super();
    this.links = [];
    this.busy = new Set();
    this.opened = NONE;
    this.copied = null;
    this.problem = '';
    this.said = '';
  }

  protected override render(): TemplateResult {
    return html`
      <div class="links-head">
        <h3 id="links-heading">More links</h3>
        ${
          this.opened.kind === 'new'
            ? nothing
            : html`<button class="button" type="button" data-testid="new-link" @click=${() => this.#open({ kind: 'new' })}>
                ${icon(Plus)} New link
              </button>`
        }
      </div>
      ${
        this.opened.kind === 'new'
          ? html`<cs-link-form .save=${(wish: LinkWish) => this.#make(wish)} .cancel=${() => this.#close('new-link')}></cs-link-form>`
          : nothing
      }
      ${
        this.links.length === 0
          ? this.opened.kind === 'new'
            ? nothing
            : html`<p class="links-none">
              None yet. Each link lets people in with the role you choose. It can end by itself, have a password, and be revoked.
            </p>`
          : html`<ul class="links" aria-labelledby="links-heading" data-testid="links">
              ${repeat(
                this.links,
                ({ id }) => id,
                (link) => this.#line(link),
              )}
            </ul>`
      }
      <p class="problem" role="alert" data-testid="links-problem">${this.problem}</p>
      <p class="visually-hidden" role="status">${this.said}</p>
    `;
  }

  #line(link: ShareLink): TemplateResult {
    const { opened } = this;
    const name = link.label || 'Link without a label';
    const about = [ROLE_LABELS[link.role], expiryWording(link.expiresAt, Date.now())].filter((part) => part !== null);
    const open = opened.kind !== 'none' && opened.kind !== 'new' && opened.id === link.id ? opened.kind : null;
    const busy = this.busy.has(link.id);
    return html`<li class="link" data-link=${link.id} aria-busy=${busy}>
      <div class="link-line">
        <div class="link-words">
          <span class="link-label" ?data-unlabelled=${link.label === ''}>${name}</span>
          <span class="link-about">
            ${about.map((part) => html`<span>${part}</span>`)}
            ${link.hasPassword ? html`<span>${icon(LockKeyhole)} password</span>` : nothing}
          </span>
        </div>
        <button
          class="button link-copy"
          type="button"
          aria-label=${`Copy the link: ${name}`}
          data-testid="link-copy"
          @click=${(event: MouseEvent) => this.#copy(link, event.currentTarget as HTMLButtonElement)}
        >
          ${icon(this.copied === link.id ? Check : Copy)} <span>${this.copied === link.id ? 'Copied' : 'Copy'}</span>
        </button>
        <button
          class="button button-quiet button-icon"
          type="button"
          title="Change"
          aria-label=${`Change the link: ${name}`}
          aria-expanded=${open === 'change'}
          data-testid="link-change"
          ?disabled=${busy}
          @click=${() => this.#open({ kind: 'change', id: link.id })}
        >
          ${icon(Pencil)}
        </button>
        <button
          class="button button-quiet button-icon"
          type="button"
          title="Revoke"
          aria-label=${`Revoke the link: ${name}`}
          aria-expanded=${open === 'revoke'}
          data-testid="link-revoke"
          ?disabled=${busy}
          @click=${() => this.#open({ kind: 'revoke', id: link.id })}
        >
          ${icon(Trash2)}
        </button>
      </div>
      ${
        open === 'change'
          ? html`<cs-link-form
              .link=${link}
              .save=${(wish: LinkWish) => this.#change(link, wish)}
              .cancel=${() => this.#close('link-change', link.id)}
            ></cs-link-form>`
          : nothing
      }
      ${open === 'revoke' ? this.#confirmation(link, busy) : nothing}
    </li>`;
  }

  #confirmation(link: ShareLink, busy: boolean): TemplateResult {
    return html`<div
      class="link-revoke"
      role="group"
      aria-label="Revoke this link?"
      @keydown=${(event: KeyboardEvent) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        this.#close('link-revoke', link.id);
      }}
    >
      <p>People who used this link lose access immediately, and the link never works again. This cannot be undone.</p>
      <div class="dialog-actions">
        <button class="button" type="button" @click=${() => this.#close('link-revoke', link.id)}>Keep it</button>
        <button
          class="button button-danger"
          type="button"
          ?disabled=${busy}
          data-testid="link-revoke-now"
          @click=${() => this.#revoke(link)}
        >
          Revoke
        </button>
      </div>
    </div>`;
  }

  #open(opened: Opened): void {
    const same = opened.kind !== 'new' && this.opened.kind === opened.kind && idOf(this.opened) === idOf(opened);
    this.opened = same ? NONE : opened;
    this.problem = '';
    if (this.opened.kind === 'revoke') {
      void this.updateComplete.then(() => this.querySelector<HTMLElement>('.link-revoke button')?.focus());
    }
  }

  /** Closes what is open and puts the focus on the button that opened it. */
  #close(testId: string, id?: string): void {
    this.opened = NONE;
    const within = id === undefined ? '' : `[data-link="${id}"] `;
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(`${within}[data-testid="${testId}"]`)?.focus());
  }

  async #make(wish: LinkWish): Promise<void> {
    const link = await this.sharing.makeLink(wish);
    this.said = 'The link is created.';
    this.#close('link-copy', link.id);
  }

  async #change(link: ShareLink, wish: LinkWish): Promise<void> {
    await this.sharing.changeLink(link.id, wish);
    this.said = 'The link is changed.';
    this.#close('link-change', link.id);
  }

  async #revoke(link: ShareLink): Promise<void> {
    this.problem = '';
    const index = this.links.indexOf(link);
    try {
      await this.sharing.revokeLink(link.id);
      this.said = 'The link is revoked.';
      this.opened = NONE;
      await this.updateComplete;
      // The line is gone with its button: go on at the next one.
      const lines = [...this.querySelectorAll<HTMLElement>('[data-testid="link-copy"]')];
      (lines[index] ?? lines.at(-1) ?? this.querySelector<HTMLElement>('[data-testid="new-link"]'))?.focus();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = `The link was not revoked. ${error.message}`;
    }
  }

  async #copy(link: ShareLink, button: HTMLButtonElement): Promise<void> {
    const copied = await copyText(credentialLink(location.origin, this.documentName, link.link));
    this.copied = copied ? link.id : null;
    this.said = copied ? 'The link is on the clipboard.' : '';
    this.problem = copied ? '' : 'The browser does not let this page use the clipboard.';
    button.focus();
  }
}

function idOf(opened: Opened): string | null {
  return 'id' in opened ? opened.id : null;
}

customElements.define('cs-link-list', LinkList);
