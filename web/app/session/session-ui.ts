/** The dialogs of a document page. */
export type PanelName = 'share' | 'language' | 'keys' | 'commands' | 'serverVersion';

/** What a session asks of the page around it. */
export interface SessionUi {
  /** Tells a screen reader, politely, and nobody else. */
  announce(sentence: string): void;
  /** Shows a sentence for some seconds; screen readers hear it too. */
  toast(sentence: string): void;
  openPanel(name: PanelName): void;
  /** Opens the title for renaming. */
  startRenaming(): void;
}
