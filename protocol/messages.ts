import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as string from 'lib0/string';
import { LIMITS } from './limits.ts';
import type { Person } from './person.ts';
import { ProtocolError } from './protocol-error.ts';
import { isRole, type Role } from './roles.ts';

/** First varUint of a message. 0 to 3 are the y-websocket protocol; 100 and up need the `coscribe.1` subprotocol. */
export const MessageType = {
  sync: 0,
  awareness: 1,
  auth: 2,
  queryAwareness: 3,
  welcome: 100,
  stored: 101,
  retire: 102,
  notice: 103,
  token: 104,
  compressed: 105,
} as const;

/** Second varUint of a sync message. */
export const SyncType = { step1: 0, step2: 1, update: 2 } as const;

/** What the catalogue keeps beside a document's text. */
export interface DocumentProperties {
  /** What people call the document; empty until somebody names it. */
  title: string;
  /** Language for highlighting, as CodeMirror's language data names it (`Markdown`, `TypeScript`); empty: by the title's file extension, else Markdown. */
  language: string;
}

/** First message of the server on a `coscribe.1` connection. */
export interface Welcome {
  /** Changes when the document is restored or wiped: a copy of another epoch must not be merged (SYN-5). */
  epoch: string;
  /** `stateDigest` of the document as the connection joins it: anyone who has the same need not be sent anything. */
  digest: string;
  /**
   * A Yjs client id that the document has seen and that nobody uses any more: a client that has not written yet may take it
   * for its own once it is synced. Absent when there is none, or the client did not ask.
   */
  clientId?: number;
  /** What this connection may do: `viewer`, `commenter`, `editor` or `owner`. */
  role: Role;
  /** The document is frozen: nobody writes in it for now, and `role` is what is left. Absent for every other. */
  frozen?: true;
  /** Milliseconds from now until the access runs out, unless the client sends a new token before; absent for never. */
  expiresIn?: number;
  /** Who the server says this is; absent for a guest, who chooses a name. Null fields are the person's to choose. */
  person?: Person;
  /** Identifies the connection in the server's log. */
  connection: number;
  limits: {
    /** Longest message the server takes, in bytes. */
    messageBytes: number;
  };
  document: DocumentProperties;
  /** The document holds only the Y.Text of this name, and in it plain text. Absent where it may hold whatever Yjs can. */
  textField?: string;
  /** Nobody has created the document or written in it yet: looking makes none. Absent for every other. */
  isNew?: true;
}

/** An event of the server for a `coscribe.1` connection. Receivers ignore types they do not know. */
export type Notice =
  /** Title or language changed. */
  | ({ type: 'document' } & DocumentProperties)
  /** A sentence of those who run the server for everybody; null when it no longer holds. */
  | { type: 'announcement'; text: string | null }
  /** Whether the server can write to its disk. While it cannot, nothing is acknowledged. */
  | { type: 'storage'; state: 'failing' | 'working' }
  /** What this connection may do has changed, or was extended; the fields are those of the welcome. */
  | { type: 'access'; role: Role; frozen?: true; expiresIn?: number; person?: Person };

/** One decoded message. Byte arrays are views of the frame: copy them before keeping them. */
export type Message =
  | { readonly type: 'sync-step-1'; readonly stateVector: Uint8Array }
  | { readonly type: 'sync-step-2'; readonly update: Uint8Array }
  | { readonly type: 'update'; readonly update: Uint8Array }
  | { readonly type: 'awareness'; readonly update: Uint8Array }
  | { readonly type: 'auth'; readonly reason: string }
  | { readonly type: 'query-awareness' }
  | { readonly type: 'welcome'; readonly welcome: Welcome }
  | { readonly type: 'stored'; readonly count: number }
  | { readonly type: 'retire'; readonly clientId: number }
  | { readonly type: 'notice'; readonly notice: Notice }
  | { readonly type: 'token'; readonly token: string }
  /** Another message, compressed (zlib, RFC 1950). `length` is how many bytes it has. */
  | { readonly type: 'compressed'; readonly length: number; readonly content: Uint8Array };

/** Sync step 1: "this is what I have". `stateVector` as `Y.encodeStateVector` makes it. */
export function encodeSyncStep1(stateVector: Uint8Array): Uint8Array {
  return encodeSync(SyncType.step1, stateVector);
}

