import { html, nothing, type TemplateResult } from 'lit';
import { LogIn, LogOut } from 'lucide';
import { NAME_LENGTH } from '../../editor/carets/people.ts';
import { signInAddress } from '../api/sign-in-address.ts';
import { icon } from '../base/icon.ts';
import { PERSON_COLORS } from '../device/person-colors.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { SessionElement } from '../session/session-element.ts';
import type { SessionState } from '../session/session-state.ts';

/** How others see this person: name, colour, and whether they see the caret at all. Changes count at once. */
export class ProfileCard extends SessionElement {
  protected override renderState(state: SessionState, session: DocumentSession): TemplateResult {
    const { guest, settings, person } = state;
    return html`
      ${this.#renderSession(state, session)}
      <label class="label" for="own-name">Your name, as others see it</label>
      <input
        class="field"
        id="own-name"
        maxlength=${NAME_LENGTH}
        autocomplete="nickname"
        spellcheck="false"
        data-testid="own-name-input"
        .value=${guest.name}
        ?readonly=${person !== null && person.name !== null}
        @change=${(event: Event) => session.changeGuest((event.target as HTMLInputElement).value, guest.color)}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key !== 'Enter' || event.isComposing) return;
          session.changeGuest((event.target as HTMLInputElement).value, guest.color);
          this.closest<HTMLElement>('[popover]')?.hidePopover();
        }}
      />
      <fieldset class="own-colors" data-testid="own-color">
        <legend class="label">Your colour</legend>
        ${PERSON_COLORS.map(
          ({ name, value }) => html`<label class="own-color" title=${name} .style=${`--color: ${value}`}>
            <input
              type="radio"
              name="own-color"
              value=${value}
              .checked=${guest.color === value}
              ?disabled=${person !== null && person.color !== null}
              @change=${() => session.changeGuest(guest.name, value)}
            />
            <span class="visually-hidden">${name}</span>
          </label>`,
        )}
      </fieldset>
      <label class="check">
        <input
          type="checkbox"
          .checked=${settings.hideMyCursor}
          @change=${(event: Event) =>
            session.changeSettings({ hideMyCursor: (event.target as HTMLInputElement).checked })}
        />
        Hide my cursor from others
      </label>
    `;
  }

  #renderSession({ person, signIn }: SessionState, session: DocumentSession): TemplateResult | typeof nothing {
    if (person !== null) {
      return html`<p class="own-session" data-testid="signed-in">
        <span>
          Signed in as <strong>${person.name ?? person.id}</strong>
          <button
            class="link-button own-session-all"
            type="button"
            aria-haspopup="dialog"
            data-testid="own-sessions-open"
            @click=${() => session.actions.showOwnSessions()}
          >
            Where you are signed in
          </button>
        </span>
        <button class="button" type="button" data-testid="sign-out" @click=${() => session.actions.signOut()}>
          ${icon(LogOut)} Sign out
        </button>
      </p>`;
    }
    if (signIn === null) return nothing;
    return html`<p class="own-session">
      <span>You are here as a guest.</span>
      <a class="button" href=${signInAddress(signIn, location)} data-testid="sign-in">${icon(LogIn)} Sign in</a>
    </p>`;
  }
}

customElements.define('cs-own-card', ProfileCard);
