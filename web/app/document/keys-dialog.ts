import { html, type TemplateResult } from 'lit';
import { COMMANDS, type Command, isAvailable } from '../commands/commands.ts';
import { hasCommandKey, shortcutLabel } from '../commands/shortcut.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { SessionDialog } from '../session/session-dialog.ts';
import type { SessionState } from '../session/session-state.ts';

const TOPICS: readonly Command['topic'][] = ['Writing', 'Around the text'];

/** The keys of all commands that have some. */
export class KeysDialog extends SessionDialog {
  protected override readonly heading = 'Keyboard shortcuts';

  protected override renderBody(state: SessionState, _session: DocumentSession): TemplateResult {
    const isMac = hasCommandKey(navigator.platform);
    // What works only at times, such as Escape while following, is worth knowing beforehand.
    const listed = COMMANDS.filter((command) => isAvailable({ ...command, when: () => true }, state));
    return html`${TOPICS.map(
      (topic) => html`<section>
        <h3 class="keys-heading">${topic}</h3>
        <dl class="keys">
          ${listed
            .filter((command) => command.topic === topic)
            .map(({ keys = [], label, explanation = label }) =>
              keys.length === 0
                ? ''
                : html`<div>
                    <dt>${keys.map(({ shortcut }) => html`<kbd>${shortcutLabel(shortcut, isMac)}</kbd> `)}</dt>
                    <dd>${explanation}</dd>
                  </div>`,
            )}
        </dl>
      </section>`,
    )}`;
  }
}

customElements.define('cs-keys-dialog', KeysDialog);
