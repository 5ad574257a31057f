import * as decoding from 'lib0/decoding';
import { readBytes } from '../../protocol/messages.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';

/** First byte of the message. On `coscribe.1` connections it means something else, so this is for stock clients only. */
const SYNC_STATUS = 102;

/**
 * y-sweet's clients speak y-websocket's protocol and one message more: with it they ask whether everything they sent has been
 * taken, and want it back as it is. They get it back once everything before it is durable, which is what they show as saved.
 */
export class SyncStatus {
  /** The one asked for longest, and the newest; those in between ask for less than the newest. */
  #waiting: { readonly after: number; readonly frame: Uint8Array }[] = [];
  #stored = 0;

  /** Whether `frame` is such a message. */
  static isOne(frame: Uint8Array): boolean {
    return frame[0] === SYNC_STATUS;
  }

  /**
   * Takes such a message, which came after the first `sent` updates. Returns it when it can be answered at once.
   * @throws ProtocolError when it is broken
   */
  ask(frame: Uint8Array, sent: number): Uint8Array | null {
    const decoder = decoding.createDecoder(frame);
    decoder.pos = 1;
    readBytes(decoder, 'sync status');
    if (decoder.pos !== frame.length) throw new ProtocolError(`${frame.length - decoder.pos} bytes follow the message`);
    if (sent <= this.#stored) return frame;
    // Bytes of its own: the frame's are not ours to keep.
    this.#waiting = [...this.#waiting.slice(0, 1), { after: sent, frame: new Uint8Array(frame) }];
    return null;
  }

  /** The first `count` updates are durable. Returns the message that this answers, if one does. */
  stored(count: number): Uint8Array | null {
    this.#stored = count;
    const answered = this.#waiting.filter(({ after }) => after <= count);
    this.#waiting = this.#waiting.slice(answered.length);
    return answered.at(-1)?.frame ?? null;
  }
}
