import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { Check, Navigation, ScanEye } from 'lucide';
import type { Person } from '../../editor/carets/people.ts';
import { readableInk } from '../../editor/carets/readable-ink.ts';
import { icon } from '../base/icon.ts';
import { initials } from '../device/initials.ts';
import type { DocumentSession } from '../session/document-session.ts';
import './profile-card.ts';
import { peopleShown, vouchedName } from '../session/people-shown.ts';
import { SessionElement } from '../session/session-element.ts';
import type { SessionState } from '../session/session-state.ts';

const PLACES = 5;
const PLACES_ON_A_PHONE = 3;

/**
 * The people in the document as circles with initials, own first. A click on somebody goes to their caret and shows a card with
 * "Follow"; a second click follows. A click on oneself changes name and colour.
 */
export class PeopleList extends SessionElement {
  static override properties: PropertyDeclarations = { narrow: { state: true }, carded: { state: true } };

  declare narrow: boolean;
  /** Whose card is open, or was last. */
  declare carded: number | null;

  /** The next press on the face whose card was opened last follows. */
  #followsNext = false;
  readonly #phone = window.matchMedia('(max-width: 30rem)');

  constructor() {
    super();
    this.narrow = this.#phone.matches;
    this.carded = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#phone.addEventListener('change', this.#onWidth);
    // Wherever the focus is: a pointer leaves it in the text.
    window.addEventListener('keydown', this.#onEscape, { capture: true });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#phone.removeEventListener('change', this.#onWidth);
    window.removeEventListener('keydown', this.#onEscape, { capture: true });
  }

  /** A card that was closed by key opens again at the next press; only a second press while it is open follows. */
  readonly #onEscape = (event: KeyboardEvent) => {
    if (event.key === 'Escape') this.#followsNext = false;
  };

  readonly #onWidth = () => {
    this.narrow = this.#phone.matches;
  };

  protected override renderState(state: SessionState, session: DocumentSession): TemplateResult {
    const { shown, hidden } = peopleShown(state.people, this.narrow ? PLACES_ON_A_PHONE : PLACES);
    return html`
      ${hidden > 0 ? html`<span class="people-count">${state.people.length} viewing</span>` : ''}
      <ul class="people" aria-label="People in this document" data-testid="people">
        ${repeat(
          shown,
          ({ clientId }) => clientId,
          (person) => html`<li>${person.isSelf ? this.#ownFace(person) : this.#face(person, state, session)}</li>`,
        )}
        ${
          hidden > 0
            ? html`<li>
                <button
                  class="face face-more"
                  type="button"
                  popovertarget="everybody"
                  aria-label=${`${hidden} more people; show everybody`}
                  title="Show everybody"
                >+${hidden}</button>
              </li>`
            : ''
        }
      </ul>
      <div class="popover own-card" id="own-card" popover aria-label="How others see you">
        <cs-own-card .session=${session}></cs-own-card>
      </div>
      ${this.#personCard(state, session)} ${this.#everybody(state, session, shown)}
    `;
  }

  #ownFace(person: Person): TemplateResult {
    return html`<button
      class="face"
      type="button"
      .style=${faceColors(person)}
      title=${ownName(person)}
      aria-label=${`${ownName(person)}: change name and colour`}
      aria-haspopup="dialog"
      popovertarget="own-card"
      data-person=${person.name}
      data-self
    >${initials(person.name)}${knownMark(person)}</button>`;
  }

  #face(person: Person, state: SessionState, session: DocumentSession): TemplateResult {
    const followed = state.following?.clientId === person.clientId;
    const name = vouchedName(person, state.marksGuests);
    return html`<button
      class="face"
      type="button"
      .style=${faceColors(person)}
      title=${name}
      aria-label=${followed ? `${name}: followed; stop following` : `${name}: go to their cursor`}
      ?data-followed=${followed}
      data-person=${person.name}
      @click=${(event: MouseEvent) => this.#onFace(person, session, event.currentTarget as HTMLElement)}
    >${initials(person.name)}${knownMark(person)}</button>`;
  }

  #onFace(person: Person, session: DocumentSession, face: HTMLElement): void {
    const card = this.querySelector<HTMLElement>('#person-card');
    if (session.state.following?.clientId === person.clientId) {
      session.follow(null);
    } else if (this.#followsNext && this.carded === person.clientId) {
      this.#followsNext = false;
      card?.hidePopover();
      session.follow(person.clientId);
    } else {
      session.jumpTo(person.clientId);
      this.carded = person.clientId;
      this.#followsNext = true;
      // The face is the card's anchor and, for the keyboard, the card comes right after it.
      void this.updateComplete.then(() => card?.showPopover({ source: face }));
    }
  }

  #personCard(state: SessionState, session: DocumentSession): TemplateResult {
    const person = state.people.find(({ clientId }) => clientId === this.carded);
    return html`<div class="popover person-card" id="person-card" popover aria-label="This person">
      ${
        person === undefined
          ? html`<p class="person-gone">They have left.</p>`
          : html`<p class="person-name">${person.name}</p>
              ${standing(person, state.marksGuests)} ${this.#personWays(person, session, state.marksGuests)}`
      }
    </div>`;
  }

  #personWays(person: Person, session: DocumentSession, marksGuests: boolean): TemplateResult {
    const name = vouchedName(person, marksGuests);
    const act = (what: () => void) => (event: MouseEvent) => {
      (event.currentTarget as HTMLElement).closest<HTMLElement>('[popover]')?.hidePopover();
      what();
    };
    return html`
      <button class="menu-item" type="button" @click=${act(() => session.jumpTo(person.clientId))}>
        ${icon(Navigation)} Go to <span class="visually-hidden">${name}</span>
      </button>
      <button class="menu-item" type="button" @click=${act(() => session.follow(person.clientId))}>
        ${icon(ScanEye)} Follow <span class="visually-hidden">${name}</span>
      </button>
    `;
  }

  #everybody(state: SessionState, session: DocumentSession, shown: readonly Person[]): TemplateResult {
    return html`<div class="popover everybody" id="everybody" popover aria-label="Everybody in this document">
      <ul>
        ${repeat(
          state.people,
          ({ clientId }) => clientId,
          (person) => html`<li data-person=${shown.includes(person) ? nothing : person.name}>
            <span class="face face-small" .style=${faceColors(person)} aria-hidden="true">${initials(person.name)}${knownMark(person)}</span>
            <span class="everybody-name">${person.isSelf ? ownName(person) : vouchedName(person, state.marksGuests)}</span>
            ${person.isSelf ? '' : this.#personWays(person, session, state.marksGuests)}
          </li>`,
        )}
      </ul>
    </div>`;
  }
}

function ownName(person: Person): string {
  return `${person.name} (${person.known ? 'you, verified' : 'you'})`;
}

/** A check on the face of somebody whose name the server vouches for. Names and colours can be chosen, this cannot. */
function knownMark(person: Person): TemplateResult | typeof nothing {
  return person.known ? html`<span class="face-known">${icon(Check)}</span>` : nothing;
}

/** What the card says of how far a name can be trusted. */
function standing(person: Person, marksGuests: boolean): TemplateResult | typeof nothing {
  if (person.known)
    return html`<p class="person-standing">${icon(Check)} Verified: the server knows them by this name.</p>`;
  return marksGuests ? html`<p class="person-standing">A guest: anyone can take this name.</p>` : nothing;
}

function faceColors(person: Person): string {
  return `background: ${person.color}; color: ${readableInk(person.color)}`;
}

customElements.define('cs-people-list', PeopleList);
