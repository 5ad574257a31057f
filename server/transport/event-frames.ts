/** Messages as server-sent events, all in one buffer: each in base64, since such a stream is text. */
export function messageEvents(messages: readonly Uint8Array[]): Buffer {
  let text = '';
  for (const message of messages) {
    const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
    text += `data: ${bytes.toString('base64')}\n\n`;
  }
  return Buffer.from(text, 'latin1');
}

/** What an answer begins with: how many messages came before its first one. It also shows that the stream gets through. */
export function startEvent(after: number): string {
  return `event: start\ndata: ${after}\n\n`;
}

/** Asks the client for a sign of life. */
export const PING_EVENT = 'event: ping\ndata: \n\n';

/** The end of a connection. */
export function closeEvent(code: number, reason: string): string {
  return `event: close\ndata: ${JSON.stringify({ code, reason })}\n\n`;
}

/** Turns each batch of messages into events once, however many answers it goes to in a row. */
export class EventCache {
  #messages: readonly Uint8Array[] | null = null;
  #events: Buffer = Buffer.alloc(0);

  events(messages: readonly Uint8Array[]): Buffer {
    if (messages !== this.#messages) {
      this.#messages = messages;
      this.#events = messageEvents(messages);
    }
    return this.#events;
  }
}
