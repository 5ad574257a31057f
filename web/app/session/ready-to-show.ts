/** What is known about the text while a document opens. */
export interface Opening {
  /** The copy on this device has been read (there may have been none). */
  readonly loaded: boolean;
  /** The server's text is here. */
  readonly synced: boolean;
  readonly empty: boolean;
  /** This page is about to create the document: no text of others can come. */
  readonly creates: boolean;
  /** The server was tried and did not answer, refused, or took longer than a moment. */
  readonly serverLate: boolean;
}

/**
 * Whether to show the editor in place of the skeleton. A text that is here is shown at once; an empty one waits a moment for
 * the server, so that a long document does not look like a new one first. Without the server nobody waits, nor in a document that
 * is made here and now.
 */
export function readyToShow({ loaded, synced, empty, creates, serverLate }: Opening): boolean {
  return synced || (loaded && (!empty || creates || serverLate));
}
