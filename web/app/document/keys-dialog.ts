import { html, type TemplateResult } from 'lit';
import { SessionDialog } from '../session/session-dialog.ts';
import { hasCommandKey, keyName } from './key-name.ts';

const GROUPS = [
  {
    heading: 'Writing',
    keys: [
      ['Mod+Z', 'Undo what you wrote (never what others wrote)'],
      ['Mod+Shift+Z', 'Redo'],
      ['Mod+F', 'Search and replace'],
      ['Mod+/', 'Comment or uncomment code'],
      ['Alt+ArrowUp', 'Move the line up; with ArrowDown, down'],
      ['Mod+A', 'Select everything'],
    ],
  },
  {
    heading: 'Around the text',
    keys: [
      ['Mod+K', 'All commands'],
      ['Mod+S', 'Say whether everything is saved'],
      ['Escape', 'Then Tab: leave the text, which keeps Tab for itself'],
      ['Alt+F9', 'Go to the top bar; Escape goes back to the text'],
      ['?', 'These keys, while the focus is in the top bar'],
    ],
  },
] as const;

/** The keys worth knowing. */
export class KeysDialog extends SessionDialog {
  protected override readonly heading = 'Keys';

  protected override renderBody(): TemplateResult {
    const isMac = hasCommandKey(navigator.platform);
    return html`${GROUPS.map(
      (group) => html`<section>
        <h3 class="keys-heading">${group.heading}</h3>
        <dl class="keys">
          ${group.keys.map(
            ([keys, what]) => html`<div>
              <dt><kbd>${keyName(keys, isMac).replace('Arrow', '')}</kbd></dt>
              <dd>${what.replace('ArrowDown', 'Down')}</dd>
            </div>`,
          )}
        </dl>
      </section>`,
    )}`;
  }
}

customElements.define('cs-keys-dialog', KeysDialog);
