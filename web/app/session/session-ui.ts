/** The dialogs of a document page. */
export type DialogName = 'share' | 'language' | 'indentation' | 'keys' | 'commands' | 'serverVersion';

/** What a session asks of the page around it. */
export interface SessionUi {
  /** Tells a screen reader, politely, and nobody else. */
  announce(sentence: string): void;
  /** Shows a sentence for some seconds; screen readers hear it too. */
  toast(sentence: string): void;
  openDialog(name: DialogName): void;
  /** Opens the title for renaming. */
  startRenaming(): void;
  /** Puts the focus into the bar. */
  focusBar(): void;
  /** Puts the focus into the side panel; closing it gives the focus back. */
  focusSidePanel(): void;
  /** Whether the focus is in the side panel. */
  isInSidePanel(): boolean;
}
