import type { DocumentSession } from '../session/document-session.ts';
import { openPanel } from './open-panel.ts';

/** The keys that work anywhere on a document page. Those of the text are the editor's. */
export function handlePageKeys(page: Window, session: DocumentSession): void {
  page.addEventListener(
    'keydown',
    (event) => {
      const act = actionFor(event, session);
      if (act === null) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    },
    { capture: true },
  );
}

function actionFor(event: KeyboardEvent, session: DocumentSession): (() => void) | null {
  const key = event.key.toLowerCase();
  const mod = event.ctrlKey !== event.metaKey && !event.altKey;
  if (mod && !event.shiftKey && key === 's') return () => session.sayWhetherSaved();
  if (mod && ((!event.shiftKey && key === 'k') || (event.shiftKey && key === 'p'))) {
    return () => void openPanel('commands', session);
  }
  if (event.altKey && !event.ctrlKey && key === 'f9') return focusBar;
  if (key === 'escape' && session.state.following !== null && !isInLayer(event.target))
    return () => session.follow(null);
  if (key === '?' && !event.ctrlKey && !event.metaKey && !takesText(event.target)) {
    return () => void openPanel('keys', session);
  }
  return null;
}

function focusBar(): void {
  document.querySelector<HTMLElement>('.bar cs-title-field button, .bar cs-title-field input')?.focus();
}

/** Whether a dialog, a popover or a field takes the key first. */
function isInLayer(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('dialog[open], [popover]:popover-open, input') !== null;
}

function takesText(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));
}
