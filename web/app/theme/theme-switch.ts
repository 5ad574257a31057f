import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { icon } from '../base/icon.ts';
import { PageElement } from '../base/page-element.ts';
import type { KeptStrings } from '../device/local-store.ts';
import { followThemeOfOtherTabs } from './follow-other-tabs.ts';
import { chooseTheme, readTheme, THEME_CHOICES } from './theme-choice.ts';
import { THEME_FACES } from './theme-faces.ts';

/** Three radio buttons: light, dark, and what the device says. */
export class ThemeSwitch extends PageElement {
  static override properties = { store: { attribute: false } };

  /** Where the choice is kept. Nothing is shown before it is set. */
  declare store: KeptStrings | undefined;

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('store') && this.store !== undefined) {
      followThemeOfOtherTabs(this.store, window, document.documentElement, () => this.requestUpdate());
    }
  }

  protected override render(): TemplateResult | typeof nothing {
    const { store } = this;
    if (store === undefined) return nothing;
    const chosen = readTheme(store);
    return html`<fieldset class="theme-switch" data-testid="theme">
      <legend class="visually-hidden">Theme</legend>
      ${THEME_CHOICES.map(
        (choice) => html`<label title=${THEME_FACES[choice].label}>
          <input
            type="radio"
            name="theme"
            value=${choice}
            .checked=${choice === chosen}
            @change=${() => {
              chooseTheme(store, choice, document.documentElement);
              this.requestUpdate();
            }}
          />
          ${icon(THEME_FACES[choice].icon)}
          <span class="visually-hidden">${THEME_FACES[choice].label}</span>
        </label>`,
      )}
    </fieldset>`;
  }
}

customElements.define('cs-theme-switch', ThemeSwitch);

declare global {
  interface HTMLElementTagNameMap {
    'cs-theme-switch': ThemeSwitch;
  }
}
