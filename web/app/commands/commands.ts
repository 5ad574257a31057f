import { moveLineDown, moveLineUp, selectAll, toggleComment } from '@codemirror/commands';
import { foldAll, foldCode, unfoldAll, unfoldCode } from '@codemirror/language';
import type { EditorView } from '@codemirror/view';
import {
  Activity,
  Command as CommandSign,
  Download,
  FilePlus2,
  type IconNode,
  Keyboard,
  Languages,
  ListTree,
  Search,
} from 'lucide';
import { goToLine, openSearch } from '../../editor/search/search-keys.ts';
import { insertLink, toggleBold, toggleItalic } from '../../editor/text/markdown-marks.ts';
import { newDocumentPath } from '../link/new-document.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { vouchedName } from '../session/people-shown.ts';
import type { SessionState } from '../session/session-state.ts';
import { THEME_CHOICES, type ThemeChoice } from '../theme/theme-choice.ts';
import { THEME_FACES } from '../theme/theme-faces.ts';
import { hasCommandKey, type Shortcut } from './shortcut.ts';

/** Where a command's keys work. */
export type KeyScope =
  /** Anywhere on the page. */
  | 'page'
  /** Anywhere but where text is typed. */
  | 'outside text'
  /** In the text, whose editor handles them, before the keys of the page. They are here to be listed. */
  | 'text';

/** Where a command stands in the menu of the bar. */
export type MenuPlace =
  | { readonly group: 'document' | 'help'; readonly icon: IconNode }
  /** A check box. */
  | { readonly group: 'view' }
  /** One of a row of radio buttons. */
  | { readonly group: 'theme'; readonly icon: IconNode; readonly label: string };

/** Something the document page can do. */
export interface Command {
  readonly id: string;
  /** As the menu and the list of all commands say it. */
  readonly label: string;
  /** For the list of keys, where the label says too little. */
  readonly explanation?: string;
  /** Further words that find it. */
  readonly keywords?: string;
  /** The first one is shown beside the label. */
  readonly keys?: readonly { readonly shortcut: Shortcut; readonly scope: KeyScope }[];
  /** Under which heading the list of keys has it. */
  readonly topic: 'Writing' | 'Around the text';
  readonly menu?: MenuPlace;
  /** `write` for what only those who may change the document can do. */
  readonly needs?: 'write';
  /** Whether there is something to do now. Without it there always is. */
  readonly when?: (state: SessionState) => boolean;
  /** What stands behind the label, such as the present choice. */
  readonly detail?: (state: SessionState) => string;
  /** For what is on or off, or one of several. */
  readonly checked?: (state: SessionState) => boolean;
  /** For what is a page of its own: the menu offers it as a link. */
  readonly href?: () => string;
  readonly run: (session: DocumentSession) => void;
}

