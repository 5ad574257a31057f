import { html, type PropertyDeclarations, type TemplateResult } from 'lit';
import { Check, Download, Link } from 'lucide';
import { ApiError } from '../api/api-request.ts';
import { copyText } from '../base/copy-text.ts';
import { icon } from '../base/icon.ts';
import { credentialLink } from '../link/document-link.ts';
import { findOwnerKey } from '../link/owner-key.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { SessionElement } from '../session/session-element.ts';
import type { SessionState } from '../session/session-state.ts';

/** What makes this person the owner: the key to keep, or the field for a key from another device. */
export class OwnerKeyBox extends SessionElement {
  static override properties: PropertyDeclarations = {
    owns: { attribute: false },
    ownsAsPerson: { attribute: false },
    asksKey: { attribute: false },
    copied: { state: true },
    problem: { state: true },
    busy: { state: true },
  };

  /** The person owns the document, by whatever means. */
  declare owns: boolean;
  /** The document is theirs wherever they sign in, with and without the key. */
  declare ownsAsPerson: boolean;
  /** The key is what they may have come for: its field is shown at once. */
  declare asksKey: boolean;
  declare copied: boolean;
  declare problem: string;
  declare busy: boolean;

  constructor() {
    super();
    this.owns = false;
    this.ownsAsPerson = false;
    this.asksKey = false;
    this.copied = false;
    this.problem = '';
    this.busy = false;
  }

  protected override renderState(state: SessionState, session: DocumentSession): TemplateResult {
    const key = session.documentAccess.ownerKey;
    if (!this.owns) return this.#renderField(session);
    if (key === null) {
      return html`<p class="share-note">
        You own this document as ${state.person === null ? 'somebody with an owner’s link' : (state.person.name ?? state.person.id)}.
      </p>`;
    }
    return html`
      <h3>You own this document</h3>
      <p class="share-note">
        ${
          this.ownsAsPerson
            ? `It is yours wherever you sign in as ${state.person?.name ?? state.person?.id ?? 'yourself'}. This browser also holds an
              owner key, and everybody who has the key is an owner.`
            : `This browser holds its owner key. Clearing the browser’s data deletes the key, so keep a copy: it also makes you the
              owner on your other devices.`
        }
      </p>
      <div class="owner-ways">
        <button class="button" type="button" data-testid="owner-key-download" @click=${() => session.actions.downloadOwnerKey()}>
          ${icon(Download)} Download the key
        </button>
        <button class="button" type="button" data-testid="owner-link-copy" @click=${(event: MouseEvent) => this.#copy(key, state, event)}>
          ${icon(this.copied ? Check : Link)} ${this.copied ? 'Owner link copied' : 'Copy the owner link'}
        </button>
      </div>
      <p class="problem" role="alert">${this.problem}</p>
    `;
  }

  #renderField(session: DocumentSession): TemplateResult {
    return html`<details class="owner-key" ?open=${this.asksKey}>
      <summary>I own this document on another device</summary>
      <form
        @submit=${(event: SubmitEvent) => {
          event.preventDefault();
          void this.#use(session, event.currentTarget as HTMLFormElement);
        }}
      >
        <label class="label" for="owner-key">Owner key, or the owner link</label>
        <div class="owner-key-row">
          <input
            class="field"
            id="owner-key"
            name="key"
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            required
            aria-describedby="owner-key-problem"
            aria-invalid=${this.problem !== ''}
            data-testid="owner-key"
          />
          <button class="button" type="submit" ?disabled=${this.busy} data-testid="owner-key-use">Use my owner key</button>
        </div>
        <p class="problem" id="owner-key-problem" role="alert">${this.problem}</p>
      </form>
    </details>`;
  }

  async #use(session: DocumentSession, form: HTMLFormElement): Promise<void> {
    const key = findOwnerKey(String(new FormData(form).get('key') ?? ''));
    if (key === null) {
      this.problem = 'This is not an owner key. It begins with “own.”, and stands in the file that was downloaded.';
      return;
    }
    this.busy = true;
    this.problem = '';
    try {
      await session.documentAccess.useOwnerKey(key);
      form.reset();
      this.dispatchEvent(new Event('owned'));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error.status === 403 ? 'This is not the owner key of this document.' : error.message;
    } finally {
      this.busy = false;
    }
  }

  async #copy(key: string, state: SessionState, event: MouseEvent): Promise<void> {
    const button = event.currentTarget as HTMLButtonElement;
    this.copied = await copyText(credentialLink(location.origin, state.name, key));
    this.problem = this.copied ? '' : 'The browser does not let this page use the clipboard. Download the key instead.';
    button.focus();
  }
}

customElements.define('cs-owner-key-box', OwnerKeyBox);
