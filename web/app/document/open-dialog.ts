import type { DocumentSession } from '../session/document-session.ts';
import type { SessionDialog } from '../session/session-dialog.ts';
import type { DialogName } from '../session/session-ui.ts';

/** The dialogs of a document page. None of them is needed for the first keystroke, so each arrives when it is asked for. */
const DIALOGS = {
  share: async () => new (await import('../access/share-dialog.ts')).ShareDialog(),
  language: async () => new (await import('./language-dialog.ts')).LanguageDialog(),
  keys: async () => new (await import('./keys-dialog.ts')).KeysDialog(),
  commands: async () => new (await import('./commands-dialog.ts')).CommandsDialog(),
  serverVersion: async () => new (await import('./server-version-dialog.ts')).ServerVersionDialog(),
} as const satisfies Record<DialogName, () => Promise<SessionDialog>>;

/** Opens a dialog, unless another one is open. */
export async function openDialog(name: DialogName, session: DocumentSession): Promise<void> {
  if (document.querySelector('dialog[open]') !== null) return;
  let dialog: SessionDialog;
  try {
    dialog = await DIALOGS[name]();
  } catch {
    session.actions.toast('This part of the page could not be loaded. Try again when you are online.');
    return;
  }
  await dialog.open(session);
}

/** Fetches all dialogs while nothing else happens, so that they are there when the network is not. */
export function fetchDialogsWhenIdle(): void {
  const fetchAll = () => {
    // A part that does not arrive now is asked for again when it is opened, and said to be missing then.
    for (const load of Object.values(DIALOGS)) load().catch(() => undefined);
  };
  if ('requestIdleCallback' in window) requestIdleCallback(fetchAll);
  else setTimeout(fetchAll, 2_000);
}
