import { toBase64UrlEncoded } from 'lib0/buffer';
import { digest } from 'lib0/hash/sha256';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { Check, Copy, Plus, Trash2 } from 'lucide';
import { ApiError } from '../api/api-request.ts';
import type { DocumentOwner } from '../api/document-api.ts';
import { copyText } from '../base/copy-text.ts';
import { icon } from '../base/icon.ts';
import { credentialLink } from '../link/document-link.ts';
import { makeOwnerKey } from '../link/owner-key.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { SessionElement } from '../session/session-element.ts';
import type { SessionState } from '../session/session-state.ts';
import type { Sharing } from './sharing.ts';

/** Who owns a document, for its owners: add one by a link of their own, remove one, oneself too. */
export class OwnerList extends SessionElement {
  static override properties: PropertyDeclarations = {
    sharing: { attribute: false },
    owners: { attribute: false },
    personId: { attribute: false },
    asked: { state: true },
    added: { state: true },
    copied: { state: true },
    busy: { state: true },
    problem: { state: true },
    said: { state: true },
  };

  declare sharing: Sharing;
  declare owners: readonly DocumentOwner[];
  /** Who this person is, when the server knows. */
  declare personId: string | null;
  /** The owner (`idOf`) whose removal waits for a confirmation. */
  declare asked: string | null;
  /** The link of the owner who was added last: nobody can see it again. */
  declare added: string | null;
  declare copied: boolean;
  declare busy: boolean;
  declare problem: string;
  declare said: string;

  constructor() {
    super();
    this.owners = [];
    this.personId = null;
    this.asked = null;
    this.added = null;
    this.copied = false;
    this.busy = false;
    this.problem = '';
    this.said = '';
  }

  protected override renderState(state: SessionState, session: DocumentSession): TemplateResult {
    return html`
      <div class="links-head">
        <h3 id="owners-heading">Owners</h3>
        <button class="button" type="button" ?disabled=${this.busy} data-testid="new-owner" @click=${() => this.#add(state)}>
          ${icon(Plus)} New owner link
        </button>
      </div>
      ${this.#renderAdded()}
      <ul class="links" aria-labelledby="owners-heading" data-testid="owners">
        ${repeat(this.owners, idOf, (owner) => this.#line(owner, session))}
      </ul>
      <p class="problem" role="alert" data-testid="owners-problem">${this.problem}</p>
      <p class="visually-hidden" role="status">${this.said}</p>
    `;
  }

