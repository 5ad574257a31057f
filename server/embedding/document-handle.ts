import type * as Y from 'yjs';
import { documentNameProblem } from '../../protocol/document-name.ts';
import { applyAsMember } from '../room/host-member.ts';
import type { Registry } from '../room/registry.ts';
import type { Room } from '../room/room.ts';

/**
 * One document as the host's own code sees it: no role is asked for, and changes reach everybody like anybody's. Each call
 * opens the document if nobody has it open; nothing has to be closed.
 */
export class DocumentHandle {
  readonly name: string;
  readonly #registry: Registry;

  /** @throws RangeError when a document cannot be named so. */
  constructor(name: string, registry: Registry) {
    const problem = documentNameProblem(name);
    if (problem !== null) throw new RangeError(problem);
    this.name = name;
    this.#registry = registry;
  }

  /** Whether anybody has written, named or created it. */
  exists(): Promise<boolean> {
    return this.#use((room) => room.document.exists);
  }

  /** The text as everybody sees it; empty when the document does not exist. */
  getText(): Promise<string> {
    return this.#use((room) => room.text.read());
  }

  /** The whole state as a Yjs update in V1 encoding. */
  getUpdate(): Promise<Uint8Array> {
    return this.#use((room) => room.state());
  }

  /**
   * Changes the text in one transaction. `change` works on the `Y.Text` and is done when it returns; what it throws is passed
   * on, and what it had done until then stays done. Resolves when the change is on disk.
   * @throws TypeError when `change` returns a promise: what it does later would be no part of the transaction.
   */
  edit(change: (text: Y.Text) => void): Promise<void> {
    return this.#use((room) =>
      room.text.edit((text) => {
        const returned: unknown = change(text);
        if (!(returned instanceof Promise)) return;
        // What it rejects with later is nobody's any more: the edit fails here.
        returned.catch(() => undefined);
        throw new TypeError('The function given to edit() returned a promise. Wait for things first, then edit.');
      }),
    );
  }

  /**
   * Merges a Yjs update in V1 encoding, as an offline client would. Resolves when it is on disk.
   * @throws UpdateNotApplied when it is malformed, would harm the document, or builds on something that is missing.
   */
  applyUpdate(update: Uint8Array): Promise<void> {
    return this.#use((room) => applyAsMember(room, update));
  }

  async #use<T>(use: (room: Room) => T | Promise<T>): Promise<T> {
    const lease = await this.#registry.open(this.name);
    try {
      return await use(lease.room);
    } finally {
      lease.release();
    }
  }
}