/** Sync step 2: "this is what you lack", an answer to step 1. `update` is in V1 encoding. */
export function encodeSyncStep2(update: Uint8Array): Uint8Array {
  return encodeSync(SyncType.step2, update);
}

/** One or more edits. `update` is in V1 encoding. */
export function encodeUpdate(update: Uint8Array): Uint8Array {
  return encodeSync(SyncType.update, update);
}

function encodeSync(syncType: number, payload: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MessageType.sync);
  encoding.writeVarUint(encoder, syncType);
  encoding.writeVarUint8Array(encoder, payload);
  return encoding.toUint8Array(encoder);
}

/** Presence. `update` as `encodeAwarenessUpdate` of y-protocols or `encodeAwarenessEntries` makes it. */
export function encodeAwareness(update: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MessageType.awareness);
  encoding.writeVarUint8Array(encoder, update);
  return encoding.toUint8Array(encoder);
}

/** Asks for every awareness state. */
export function encodeQueryAwareness(): Uint8Array {
  return new Uint8Array([MessageType.queryAwareness]);
}

/** Tells a stock client that access is denied (auth message, permission denied). */
export function encodePermissionDenied(reason: string): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MessageType.auth);
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarString(encoder, reason);
  return encoding.toUint8Array(encoder);
}

/** First message of a `coscribe.1` connection, before the server's sync step 1. */
export function encodeWelcome(welcome: Welcome): Uint8Array {
  return encodeJson(MessageType.welcome, welcome);
}

/** `count` of this connection's update messages, sync 1 and 2 alike and in order, are durable (DUR-13). */
export function encodeStored(count: number): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MessageType.stored);
  encoding.writeVarUint(encoder, count);
  return encoding.toUint8Array(encoder);
}

/** The client will never write under `clientId` again, and has seen everything it wrote under it called stored. */
export function encodeRetire(clientId: number): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MessageType.retire);
  encoding.writeVarUint(encoder, clientId);
  return encoding.toUint8Array(encoder);
}

/** A new access token of a connected client, in place of the one it came with. */
export function encodeToken(token: string): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MessageType.token);
  encoding.writeVarString(encoder, token);
  return encoding.toUint8Array(encoder);
}

/**
 * Another message in fewer bytes, for a client that has said that it can decompress (`?compress=1`).
 * @param length how many bytes that message has
 * @param content its bytes, as zlib's deflate compresses them
 */
export function encodeCompressed(length: number, content: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MessageType.compressed);
  encoding.writeVarUint(encoder, length);
  encoding.writeVarUint8Array(encoder, content);
  return encoding.toUint8Array(encoder);
}

/** A typed event. */
export function encodeNotice(notice: Notice): Uint8Array {
  return encodeJson(MessageType.notice, notice);
}

function encodeJson(messageType: number, value: unknown): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, messageType);
  encoding.writeVarString(encoder, JSON.stringify(value));
  return encoding.toUint8Array(encoder);
}

/**
 * Reads one frame, which holds exactly one message.
 * @throws ProtocolError when the bytes are not one; never anything else.
 */
export function decodeMessage(frame: Uint8Array): Message {
  const decoder = decoding.createDecoder(frame);
  const message = decodeBody(decoder);
  if (decoder.pos !== frame.length) throw new ProtocolError(`${frame.length - decoder.pos} bytes follow the message`);
  return message;
}

