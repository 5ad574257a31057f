import { html, type TemplateResult } from 'lit';
import { Check, Ellipsis } from 'lucide';
import { moveFocusByKey } from '../base/arrow-keys.ts';
import { icon } from '../base/icon.ts';
import { COMMANDS, type Command, isAvailable, type MenuPlace } from '../commands/commands.ts';
import { hasCommandKey, shortcutLabel } from '../commands/shortcut.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { SessionElement } from '../session/session-element.ts';
import type { SessionState } from '../session/session-state.ts';

interface MenuCommand extends Command {
  readonly menu: MenuPlace;
}

/** The menu at the end of the bar: the commands that are not needed all the time. */
export class DocumentMenu extends SessionElement {
  protected override renderState(state: SessionState, session: DocumentSession): TemplateResult {
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
        @keydown=${(event: KeyboardEvent) => moveFocusByKey(event.currentTarget as HTMLElement, event)}
        @focusout=${(event: FocusEvent) => this.#closeWhenLeft(event)}
      >
        ${this.#group('document', state, session)}
        <hr class="menu-rule" />
        ${this.#group('view', state, session)}
        <div class="menu-themes" role="group" aria-label="Theme" data-testid="theme">
          ${this.#group('theme', state, session)}
        </div>
        <hr class="menu-rule" />
        ${this.#group('help', state, session)}
      </div>
    `;
  }

  #group(group: MenuPlace['group'], state: SessionState, session: DocumentSession): TemplateResult[] {
    return COMMANDS.filter((command): command is MenuCommand => command.menu?.group === group)
      .filter((command) => isAvailable(command, state))
      .map((command, index) => this.#item(command, group === 'document' && index === 0, state, session));
  }

  /** @param isFirst the menu opens with the focus on it */
  #item(command: MenuCommand, isFirst: boolean, state: SessionState, session: DocumentSession): TemplateResult {
    const { menu } = command;
    switch (menu.group) {
      case 'document':
      case 'help': {
        const words = html`${icon(menu.icon)} ${command.label} ${detailOf(command, state)}`;
        if (command.href !== undefined) {
          return html`<a
            class="menu-item"
            role="menuitem"
            tabindex="-1"
            href=${command.href()}
            target="_blank"
            rel="noopener"
            data-testid=${command.id}
            @click=${() => this.#hide()}
          >${words}</a>`;
        }
        return html`<button
          class="menu-item"
          type="button"
          role="menuitem"
          tabindex="-1"
          ?autofocus=${isFirst}
          data-testid=${command.id}
          @click=${() => {
            this.#hide();
            command.run(session);
          }}
        >${words}</button>`;
      }
      case 'view':
        return html`<button
          class="menu-item"
          type="button"
          role="menuitemcheckbox"
          tabindex="-1"
          aria-checked=${command.checked?.(state) ?? false}
          data-testid=${command.id}
          @click=${() => command.run(session)}
        >
          ${icon(Check, 'menu-check')} ${command.label}
        </button>`;
      case 'theme':
        return html`<button
          class="menu-theme"
          type="button"
          role="menuitemradio"
          tabindex="-1"
          aria-checked=${command.checked?.(state) ?? false}
          data-testid=${command.id}
          @click=${() => command.run(session)}
        >
          ${icon(menu.icon)} ${menu.label}
        </button>`;
    }
  }

  #hide(): void {
    this.querySelector<HTMLElement>('[popover]')?.hidePopover();
  }

  /** Tab leaves a menu, and a menu that was left is closed. */
  #closeWhenLeft(event: FocusEvent): void {
    const to = event.relatedTarget;
    if (to instanceof Node && !(event.currentTarget as HTMLElement).contains(to)) this.#hide();
  }
}

/** What stands at the end of the line: the present choice, else the keys. */
function detailOf(command: Command, state: SessionState): TemplateResult | string {
  const first = command.keys?.[0];
  const keys = first === undefined ? '' : shortcutLabel(first.shortcut, hasCommandKey(navigator.platform));
  const detail = command.detail?.(state) ?? keys;
  return detail === '' ? '' : html`<span class="menu-detail">${detail}</span>`;
}

customElements.define('cs-document-menu', DocumentMenu);
