import type { DocumentSession } from '../session/document-session.ts';
import { COMMANDS, type Command, isAvailable, type KeyScope } from './commands.ts';
import { isShortcut } from './shortcut.ts';

/** The keys that work anywhere on a document page. Those of the text are the editor's. */
export function handlePageKeys(page: Window, session: DocumentSession): void {
  page.addEventListener(
    'keydown',
    (event) => {
      if (event.isComposing) return;
      const command = COMMANDS.find((candidate) => isMeant(candidate, event, session));
      if (command === undefined || COMMANDS.some((other) => isForText(other, event, session))) return;
      event.preventDefault();
      event.stopPropagation();
      // Behind an open dialog nothing moves.
      if (document.querySelector('dialog[open]') === null) command.run(session);
    },
    { capture: true },
  );
}

function isMeant(command: Command, event: KeyboardEvent, session: DocumentSession): boolean {
  const isPressed = command.keys?.some(({ shortcut, scope }) => isShortcut(event, shortcut) && isIn(scope, event));
  return isPressed === true && isAvailable(command, session.state);
}

/** Whether the editor has a command of its own for a key pressed in the text. */
function isForText(command: Command, event: KeyboardEvent, session: DocumentSession): boolean {
  if (!(event.target instanceof Element) || event.target.closest('.cm-content') === null) return false;
  const isPressed = command.keys?.some(({ shortcut, scope }) => scope === 'text' && isShortcut(event, shortcut));
  return isPressed === true && isAvailable(command, session.state);
}

/** Whether a key counts where it was pressed. */
function isIn(scope: KeyScope, { key, target }: KeyboardEvent): boolean {
  switch (scope) {
    case 'page':
      // What lies over the page closes first.
      return key !== 'Escape' || !isInLayer(target);
    case 'outside text':
      return !takesText(target);
    case 'text':
      return false;
  }
}

/** Whether a dialog, a popover, a panel or a field takes Escape first. */
function isInLayer(target: EventTarget | null): boolean {
  return (
    document.querySelector('dialog[open], [popover]:popover-open') !== null ||
    (target instanceof Element && target.closest('input, .side-panel, .cm-panel') !== null)
  );
}

function takesText(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));
}
