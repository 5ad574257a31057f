const FIN_BINARY = 0x82;

/**
 * Frames messages as a WebSocket server sends them (RFC 6455, section 5.2: final, binary, unmasked), one frame each, all
 * in one buffer, so that a socket is written to once.
 */
export function frame(messages: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const message of messages) length += headerLength(message.length) + message.length;
  const buffer = Buffer.allocUnsafe(length);
  let at = 0;
  for (const message of messages) {
    at = writeHeader(buffer, at, message.length);
    buffer.set(message, at);
    at += message.length;
  }
  return buffer;
}

function headerLength(payload: number): number {
  if (payload < 126) return 2;
  return payload < 65_536 ? 4 : 10;
}

function writeHeader(buffer: Buffer, at: number, payload: number): number {
  buffer[at] = FIN_BINARY;
  if (payload < 126) {
    buffer[at + 1] = payload;
    return at + 2;
  }
  if (payload < 65_536) {
    buffer[at + 1] = 126;
    buffer.writeUInt16BE(payload, at + 2);
    return at + 4;
  }
  buffer[at + 1] = 127;
  buffer.writeBigUInt64BE(BigInt(payload), at + 2);
  return at + 10;
}

/** The header alone of a message's frame, for a message that is too large to be copied behind it. */
export function frameHeader(message: Uint8Array): Buffer {
  const header = Buffer.allocUnsafe(headerLength(message.length));
  writeHeader(header, 0, message.length);
  return header;
}

/** Frames each batch of messages once, however many sockets it goes to in a row. */
export class FrameCache {
  #messages: readonly Uint8Array[] | null = null;
  #frames: Buffer = Buffer.alloc(0);

  frames(messages: readonly Uint8Array[]): Buffer {
    if (messages !== this.#messages) {
      this.#messages = messages;
      this.#frames = frame(messages);
    }
    return this.#frames;
  }
}
