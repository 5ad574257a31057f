import { html, nothing, type TemplateResult } from 'lit';
import { NAME_LENGTH } from '../../editor/carets/people.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { SessionElement } from '../session/session-element.ts';
import type { SessionState } from '../session/session-state.ts';

/** Asks, once in a browser, what others should call this person. It stands beside the text and waits; writing goes on. */
export class NameCard extends SessionElement {
  protected override renderState(state: SessionState, session: DocumentSession): TemplateResult | typeof nothing {
    if (!state.asksName) return nothing;
    const { name, color } = state.guest;
    return html`<form
      class="name-card"
      aria-label="Your name"
      data-testid="name-card"
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        const typed = new FormData(event.currentTarget as HTMLFormElement).get('name');
        session.changeGuest(typeof typed === 'string' && typed.trim() !== '' ? typed : name, color);
        session.focusEditor();
      }}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        session.keepInventedName();
        session.focusEditor();
      }}
    >
      <label class="label" for="first-name">Others see you as ${name}. What is your name?</label>
      <div class="name-card-row">
        <input class="field" id="first-name" name="name" maxlength=${NAME_LENGTH} autocomplete="nickname" spellcheck="false" data-testid="first-name" />
        <button class="button button-primary" type="submit">Save</button>
        <button class="button button-quiet" type="button" data-testid="name-later" @click=${() => session.keepInventedName()}>
          Not now
        </button>
      </div>
    </form>`;
  }
}

customElements.define('cs-name-card', NameCard);
