import type * as Y from 'yjs';
import type { DocumentProperties } from '../../protocol/messages.ts';
import type { Turns } from './turns.ts';

/** The text of a room's document, for programs: what of it is a text is one field, whatever else the document holds. */
export class RoomText {
  /** Of the document. */
  readonly name: string;
  readonly #doc: Y.Doc;
  readonly #field: string;
  readonly #turns: Turns;

  constructor(name: string, doc: Y.Doc, field: string, turns: Turns) {
    this.name = name;
    this.#doc = doc;
    this.#field = field;
    this.#turns = turns;
  }

  /** The text as everybody will see it when the turn has ended. */
  read(): string {
    this.#turns.run();
    return this.#doc.getText(this.#field).toString();
  }

  /**
   * Changes the text as the server, like any writer (SYN-7). Resolves when the change is durable. What `change` throws is passed
   * on; what it had done until then stays done.
   * `properties` become the title and language of a document that this change creates.
   */
  edit(change: (text: Y.Text) => void, properties?: DocumentProperties): Promise<void> {
    return this.#turns.edit(() => change(this.#doc.getText(this.#field)), properties);
  }
}
