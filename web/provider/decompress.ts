import { type Message, MessageType } from '../../protocol/messages.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';

/** Whether this platform can decompress messages. */
export function canDecompress(): boolean {
  return typeof DecompressionStream === 'function';
}

/** The message within a compressed one. Rejects when the bytes are not one, or one of another length than they say. */
export async function decompress({ length, content }: Message & { type: 'compressed' }): Promise<Uint8Array> {
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
  throw new ProtocolError(`a compressed message is not one of ${length} bytes, as it claims`);
}
