import { html, type TemplateResult } from 'lit';
import { Check } from 'lucide';
import { icon } from '../base/icon.ts';
import { PageElement } from '../base/page-element.ts';
import { matchPicks, type Pick } from './pick-matches.ts';

/**
 * A search field above a list (the combobox pattern): typing narrows the list, arrows move through it, Enter chooses. Fires
 * `pick` with the chosen line as `detail`.
 */
export class PickList extends PageElement {
  static override properties = {
    picks: { attribute: false },
    label: {},
    typed: { state: true },
    active: { state: true },
  };

  declare picks: readonly Pick[];
  /** What the field is for, read out and shown while it is empty. */
  declare label: string;
  declare typed: string;
  declare active: number;

  constructor() {
    super();
    this.picks = [];
    this.label = '';
    this.typed = '';
    this.active = 0;
  }

  protected override render(): TemplateResult {
    const shown = matchPicks(this.picks, this.typed);
    return html`
      <input
        class="field"
        role="combobox"
        aria-label=${this.label}
        aria-expanded="true"
        aria-controls="pick-options"
        aria-autocomplete="list"
        aria-activedescendant=${shown.length > 0 ? `pick-${this.active}` : ''}
        placeholder=${this.label}
        autocomplete="off"
        spellcheck="false"
        autofocus
        .value=${this.typed}
        @input=${(event: InputEvent) => {
          this.typed = (event.target as HTMLInputElement).value;
          this.active = 0;
        }}
        @keydown=${(event: KeyboardEvent) => this.#onKey(event, shown)}
      />
      <ul class="pick-options" id="pick-options" role="listbox" aria-label=${this.label}>
        ${shown.map((pick, index) => this.#line(pick, index))}
      </ul>
      ${shown.length === 0 ? html`<p class="pick-none">Nothing matches “${this.typed}”.</p>` : ''}
      <p class="visually-hidden" role="status">${
        this.typed === '' ? '' : shown.length === 1 ? '1 match' : `${shown.length} matches`
      }</p>
    `;
  }

  protected override updated(): void {
    this.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }

  #line(pick: Pick, index: number): TemplateResult {
    return html`<li
      id=${`pick-${index}`}
      class="pick"
      role="option"
      aria-selected=${index === this.active}
      @click=${() => this.#choose(pick)}
      @pointermove=${() => {
        this.active = index;
      }}
    >
      <span class="pick-label">${pick.label}</span>
      ${pick.detail ? html`<span class="pick-detail">${pick.detail}</span>` : ''}
      ${pick.current ? html`${icon(Check)}<span class="visually-hidden">(current)</span>` : ''}
    </li>`;
  }

  #onKey(event: KeyboardEvent, shown: readonly Pick[]): void {
    const target = this.#activeAfter(event.key, shown.length);
    if (event.key === 'Enter' && !event.isComposing) {
      const pick = shown[this.active];
      if (pick !== undefined) this.#choose(pick);
    } else if (target !== null) {
      this.active = target;
    } else {
      return;
    }
    event.preventDefault();
  }

  #activeAfter(key: string, count: number): number | null {
    if (count === 0) return null;
    switch (key) {
      case 'ArrowDown':
        return (this.active + 1) % count;
      case 'ArrowUp':
        return (this.active - 1 + count) % count;
      case 'PageDown':
        return Math.min(count - 1, this.active + 8);
      case 'PageUp':
        return Math.max(0, this.active - 8);
      default:
        return null;
    }
  }

  #choose(pick: Pick): void {
    this.dispatchEvent(new CustomEvent<Pick>('pick', { detail: pick }));
  }
}

customElements.define('cs-pick-list', PickList);
