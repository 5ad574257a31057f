import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { CloudUpload, X } from 'lucide';
import { icon } from '../base/icon.ts';
import { PageElement } from '../base/page-element.ts';
import type { LeftHere, UnsentDocument } from './left-here.ts';

/** Longest list of documents; the rest is counted. */
const SHOWN = 6;

type Stage = 'asking' | 'sending' | 'leaving';

/** Asks somebody who signs out while there is something of theirs on this device and nowhere else. */
export class SignOutDialog extends PageElement {
  static override properties: PropertyDeclarations = {
    left: { attribute: false },
    stage: { state: true },
    problem: { state: true },
  };

  declare left: LeftHere;
  /** Whether the person signs out in all browsers. */
  everywhere = false;
  /** What is left by now. */
  lookAgain: () => Promise<LeftHere> = async () => this.left;
  /** Brings a document's edits to the server; false when that did not work. */
  send: (name: string) => Promise<boolean> = async () => false;
  leave: () => Promise<void> = async () => undefined;
  sentenceOf: (error: unknown) => string = String;
  declare stage: Stage;
  declare problem: string;

  constructor() {
    super();
    this.left = { unsent: [], ownerKeys: 0 };
    this.stage = 'asking';
    this.problem = '';
  }

  /** Puts the dialog on the page, unless one is open. */
  async open(): Promise<void> {
    if (document.querySelector('dialog[open]') !== null) return;
    document.body.append(this);
    await this.updateComplete;
    this.querySelector('dialog')?.showModal();
  }

  protected override render(): TemplateResult {
    const { unsent, ownerKeys } = this.left;
    const busy = this.stage !== 'asking';
    const deed = this.everywhere ? 'Sign out everywhere' : 'Sign out';
    return html`<dialog class="dialog" aria-labelledby="sign-out-heading" data-testid="sign-out-dialog" @close=${() => this.remove()}>
      <div class="dialog-head">
        <h2 id="sign-out-heading">${deed}?</h2>
        <button class="button button-quiet button-icon" type="button" aria-label="Close" @click=${this.#close}>${icon(X)}</button>
      </div>
      <div class="dialog-body">
        ${unsent.length === 0 ? nothing : this.#renderUnsent(unsent)}
        ${
          ownerKeys === 0
            ? nothing
            : html`<p data-testid="sign-out-keys">
                This browser holds the owner key of ${ownerKeys === 1 ? 'one document' : `${ownerKeys} documents`}. Signing out deletes
                it here: without a copy of the key, and if you do not own the document by your sign-in, you are no longer its owner.
              </p>`
        }
        <p class="problem" role="alert" data-testid="sign-out-problem">${this.problem}</p>
        <p class="visually-hidden" role="status">${this.stage === 'sending' ? 'Sending your edits.' : ''}</p>
        <div class="dialog-actions">
          <button class="button" type="button" data-testid="sign-out-cancel" @click=${this.#close}>Cancel</button>
          <button class="button button-danger" type="button" ?disabled=${busy} data-testid="sign-out-lose" @click=${this.#go}>
            ${unsent.length === 0 ? deed : `${deed} and lose them`}
          </button>
          ${
            unsent.length === 0
              ? nothing
              : html`<button
                  class="button button-primary"
                  type="button"
                  autofocus
                  ?disabled=${busy}
                  data-testid="sign-out-send"
                  @click=${this.#sendAll}
                >
                  ${icon(CloudUpload)} ${this.stage === 'sending' ? 'Sending…' : 'Save them, then sign out'}
                </button>`
          }
        </div>
      </div>
    </dialog>`;
  }

  #renderUnsent(unsent: readonly UnsentDocument[]): TemplateResult {
    const more = unsent.length - SHOWN;
    return html`<p>
        <strong>${unsent.length === 1 ? '1 document has edits' : `${unsent.length} documents have edits`} that are not on the server yet.</strong>
        Signing out deletes them from this device.
      </p>
      <ul class="lost-list" data-testid="sign-out-unsent">
        ${unsent
          .slice(0, SHOWN)
          .map(
            ({ name, title, edits }) =>
              html`<li>${title || name}: ${edits === 1 ? '1 edit' : `${edits.toLocaleString('en')} edits`}</li>`,
          )}
        ${more > 0 ? html`<li>and ${more} more</li>` : nothing}
      </ul>`;
  }

  readonly #close = (): void => {
    this.querySelector('dialog')?.close();
  };

  readonly #go = async (): Promise<void> => {
    this.stage = 'leaving';
    this.problem = '';
    try {
      await this.leave();
    } catch (error) {
      this.stage = 'asking';
      this.problem = this.sentenceOf(error);
    }
  };

  readonly #sendAll = async (): Promise<void> => {
    this.stage = 'sending';
    this.problem = '';
    await Promise.all(this.left.unsent.map(({ name }) => this.send(name)));
    this.left = await this.lookAgain();
    // Somebody who has thought better of it has closed the dialog.
    if (!this.isConnected) return;
    if (this.left.unsent.length === 0) {
      await this.#go();
      return;
    }
    this.stage = 'asking';
    this.problem = 'Not everything could be saved. Try again when the server can be reached.';
  };
}

customElements.define('cs-sign-out-dialog', SignOutDialog);