function decodeBody(decoder: decoding.Decoder): Message {
  const messageType = readVarUint(decoder, 'message type');
  switch (messageType) {
    case MessageType.sync:
      return decodeSync(decoder);
    case MessageType.awareness:
      return { type: 'awareness', update: readBytes(decoder, 'awareness update') };
    case MessageType.auth: {
      const kind = readVarUint(decoder, 'auth kind');
      if (kind !== 0) throw new ProtocolError(`unknown auth kind ${kind}`);
      return { type: 'auth', reason: readString(decoder, 'auth reason') };
    }
    case MessageType.queryAwareness:
      return { type: 'query-awareness' };
    case MessageType.welcome:
      return { type: 'welcome', welcome: checkWelcome(readJson(decoder, 'welcome')) };
    case MessageType.stored:
      return { type: 'stored', count: readVarUint(decoder, 'stored count') };
    case MessageType.retire: {
      const clientId = readVarUint(decoder, 'client id');
      if (clientId > 0xffffffff) throw new ProtocolError('a client id has more than 32 bits');
      return { type: 'retire', clientId };
    }
    case MessageType.notice:
      return { type: 'notice', notice: readJson(decoder, 'notice') as Notice };
    case MessageType.token:
      return { type: 'token', token: readString(decoder, 'token') };
    case MessageType.compressed: {
      const length = readVarUint(decoder, 'compressed message');
      // Few bytes can stand for very many: nobody makes room for more than a message may have.
      if (length > LIMITS.messageBytes) throw new ProtocolError('compressed message is too large');
      return { type: 'compressed', length, content: readBytes(decoder, 'compressed message') };
    }
    default:
      throw new ProtocolError(`unknown message type ${messageType}`);
  }
}

function decodeSync(decoder: decoding.Decoder): Message {
  const syncType = readVarUint(decoder, 'sync type');
  switch (syncType) {
    case SyncType.step1:
      return { type: 'sync-step-1', stateVector: readBytes(decoder, 'state vector') };
    case SyncType.step2:
      return { type: 'sync-step-2', update: readBytes(decoder, 'update') };
    case SyncType.update:
      return { type: 'update', update: readBytes(decoder, 'update') };
    default:
      throw new ProtocolError(`unknown sync type ${syncType}`);
  }
}

/** Reads a varUint of at most 53 bits. lib0 throws its own errors and wraps silently past the end; this one does neither. */
export function readVarUint(decoder: decoding.Decoder, what: string): number {
  let value = 0;
  let factor = 1;
  for (;;) {
    const byte = decoder.arr[decoder.pos];
    if (byte === undefined) throw new ProtocolError(`the message ends inside ${what}`);
    decoder.pos += 1;
    value += (byte & 0x7f) * factor;
    if (value > Number.MAX_SAFE_INTEGER) throw new ProtocolError(`${what} is too large`);
    if (byte < 0x80) return value;
    factor *= 128;
  }
}

/** Reads a length-prefixed byte array as a view of the frame, with the length checked before anything is touched. */
export function readBytes(decoder: decoding.Decoder, what: string): Uint8Array {
  const length = readVarUint(decoder, `the length of ${what}`);
  if (length > decoder.arr.length - decoder.pos) {
    throw new ProtocolError(`${what} claims ${length} bytes, ${decoder.arr.length - decoder.pos} remain`);
  }
  const bytes = decoder.arr.subarray(decoder.pos, decoder.pos + length);
  decoder.pos += length;
  return bytes;
}

/** Reads a length-prefixed string of valid UTF-8. */
export function readString(decoder: decoding.Decoder, what: string): string {
  const bytes = readBytes(decoder, what);
  try {
    return string.decodeUtf8(bytes);
  } catch (cause) {
    throw new ProtocolError(`${what} is not valid UTF-8`, { cause });
  }
}

function readJson(decoder: decoding.Decoder, what: string): unknown {
  const text = readString(decoder, what);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError(`${what} is not JSON`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProtocolError(`${what} is not a JSON object`);
  }
  return value;
}

function checkWelcome(value: unknown): Welcome {
  const welcome = value as Partial<Welcome>;
  const wellFormed =
    typeof welcome.epoch === 'string' &&
    typeof welcome.digest === 'string' &&
    (welcome.clientId === undefined || typeof welcome.clientId === 'number') &&
    isRole(welcome.role) &&
    (welcome.frozen === undefined || welcome.frozen === true) &&
    (welcome.expiresIn === undefined || typeof welcome.expiresIn === 'number') &&
    (welcome.person === undefined || typeof welcome.person?.id === 'string') &&
    (welcome.isNew === undefined || welcome.isNew === true) &&
    typeof welcome.connection === 'number' &&
    typeof welcome.limits?.messageBytes === 'number' &&
    typeof welcome.document?.title === 'string' &&
    typeof welcome.document.language === 'string';
  if (!wellFormed) throw new ProtocolError('the welcome lacks a field');
  return welcome as Welcome;
}
