import { html, type TemplateResult } from 'lit';
import { availableCommands, type Command } from '../commands/commands.ts';
import { hasCommandKey, shortcutLabel } from '../commands/shortcut.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { SessionDialog } from '../session/session-dialog.ts';
import type { SessionState } from '../session/session-state.ts';
import './pick-list.ts';
import type { Pick } from './pick-matches.ts';

interface CommandPick extends Pick {
  readonly command: Command;
}

/** All that this person can do now, in one searchable list. */
export class CommandsDialog extends SessionDialog {
  protected override readonly heading = 'All commands';

  protected override renderBody(state: SessionState, session: DocumentSession): TemplateResult {
    const isMac = hasCommandKey(navigator.platform);
    return html`<cs-pick-list
      label="Search commands"
      .picks=${availableCommands(state).map((command) => pickOf(command, state, isMac))}
      @pick=${(event: CustomEvent<CommandPick>) => {
        this.close();
        event.detail.command.run(session);
      }}
    ></cs-pick-list>`;
  }
}

function pickOf(command: Command, state: SessionState, isMac: boolean): CommandPick {
  const { label, keywords = '', keys = [], menu } = command;
  const checked = command.checked?.(state);
  // One of several has a mark where it stands; what is on or off says which.
  const isChoice = menu?.group === 'theme';
  const onOff = checked === undefined || isChoice ? [] : [checked ? 'on' : 'off'];
  const shortcut = keys[0] === undefined ? [] : [shortcutLabel(keys[0].shortcut, isMac)];
  const detail = [...onOff, command.detail?.(state) ?? '', ...shortcut].filter((part) => part !== '').join(' · ');
  return { label, keywords, detail, current: isChoice && checked === true, command };
}

customElements.define('cs-commands-dialog', CommandsDialog);
