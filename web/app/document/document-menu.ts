import { html, nothing, type TemplateResult } from 'lit';
import { Check, Download, Ellipsis, FilePlus2, type IconNode, Keyboard, Languages, Search } from 'lucide';
import { moveFocusByKey } from '../base/arrow-keys.ts';
import { icon } from '../base/icon.ts';
import { newDocumentPath } from '../link/new-document.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { SessionElement } from '../session/session-element.ts';
import type { SessionState } from '../session/session-state.ts';
import { THEME_CHOICES, type ThemeChoice } from '../theme/theme-choice.ts';
import { THEME_FACES } from '../theme/theme-faces.ts';
import { hasCommandKey, keyName } from './key-name.ts';

/** The menu at the end of the bar: what is not needed all the time. */
export class DocumentMenu extends SessionElement {
  protected override renderState(state: SessionState, session: DocumentSession): TemplateResult {
    const isMac = hasCommandKey(navigator.platform);
    return html`
      <button
        class="button button-quiet button-icon"
        type="button"
        aria-label="Menu"
        title="Menu"
        aria-haspopup="menu"
        popovertarget="document-menu"
        data-testid="menu"
      >
        ${icon(Ellipsis)}
      </button>
      <div
        class="popover document-menu"
        id="document-menu"
        role="menu"
        aria-label="Menu"
        popover
        @toggle=${(event: ToggleEvent) => {
          if (event.newState === 'open') this.querySelector<HTMLElement>('[role^="menuitem"]')?.focus();
        }}
        @keydown=${(event: KeyboardEvent) => moveFocusByKey(event.currentTarget as HTMLElement, event)}
        @focusout=${(event: FocusEvent) => this.closeWhenLeft(event)}
      >
        ${this.item(Download, 'Download as a file', '', 'download', () => session.downloadCopy())}
        ${
          state.mayWrite
            ? this.item(Languages, 'Language', state.resolvedLanguage, 'language', () => session.openPanel('language'))
            : nothing
        }
        <hr class="menu-rule" />
        ${this.setting(state, session, 'lineNumbers', 'Line numbers')}
        ${this.setting(state, session, 'lineWrapping', 'Wrap long lines')}
        <div class="menu-themes" role="group" aria-label="Theme" data-testid="theme">
          ${THEME_CHOICES.map((choice) => this.theme(choice, state, session))}
        </div>
        <hr class="menu-rule" />
        ${this.item(Search, 'Commands', keyName('Mod+K', isMac), 'commands', () => session.openPanel('commands'))}
        ${this.item(Keyboard, 'Keys', '?', 'keys', () => session.openPanel('keys'))}
        <a
          class="menu-item"
          role="menuitem"
          tabindex="-1"
          href=${newDocumentPath()}
          target="_blank"
          rel="noopener"
          data-testid="new-document"
          @click=${() => this.hide()}
        >
          ${icon(FilePlus2)} New document <span class="menu-detail">in a new tab</span>
        </a>
      </div>
    `;
  }

  private item(face: IconNode, label: string, detail: string, testId: string, run: () => void): TemplateResult {
    return html`<button
      class="menu-item"
      type="button"
      role="menuitem"
      tabindex="-1"
      data-testid=${testId}
      @click=${() => {
        this.hide();
        run();
      }}
    >
      ${icon(face)} ${label} ${detail === '' ? '' : html`<span class="menu-detail">${detail}</span>`}
    </button>`;
  }

  private setting(
    { shown }: SessionState,
    session: DocumentSession,
    key: keyof SessionState['shown'],
    label: string,
  ): TemplateResult {
    return html`<button
      class="menu-item"
      type="button"
      role="menuitemcheckbox"
      tabindex="-1"
      aria-checked=${shown[key]}
      @click=${() => session.changeSettings({ [key]: !shown[key] })}
    >
      ${icon(Check, 'menu-check')} ${label}
    </button>`;
  }

  private theme(choice: ThemeChoice, state: SessionState, session: DocumentSession): TemplateResult {
    const { icon: face, label } = THEME_FACES[choice];
    return html`<button
      class="menu-theme"
      type="button"
      role="menuitemradio"
      tabindex="-1"
      aria-checked=${state.theme === choice}
      data-theme-choice=${choice}
      @click=${() => session.setTheme(choice)}
    >
      ${icon(face)} ${label}
    </button>`;
  }

  private hide(): void {
    this.querySelector<HTMLElement>('[popover]')?.hidePopover();
  }

  /** Tab leaves a menu, and a menu that was left is closed. */
  private closeWhenLeft(event: FocusEvent): void {
    const to = event.relatedTarget;
    if (to instanceof Node && !(event.currentTarget as HTMLElement).contains(to)) this.hide();
  }
}

customElements.define('cs-document-menu', DocumentMenu);