/** Everything the document page can do: the menu, the list of all commands, the list of keys and the keys are made from it. */
export const COMMANDS: readonly Command[] = [
  {
    id: 'undo',
    label: 'Undo',
    explanation: 'Undo what you wrote (never what others wrote)',
    keys: [{ shortcut: 'Mod+Z', scope: 'text' }],
    topic: 'Writing',
    needs: 'write',
    run: (session) => session.undo(),
  },
  {
    id: 'redo',
    label: 'Redo',
    keys: [{ shortcut: 'Mod+Shift+Z', scope: 'text' }],
    topic: 'Writing',
    needs: 'write',
    run: (session) => session.redo(),
  },
  {
    id: 'find',
    label: 'Find and replace',
    keywords: 'search',
    keys: [{ shortcut: 'Mod+F', scope: 'page' }],
    topic: 'Writing',
    menu: { group: 'document', icon: Search },
    run: (session) => session.inText(openSearch),
  },
  {
    id: 'go-to-line',
    label: 'Go to line',
    keywords: 'number jump',
    keys: [{ shortcut: 'Mod+G', scope: 'page' }],
    topic: 'Writing',
    run: (session) => session.inText(goToLine),
  },
  {
    id: 'bold',
    label: 'Bold',
    keywords: 'strong markdown format',
    keys: [{ shortcut: 'Mod+B', scope: 'text' }],
    topic: 'Writing',
    needs: 'write',
    when: isMarkdown,
    run: (session) => session.inText(toggleBold),
  },
  {
    id: 'italic',
    label: 'Italic',
    keywords: 'emphasis markdown format',
    keys: [{ shortcut: 'Mod+I', scope: 'text' }],
    topic: 'Writing',
    needs: 'write',
    when: isMarkdown,
    run: (session) => session.inText(toggleItalic),
  },
  {
    id: 'link',
    label: 'Link',
    explanation: 'Link what is selected (Ctrl or ⌘ and click opens a link)',
    keywords: 'url address markdown',
    keys: [{ shortcut: 'Mod+K', scope: 'text' }],
    topic: 'Writing',
    needs: 'write',
    when: isMarkdown,
    run: (session) => session.inText(insertLink),
  },
  {
    id: 'comment-code',
    label: 'Comment or uncomment code',
    keys: [{ shortcut: 'Mod+/', scope: 'text' }],
    topic: 'Writing',
    needs: 'write',
    run: (session) => session.inText(toggleComment),
  },
  {
    id: 'move-line-up',
    label: 'Move the line up',
    keys: [{ shortcut: 'Alt+ArrowUp', scope: 'text' }],
    topic: 'Writing',
    needs: 'write',
    run: (session) => session.inText(moveLineUp),
  },
  {
    id: 'move-line-down',
    label: 'Move the line down',
    keys: [{ shortcut: 'Alt+ArrowDown', scope: 'text' }],
    topic: 'Writing',
    needs: 'write',
    run: (session) => session.inText(moveLineDown),
  },
  {
    id: 'complete-word',
    label: 'Complete the word',
    explanation: 'Complete the word from those in the text',
    keywords: 'completion autocomplete suggest',
    keys: [{ shortcut: 'Ctrl+Space', scope: 'text' }],
    topic: 'Writing',
    needs: 'write',
    run: (session) => session.inText(completeWord),
  },
  {
    id: 'fold',
    label: 'Fold the section',
    keywords: 'collapse hide code',
    topic: 'Writing',
    detail: () => foldKey('['),
    run: (session) => session.inText(foldCode),
  },
  {
    id: 'unfold',
    label: 'Unfold the section',
    keywords: 'expand show code',
    topic: 'Writing',
    detail: () => foldKey(']'),
    run: (session) => session.inText(unfoldCode),
  },
  {
    id: 'fold-all',
    label: 'Fold everything',
    keywords: 'collapse hide all code',
    topic: 'Writing',
    run: (session) => session.inText(foldAll),
  },
  {
    id: 'unfold-all',
    label: 'Unfold everything',
    keywords: 'expand show all code',
    topic: 'Writing',
    run: (session) => session.inText(unfoldAll),
  },
  {
    id: 'select-all',
    label: 'Select everything',
    keys: [{ shortcut: 'Mod+A', scope: 'text' }],
    topic: 'Writing',
    run: (session) => session.inText(selectAll),
  },
  {
    id: 'outline',
    label: 'Outline',
    explanation: 'Outline: the headings of the text; again, close it',
    keywords: 'headings contents structure panel',
    keys: [{ shortcut: 'Mod+Shift+O', scope: 'page' }],
    topic: 'Around the text',
    menu: { group: 'document', icon: ListTree },
    run: (session) => session.toggleSidePanel('outline'),
  },
  {
    id: 'connection',
    label: 'Connection',
    explanation: 'Connection: what this page and the server say to each other; again, close it',
    keywords: 'inspector network debug transport websocket offline frames log panel',
    topic: 'Around the text',
    menu: { group: 'document', icon: Activity },
    run: (session) => session.toggleSidePanel('connection'),
  },
  {
    id: 'share',
    label: 'Share',
    keywords: 'copy link access roles people',
    topic: 'Around the text',
    run: (session) => session.ui.openDialog('share'),
  },
  {
    id: 'rename',
    label: 'Rename the document',
    keywords: 'title',
    topic: 'Around the text',
    needs: 'write',
    run: (session) => session.ui.startRenaming(),
  },
  {
    id: 'download',
    label: 'Download as a file',
    keywords: 'save export',
    topic: 'Around the text',
    menu: { group: 'document', icon: Download },
    run: (session) => session.actions.downloadCopy(),
  },
  {
    id: 'language',
    label: 'Syntax',
    keywords: 'language highlighting markdown code',
    topic: 'Around the text',
    menu: { group: 'document', icon: Languages },
    needs: 'write',
    detail: ({ resolvedLanguage }) => resolvedLanguage,
    run: (session) => session.ui.openDialog('language'),
  },
  {
    id: 'indentation',
    label: 'Indentation',
    keywords: 'tab spaces indent',
    topic: 'Around the text',
    needs: 'write',
    run: (session) => session.ui.openDialog('indentation'),
  },
  {
    id: 'completion',
    label: 'Suggest words while typing',
    keywords: 'completion autocomplete',
    topic: 'Around the text',
    needs: 'write',
    checked: ({ shown }) => shown.completion,
    run: (session) => session.changeSettings({ completion: !session.state.shown.completion }),
  },
  {
    id: 'say-place',
    label: 'Where is my cursor?',
    explanation: 'Say line, column and how much is selected',
    keywords: 'position line column',
    topic: 'Around the text',
    run: (session) => session.sayPlace(),
  },
  {
    id: 'line-numbers',
    label: 'Line numbers',
    topic: 'Around the text',
    menu: { group: 'view' },
    checked: ({ shown }) => shown.lineNumbers,
    run: (session) => session.changeSettings({ lineNumbers: !session.state.shown.lineNumbers }),
  },
  {
    id: 'line-wrapping',
    label: 'Wrap long lines',
    topic: 'Around the text',
    menu: { group: 'view' },
    checked: ({ shown }) => shown.lineWrapping,
    run: (session) => session.changeSettings({ lineWrapping: !session.state.shown.lineWrapping }),
  },
  {
    id: 'hide-cursor',
    label: 'Hide my cursor',
    topic: 'Around the text',
    checked: ({ settings }) => settings.hideMyCursor,
    run: (session) => session.changeSettings({ hideMyCursor: !session.state.settings.hideMyCursor }),
  },
  ...THEME_CHOICES.map(themeCommand),
  {
    id: 'commands',
    label: 'All commands',
    keys: [
      { shortcut: 'Mod+Shift+P', scope: 'page' },
      { shortcut: 'Mod+K', scope: 'page' },
    ],
    topic: 'Around the text',
    menu: { group: 'help', icon: CommandSign },
    run: (session) => session.ui.openDialog('commands'),
  },
  {
    id: 'keys',
    label: 'Keyboard shortcuts',
    explanation: 'Keyboard shortcuts, while the focus is not in a text',
    keywords: 'help keys',
    keys: [{ shortcut: '?', scope: 'outside text' }],
    topic: 'Around the text',
    menu: { group: 'help', icon: Keyboard },
    run: (session) => session.ui.openDialog('keys'),
  },
  {
    id: 'say-saved',
    label: 'Is everything saved?',
    explanation: 'Say whether everything is saved',
    keys: [{ shortcut: 'Mod+S', scope: 'page' }],
    topic: 'Around the text',
    run: (session) => session.actions.sayWhetherSaved(),
  },
  {
    id: 'go-to-bar',
    label: 'Go to the top bar',
    explanation: 'Go to the top bar; Escape goes back to the text',
    keys: [{ shortcut: 'Alt+F9', scope: 'page' }],
    topic: 'Around the text',
    run: (session) => session.ui.focusBar(),
  },
  {
    id: 'stop-following',
    label: 'Stop following',
    keys: [{ shortcut: 'Escape', scope: 'page' }],
    topic: 'Around the text',
    when: ({ following }) => following !== null,
    detail: ({ following }) => following?.name ?? '',
    run: (session) => session.follow(null),
  },
  {
    id: 'new-document',
    label: 'New document',
    topic: 'Around the text',
    menu: { group: 'help', icon: FilePlus2 },
    detail: () => 'in a new tab',
    href: () => newDocumentPath(),
    run: () => window.open(newDocumentPath(), '_blank', 'noopener'),
  },
];

