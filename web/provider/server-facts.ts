import type { DocumentProperties, Notice, Welcome } from '../../protocol/messages.ts';

/** What the server has said about the document, beside its content and the access to it. */
export class ServerFacts {
  /** The server cannot write to its disk. */
  storageFailing = false;
  /** A line of those who run the server for everybody. */
  announcement: string | null = null;
  /** Nobody had created the document or written in it at the last welcome. */
  isNew = false;
  #properties: DocumentProperties | null = null;
  readonly #propertiesChanged: (properties: DocumentProperties) => void;

  constructor(propertiesChanged: (properties: DocumentProperties) => void) {
    this.#propertiesChanged = propertiesChanged;
  }

  /** Title and language; null until somebody said them. */
  get properties(): DocumentProperties | null {
    return this.#properties;
  }

  set properties({ title, language }: DocumentProperties) {
    if (this.#properties?.title === title && this.#properties.language === language) return;
    this.#properties = { title, language };
    this.#propertiesChanged(this.#properties);
  }

  /** A connection begins: what holds for it follows. */
  connected({ isNew }: Welcome): void {
    this.storageFailing = false;
    this.announcement = null;
    this.isNew = isNew === true;
  }

  /** Takes in what a notice says. */
  noticed(notice: Notice): void {
    if (notice.type === 'document' && typeof notice.title === 'string' && typeof notice.language === 'string') {
      this.properties = notice;
    }
    if (notice.type === 'storage') this.storageFailing = notice.state === 'failing';
    if (notice.type === 'announcement') this.announcement = typeof notice.text === 'string' ? notice.text : null;
  }
}
