import { type Message, MessageType } from '../../protocol/messages.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';

type CompressedMessage = Message & { readonly type: 'compressed' };

/** Compressed messages, for as long as they work here. */
export class Decompression {
  #works = typeof DecompressionStream === 'function';

  /** Whether the server may send them: the platform can, and none has failed. */
  get works(): boolean {
    return this.#works;
  }

  /** As `decompress`. After a failure the next attempt does without. */
  async message(compressed: CompressedMessage): Promise<Uint8Array> {
    try {
      return await decompress(compressed);
    } catch (error) {
      this.#works = false;
      throw error;
    }
  }
}

/** The message within a compressed one. Rejects when the bytes are not one, or one of another length than they say. */
export async function decompress({ length, content }: CompressedMessage): Promise<Uint8Array> {
  const stream = new Blob([content as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream('deflate'));
  const reader = stream.getReader();
  const message = new Uint8Array(length);
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    at += value.length;
    if (at > length) break;
    message.set(value, at - value.length);
  }
  // One within another could go on without end.
  if (at === length && message[0] !== MessageType.compressed) return message;
  void reader.cancel().catch(() => undefined);
  throw new ProtocolError('compressed message has another length');
}
