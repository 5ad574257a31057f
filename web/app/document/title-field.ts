import { html, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import { LIMITS } from '../../../protocol/limits.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { SessionElement } from '../session/session-element.ts';
import type { SessionState } from '../session/session-state.ts';

/**
 * The document's title. A click turns it into a field: Enter or leaving it renames for everybody, Escape leaves it as it was. Both
 * keys go on into the text, where somebody who has named a document writes next.
 */
export class TitleField extends SessionElement {
  static override properties: PropertyDeclarations = { renaming: { state: true } };

  declare renaming: boolean;

  constructor() {
    super();
    this.renaming = false;
  }

  /** Opens the field, as a click on the title does. */
  start(): void {
    if (this.session?.state.mayWrite === true) this.renaming = true;
  }

  protected override renderState(state: SessionState, session: DocumentSession): TemplateResult {
    return html`<h1 class="title">${this.renaming ? this.#renderField(state, session) : this.#renderTitle(state)}</h1>`;
  }

  #renderTitle(state: SessionState): TemplateResult {
    const title = state.title || 'Untitled';
    return html`<button
        class="title-button"
        type="button"
        title=${state.mayWrite ? `${title} – click to rename` : title}
        ?disabled=${!state.mayWrite}
        ?data-untitled=${state.title === ''}
        data-testid="title"
        @click=${() => this.start()}
      >${title}</button>`;
  }

  #renderField(state: SessionState, session: DocumentSession): TemplateResult {
    return html`<input
      class="title-input"
      aria-label="Title of the document"
      placeholder="Untitled"
      maxlength=${LIMITS.titleLength}
      autocomplete="off"
      data-testid="title-input"
      value=${state.title}
      @keydown=${(event: KeyboardEvent) => {
        if (event.isComposing) return;
        if (event.key === 'Enter') this.#finish(session, event.target as HTMLInputElement);
        else if (event.key === 'Escape') this.renaming = false;
        else return;
        // The text gets the focus within this very key, which must not be typed there.
        session.focusEditor();
        event.preventDefault();
        event.stopPropagation();
      }}
      @blur=${(event: FocusEvent) => this.#finish(session, event.target as HTMLInputElement)}
    />`;
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has('renaming')) return;
    const field = this.querySelector('input');
    field?.focus();
    field?.select();
  }

  #finish(session: DocumentSession, field: HTMLInputElement): void {
    if (!this.renaming) return; // Escape has decided already; the field's blur comes after it.
    this.renaming = false;
    void session.rename(field.value);
  }
}

customElements.define('cs-title-field', TitleField);

declare global {
  interface HTMLElementTagNameMap {
    'cs-title-field': TitleField;
  }
}
