import { html, type TemplateResult } from 'lit';
import { openNewDocument } from '../link/new-document.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { vouchedName } from '../session/people-shown.ts';
import { THEME_CHOICES } from '../theme/theme-choice.ts';
import { hasCommandKey, keyName } from './key-name.ts';
import './pick-list.ts';
import { SessionDialog } from '../session/session-dialog.ts';
import type { SessionState } from '../session/session-state.ts';
import type { Pick } from './pick-matches.ts';

interface Command extends Pick {
  readonly run: () => void;
}

/** Every command of the page in one searchable list. */
export class CommandsDialog extends SessionDialog {
  protected override readonly heading = 'Commands';

  protected override renderBody(state: SessionState, session: DocumentSession): TemplateResult {
    return html`<cs-pick-list
      label="Search commands"
      .picks=${commands(state, session)}
      @pick=${(event: CustomEvent<Command>) => {
        this.close();
        event.detail.run();
      }}
    ></cs-pick-list>`;
  }
}

function commands(state: SessionState, session: DocumentSession): Command[] {
  const isMac = hasCommandKey(navigator.platform);
  const { settings, shown } = state;
  const onOff = (on: boolean) => (on ? 'on' : 'off');
  return [
    { label: 'Copy link, share', keywords: 'access roles', run: () => session.openPanel('share') },
    { label: 'Download as a file', keywords: 'save export', run: () => session.downloadCopy() },
    ...(state.mayWrite ? writingCommands(session, isMac) : []),
    {
      label: 'Line numbers',
      detail: onOff(shown.lineNumbers),
      run: () => session.changeSettings({ lineNumbers: !shown.lineNumbers }),
    },
    {
      label: 'Wrap long lines',
      detail: onOff(shown.lineWrapping),
      run: () => session.changeSettings({ lineWrapping: !shown.lineWrapping }),
    },
    {
      label: 'Hide my cursor',
      detail: onOff(settings.hideMyCursor),
      run: () => session.changeSettings({ hideMyCursor: !settings.hideMyCursor }),
    },
    ...THEME_CHOICES.map((choice) => ({
      label: `Theme: ${choice}`,
      keywords: 'colours dark light mode',
      current: choice === state.theme,
      run: () => session.setTheme(choice),
    })),
    ...state.people
      .filter(({ isSelf }) => !isSelf)
      .flatMap((person) => {
        const name = vouchedName(person, state.marksGuests);
        return [
          { label: `Go to ${name}`, run: () => session.jumpTo(person.clientId) },
          { label: `Follow ${name}`, run: () => session.follow(person.clientId) },
        ];
      }),
    { label: 'Keys', detail: '?', keywords: 'help shortcuts', run: () => session.openPanel('keys') },
    { label: 'New document', run: openNewDocument },
  ];
}

/** What only those who may write can do. */
function writingCommands(session: DocumentSession, isMac: boolean): Command[] {
  return [
    { label: 'Rename the document', keywords: 'title', run: () => session.startRenaming() },
    { label: 'Choose the language', keywords: 'syntax highlighting', run: () => session.openPanel('language') },
    { label: 'Undo', detail: keyName('Mod+Z', isMac), run: () => session.undo() },
    { label: 'Redo', detail: keyName('Mod+Shift+Z', isMac), run: () => session.redo() },
  ];
}

customElements.define('cs-commands-dialog', CommandsDialog);
