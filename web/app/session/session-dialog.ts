import { html, type TemplateResult } from 'lit';
import { X } from 'lucide';
import { icon } from '../base/icon.ts';
import type { DocumentSession } from './document-session.ts';
import { SessionElement } from './session-element.ts';
import type { SessionState } from './session-state.ts';

/**
 * A modal dialog over the document page. The platform's `<dialog>` keeps the focus inside, closes on Escape and gives the
 * focus back; this adds the frame, closes on a click beside it, and leaves the page when closed.
 */
export abstract class SessionDialog extends SessionElement {
  protected abstract readonly heading: string;

  protected abstract renderBody(state: SessionState, session: DocumentSession): TemplateResult;

  /** Puts the dialog on the page and the focus on its first control, or on the one marked `autofocus`. */
  async open(session: DocumentSession): Promise<void> {
    this.session = session;
    document.body.append(this);
    await this.updateComplete;
    this.#dialog?.showModal();
  }

  /** Takes the dialog off the page; the focus goes back to where it was. */
  close(): void {
    this.#dialog?.close();
  }

  /** Where the focus was may be gone meanwhile: then it goes to the text, not to the page's body. */
  #left(session: DocumentSession): void {
    this.remove();
    const { activeElement } = document;
    if (activeElement === null || activeElement === document.body) session.focusEditor();
  }

  get #dialog(): HTMLDialogElement | null {
    return this.querySelector('dialog');
  }

  protected override renderState(state: SessionState, session: DocumentSession): TemplateResult {
    return html`<dialog
      class="dialog"
      aria-labelledby="dialog-heading"
      @close=${() => this.#left(session)}
      @click=${(event: MouseEvent) => {
        if (event.target === event.currentTarget) this.close();
      }}
    >
      <div class="dialog-head">
        <h2 id="dialog-heading">${this.heading}</h2>
        <button class="button button-quiet button-icon" type="button" aria-label="Close" @click=${() => this.close()}>
          ${icon(X)}
        </button>
      </div>
      <div class="dialog-body">${this.renderBody(state, session)}</div>
    </dialog>`;
  }
}