  #renderAdded(): TemplateResult | typeof nothing {
    const { added } = this;
    if (added === null) return nothing;
    return html`<div>
      <label class="label" for="new-owner-link">Link for the new owner</label>
      <div class="share-address-row">
        <input
          class="field share-link"
          id="new-owner-link"
          readonly
          aria-describedby="new-owner-hint"
          .value=${added}
          data-testid="new-owner-link"
          @focus=${(event: FocusEvent) => (event.target as HTMLInputElement).select()}
        />
        <button class="button share-copy" type="button" @click=${() => this.#copy(added)}>
          ${icon(this.copied ? Check : Copy)} ${this.copied ? 'Copied' : 'Copy'}
        </button>
      </div>
      <p class="share-outcome" id="new-owner-hint">
        Everybody who opens it becomes an owner. It is shown only now, and works until you remove its key below.
      </p>
    </div>`;
  }

  #line(owner: DocumentOwner, session: DocumentSession): TemplateResult {
    const name = owner.kind === 'person' ? (owner.name ?? owner.id) : `Owner key ${owner.id.slice(0, 6)}`;
    const own = this.#isOwn(owner, session);
    const about = [
      owner.kind === 'person' ? 'signs in' : 'everybody who has this key',
      ...(own ? [owner.kind === 'person' ? 'you' : 'you, in this browser'] : []),
    ];
    const asked = this.asked === idOf(owner);
    return html`<li class="link" data-owner=${idOf(owner)}>
      <div class="link-line">
        <div class="link-words">
          <span class="link-label">${name}</span>
          <span class="link-about">${about.map((part) => html`<span>${part}</span>`)}</span>
        </div>
        ${
          this.owners.length === 1
            ? nothing
            : html`<button
                class="button button-quiet button-icon"
                type="button"
                title="Remove"
                aria-label=${`Remove the owner: ${name}`}
                aria-expanded=${asked}
                data-testid="owner-remove"
                ?disabled=${this.busy}
                @click=${() => (asked ? this.#keep(owner) : this.#askAbout(owner))}
              >
                ${icon(Trash2)}
              </button>`
        }
      </div>
      ${asked ? this.#confirmation(owner, own, session) : nothing}
    </li>`;
  }

  #confirmation(owner: DocumentOwner, own: boolean, session: DocumentSession): TemplateResult {
    return html`<div
      class="link-revoke"
      role="group"
      aria-label="Remove this owner?"
      @keydown=${(event: KeyboardEvent) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        this.#keep(owner);
      }}
    >
      <p>${consequence(owner, own)}</p>
      <div class="dialog-actions">
        <button class="button" type="button" @click=${() => this.#keep(owner)}>Keep</button>
        <button
          class="button button-danger"
          type="button"
          ?disabled=${this.busy}
          data-testid="owner-remove-now"
          @click=${() => this.#remove(owner, own, session)}
        >
          Remove
        </button>
      </div>
    </div>`;
  }

  #isOwn(owner: DocumentOwner, session: DocumentSession): boolean {
    if (owner.kind === 'person') return owner.id === this.personId;
    const key = session.documentAccess.ownerKey;
    // Not by the browser's own digest, which pages without encryption do not have.
    return key !== null && toBase64UrlEncoded(digest(new TextEncoder().encode(key))).startsWith(owner.id);
  }

  #askAbout(owner: DocumentOwner): void {
    this.asked = idOf(owner);
    this.problem = '';
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('.link-revoke button')?.focus());
  }

  /** Closes the confirmation and puts the focus on the button that opened it. */
  #keep(owner: DocumentOwner): void {
    this.asked = null;
    const line = [...this.querySelectorAll<HTMLElement>('[data-owner]')].find(
      ({ dataset }) => dataset['owner'] === idOf(owner),
    );
    line?.querySelector<HTMLElement>('[data-testid="owner-remove"]')?.focus();
  }

  async #add({ name }: SessionState): Promise<void> {
    const key = makeOwnerKey();
    const done = await this.#work('No owner was added.', () => this.sharing.addOwnerKey(key));
    if (!done) return;
    this.added = credentialLink(location.origin, name, key);
    this.copied = false;
    this.said = 'An owner is added. Copy the link for them.';
    await this.updateComplete;
    this.querySelector<HTMLElement>('#new-owner-link')?.focus();
  }

  async #remove(owner: DocumentOwner, own: boolean, session: DocumentSession): Promise<void> {
    const done = await this.#work('The owner was not removed.', () => this.sharing.removeOwner(owner));
    if (!done) return;
    this.asked = null;
    this.said = 'The owner is removed.';
    // Its link may be the one that is shown.
    this.added = null;
    if (own) {
      // What this browser shows from now on must not be a key that is none any more.
      if (owner.kind === 'key') session.documentAccess.forgetOwnerKey();
      this.dispatchEvent(new Event('disowned'));
    }
    await this.updateComplete;
    this.querySelector<HTMLElement>('[data-testid="new-owner"]')?.focus();
  }

  /** Whether it was done; else the problem stands below the list. */
  async #work(failure: string, work: () => Promise<void>): Promise<boolean> {
    this.problem = '';
    this.busy = true;
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = `${failure} ${error.message}`;
      return false;
    } finally {
      this.busy = false;
    }
  }

  async #copy(link: string): Promise<void> {
    this.copied = await copyText(link);
    this.said = this.copied ? 'The link is on the clipboard.' : '';
    this.problem = this.copied
      ? ''
      : 'The browser does not let this page use the clipboard. Copy the link from its field.';
  }
}

function idOf({ kind, id }: DocumentOwner): string {
  return `${kind} ${id}`;
}

function consequence(owner: DocumentOwner, own: boolean): string {
  if (own && owner.kind === 'person')
    return 'You stop being an owner wherever you sign in, at once. An owner can make you one again.';
  if (own)
    return 'This browser stops being an owner by this key at once, as does everybody who has it. The key never works again.';
  if (owner.kind === 'person')
    return 'They stop being an owner at once. They keep what the links and the document link allow.';
  return 'Everybody who has this key stops being an owner at once, and the key never works again.';
}

customElements.define('cs-owner-list', OwnerList);
