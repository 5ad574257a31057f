import type { DocumentSession } from '../session/document-session.ts';
import type { SessionDialog } from '../session/session-dialog.ts';
import type { DialogName } from '../session/session-ui.ts';

/** The dialogs of a document page. None of them is needed for the first keystroke, so each arrives when it is asked for. */
const DIALOGS = {
  share: async () => new (await import('../access/share-dialog.ts')).ShareDialog(),
  language: async () => new (await import('./language-dialog.ts')).LanguageDialog(),
  indentation: async () => new (await import('./indentation-dialog.ts')).IndentationDialog(),
  keys: async () => new (await import('./keys-dialog.ts')).KeysDialog(),
  commands: async () => new (await import('./commands-dialog.ts')).CommandsDialog(),
  serverVersion: async () => new (await import('./server-version-dialog.ts')).ServerVersionDialog(),
} as const satisfies Record<DialogName, () => Promise<SessionDialog>>;

/** Opens a dialog, unless another one is open. Escape calls it off as long as it has not come. */
export async function openDialog(name: DialogName, session: DocumentSession): Promise<void> {
  if (isDialogOpen()) return;
  const keys = new KeysMeanwhile();
  try {
    const dialog = await DIALOGS[name]().catch(() => null);
    if (dialog === null) {
      void session.partFailed();
    } else if (!keys.saidEscape && !isDialogOpen()) {
      await dialog.open(session);
    }
  } finally {
    keys.release();
  }
}

function isDialogOpen(): boolean {
  return document.querySelector('dialog[open]') !== null;
}

/** Keys pressed for a dialog that has not come yet. They are meant for it and would go into the text. With Escape they end. */
class KeysMeanwhile {
  saidEscape = false;
  readonly #waiting = new AbortController();

  constructor() {
    addEventListener('keydown', (event) => this.#hold(event), { capture: true, signal: this.#waiting.signal });
  }

  release(): void {
    this.#waiting.abort();
  }

  #hold(event: KeyboardEvent): void {
    // The browser's own go on: somebody may rather load the page again.
    if (event.ctrlKey || event.metaKey || /^F\d+$/.test(event.key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.key !== 'Escape') return;
    this.saidEscape = true;
    this.release();
  }
}

/** Fetches the strip below the text, and all dialogs, so that they are there when the network is not. */
export function fetchParts(): void {
  // A part that does not arrive now is asked for again when it is opened, and said to be missing then.
  for (const load of [() => import('./text-strip.ts'), ...Object.values(DIALOGS)]) load().catch(() => undefined);
}