function isMarkdown({ resolvedLanguage }: SessionState): boolean {
  return resolvedLanguage === 'Markdown';
}

/** The editor's own keys, which a Mac has elsewhere. */
function foldKey(sign: '[' | ']'): string {
  return hasCommandKey(navigator.platform) ? `⌥⌘${sign}` : `Ctrl+Shift+${sign}`;
}

/** Completion comes when the page is idle; who asks for it sooner waits for it. */
function completeWord(view: EditorView): boolean {
  void import('../../editor/code/typing-help.ts').then(({ startCompletion }) => startCompletion(view));
  return true;
}

function themeCommand(choice: ThemeChoice): Command {
  const { icon, label } = THEME_FACES[choice];
  return {
    id: `theme-${choice}`,
    label: `Theme: ${label.toLowerCase()}`,
    keywords: 'colours dark light mode',
    topic: 'Around the text',
    menu: { group: 'theme', icon, label },
    checked: ({ theme }) => theme === choice,
    run: (session) => session.setTheme(choice),
  };
}

/** The commands about the people who are here, two for each. */
function peopleCommands({ people, marksGuests }: SessionState): Command[] {
  return people
    .filter(({ isSelf }) => !isSelf)
    .flatMap((person) => {
      const name = vouchedName(person, marksGuests);
      const { clientId } = person;
      const about = { topic: 'Around the text', keywords: 'people cursor' } as const;
      return [
        {
          ...about,
          id: `go-to-${clientId}`,
          label: `Go to ${name}`,
          run: (session: DocumentSession) => session.jumpTo(clientId),
        },
        {
          ...about,
          id: `follow-${clientId}`,
          label: `Follow ${name}`,
          run: (session: DocumentSession) => session.follow(clientId),
        },
      ];
    });
}

/** Whether this person can do it now. */
export function isAvailable({ needs, when }: Command, state: SessionState): boolean {
  return (needs !== 'write' || state.mayWrite) && (when?.(state) ?? true);
}

/** All that this person can do now. */
export function availableCommands(state: SessionState): Command[] {
  return [...COMMANDS, ...peopleCommands(state)].filter((command) => isAvailable(command, state));
}
