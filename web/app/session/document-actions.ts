import { type Person, shownName } from '../../editor/carets/people.ts';
import { saveKeyAnswer } from '../../wording/status-wording.ts';
import { documentLink } from '../link/document-link.ts';
import { ownerKeyFile } from '../link/owner-key.ts';
import { downloadFileName, ownerKeyFileName } from './file-name.ts';
import type { SessionOptions } from './session-ports.ts';
import type { SessionState } from './session-state.ts';

/** What people do with a document on the page beside writing in it: take it along, ask about it, leave it. None changes the state. */
export class DocumentActions {
  readonly #options: SessionOptions;
  readonly #state: () => SessionState;

  /** @param state what the page shows now */
  constructor(options: SessionOptions, state: () => SessionState) {
    this.#options = options;
    this.#state = state;
  }

  /** Connects now instead of when the wait is over. */
  tryNow(): void {
    this.#options.sync.retryNow();
  }

  /** Hands the text, as it is on this device, to the person as a file. */
  downloadCopy(): void {
    const { title, resolvedLanguage } = this.#state();
    this.#options.saveFile(downloadFileName(title, resolvedLanguage), this.#options.getText());
  }

  /** Hands the owner key of this device to the person as a file. */
  downloadOwnerKey(): void {
    const { name, saveFile, documentAccess, origin } = this.#options;
    const { title } = this.#state();
    if (documentAccess.ownerKey === null) return;
    saveFile(ownerKeyFileName(title), ownerKeyFile(title, documentLink(origin, name), documentAccess.ownerKey));
  }

  /** Puts the text, as it is on this device, on the clipboard. */
  async copyText(): Promise<void> {
    const copied = await this.#options.copy(this.#options.getText());
    this.toast(copied ? 'The text is on the clipboard.' : 'The browser does not let this page use the clipboard.');
  }

  /** Gives up the copy on this device for the server's version. Ask before: it cannot be undone. */
  async openServerVersion(): Promise<void> {
    await this.#options.sync.forgetOfflineCopy();
    this.#options.reload();
  }

  /** Loads the page again, in the version that the server has now. */
  reload(): void {
    this.#options.reload();
  }

  /** Signs the person out, who is asked first when something would be lost by that. */
  signOut(): void {
    this.#options.signOut();
  }

  /** Shows the person where they are signed in. */
  showOwnSessions(): void {
    this.#options.showOwnSessions();
  }

  /** Answers Mod+S. */
  sayWhetherSaved(): void {
    const { status, keptOnDevice } = this.#state();
    this.toast(saveKeyAnswer(status.saved, keptOnDevice));
  }

  /** Answers somebody who types where they may only read. Somebody who was refused has the reason before them already. */
  sayReadOnly(): void {
    const { gate, frozen } = this.#state();
    if (gate !== null) return;
    this.toast(
      frozen
        ? 'This document is frozen: nobody can change it for now.'
        : 'You can only view this document. Its owner can let you edit it.',
    );
  }

  /** Tells that somebody has no caret to go to. */
  sayNoCursor(person: Person): void {
    this.#options.ui.announce(`${shownName(person, this.#state().marksGuests)} has no cursor in the text.`);
  }

  toast(sentence: string): void {
    this.#options.ui.toast(sentence);
  }
}
