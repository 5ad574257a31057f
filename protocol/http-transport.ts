import { ProtocolError } from './protocol-error.ts';

/**
 * The HTTP transport: a conversation over plain requests, for networks that let no WebSocket through. All of them are POST
 * requests to the address of the document's WebSocket; docs/protocol.md describes them.
 */

/** Headers of its requests. None of them is one that a page may send to another origin without asking. */
export const HTTP_HEADERS = {
  /** One of `HTTP_ACTIONS`. */
  action: 'coscribe-action',
  /** The key of the connection, which its `open` was answered with. */
  connection: 'coscribe-connection',
  /** The number of the first message in the body: 1 for the first of a connection. */
  message: 'coscribe-message',
  /** How many messages of the server have arrived. */
  received: 'coscribe-received',
  /** The client's own random key, as in `SESSION_SUBPROTOCOL_PREFIX`. */
  session: 'coscribe-session',
} as const;

export const HTTP_ACTIONS = [
  /** Begins a connection; answered with its key. */
  'open',
  /** Brings messages. Without any it acknowledges what arrived, and is a sign of life. */
  'send',
  /** Answered with messages for as long as the network lets it be. */
  'stream',
  /** Answered when there is a message, or with none after `POLL_WAIT`. */
  'wait',
  /** Answered at once with the messages there are. */
  'poll',
  /** Brings the last messages, and ends the connection. */
  'close',
] as const;

export type HttpAction = (typeof HTTP_ACTIONS)[number];

/** How long `wait` waits for a message, in milliseconds. */
export const POLL_WAIT = 20_000;

/** Messages of about this many bytes together go into one request; a longer message has one to itself. */
export const REQUEST_BYTES = 256 * 1024;

/** A client that this many bytes have arrived at says so, for the server to forget them. */
export const ACKNOWLEDGE_BYTES = 64 * 1024;

/**
 * A subprotocol entry of a WebSocket that an HTTP connection is to move to; behind it stands the connection's key. The server
 * begins with an empty message, which shows that it can be heard. The client answers with how many messages it has received, the
 * server with how many it has, each as a varUint, and from there on both go on with the next ones on the WebSocket.
 */
export const MOVE_SUBPROTOCOL_PREFIX = 'coscribe.move.';

/** Messages as the body of a request: the length of each before it, as a varUint. */
export function packMessages(messages: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const parts = messages.flatMap((message) => [encodeCount(message.length), message]);
  const body = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}

/** The messages of a body, as views of it. @throws ProtocolError when it is no such body */
export function unpackMessages(body: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let at = 0; at < body.length; ) {
    const length = readCount(body, at);
    if (length === null || length.next + length.count > body.length) {
      throw new ProtocolError('the body of a request ends in the midst of a message');
    }
    at = length.next + length.count;
    messages.push(body.subarray(length.next, at));
  }
  return messages;
}

// Counts are written here and not by lib0: what a page loads when it needs HTTP would otherwise tear lib0 out of what it loads at once.

/** A count as a message of a move: a varUint, seven bits a byte, the lowest first. */
export function encodeCount(count: number): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  let rest = count;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** @throws ProtocolError when the message is not one count */
export function decodeCount(message: Uint8Array): number {
  const read = readCount(message, 0);
  if (read === null || read.next !== message.length) throw new ProtocolError('a move begins with a count of messages');
  return read.count;
}

/** The count at a place, and where it ends; null when none ends there that a number can hold. */
function readCount(bytes: Uint8Array, from: number): { readonly count: number; readonly next: number } | null {
  let count = 0;
  let factor = 1;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    count += (byte % 128) * factor;
    if (count > Number.MAX_SAFE_INTEGER) return null;
    if (byte < 128) return { count, next: at + 1 };
    factor *= 128;
  }
  return null;
}
