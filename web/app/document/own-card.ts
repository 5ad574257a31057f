import { html, type TemplateResult } from 'lit';
import { NAME_LENGTH } from '../../editor/people.ts';
import { PERSON_COLORS } from '../device/person-colors.ts';
import type { DocumentSession } from './document-session.ts';
import { SessionElement } from './session-element.ts';
import type { SessionState } from './session-state.ts';

/** How others see this person: name, colour, and whether they see the caret at all. Changes count at once. */
export class OwnCard extends SessionElement {
  protected override renderState({ guest, settings }: SessionState, session: DocumentSession): TemplateResult {
    return html`
      <label class="label" for="own-name">Your name, as others see it</label>
      <input
        class="field"
        id="own-name"
        maxlength=${NAME_LENGTH}
        autocomplete="nickname"
        spellcheck="false"
        data-testid="own-name-input"
        .value=${guest.name}
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
          ({ name, value }) => html`<label class="own-color" title=${name} style=${`--color: ${value}`}>
            <input
              type="radio"
              name="own-color"
              value=${value}
              .checked=${guest.color === value}
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
}

customElements.define('cs-own-card', OwnCard);
