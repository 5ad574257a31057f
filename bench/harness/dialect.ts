import * as encoding from 'lib0/encoding';
import {
  encodeAwareness,
  encodeSyncStep1,
  encodeSyncStep2,
  encodeUpdate,
  MessageType,
  SyncType,
} from '../../protocol/messages.ts';
import { SUBPROTOCOL, SYNC_PATH } from '../../protocol/version.ts';
import type { ServerKind } from './server-under-test.ts';

/** What a message of a server is; `other` is whatever the measurements do not look at. */
export type ReceivedKind = 'step-1' | 'step-2' | 'update' | 'awareness' | 'stored' | 'other';

/** How clients of one kind of server speak, for one document. */
export interface Dialect {
  /** Path of the upgrade. */
  readonly path: string;
  readonly protocols: readonly string[];
  /** Whether the server keeps the document, so that a client is synced by a step 2. */
  readonly hasDocument: boolean;
  /** What a client says first, one message each. `stateVector` is that of its copy. */
  hello(stateVector: Uint8Array): Uint8Array[];
  /** An edit. */
  update(update: Uint8Array): Uint8Array;
  /** The answer to the server's step 1. */
  step2(update: Uint8Array): Uint8Array;
  /** Presence. */
  awareness(update: Uint8Array): Uint8Array;
  kindOf(message: Uint8Array): ReceivedKind;
  /** Where the body of a sync message begins: its length, then its bytes. */
  bodyOffset(message: Uint8Array): number;
}

/** The state vector of an empty document. */
export const NOTHING = new Uint8Array([0]);

/** An update that holds nothing. */
export const EMPTY_UPDATE = new Uint8Array([0, 0]);

/** The dialect of a server for the document `name`, which must need no escaping. */
export function dialectOf(kind: ServerKind, name: string): Dialect {
  switch (kind) {
    case 'coscribe':
      return yWebsocket(`${SYNC_PATH}${name}`, [SUBPROTOCOL], true);
    case 'y-websocket-server':
      return yWebsocket(`/${name}`, [], true);
    case 'bare ws':
    case 'socket.io':
      return yWebsocket(`/${name}`, [], false);
    case 'hocuspocus':
      return hocuspocus(name);
    default:
      return kind satisfies never;
  }
}

/** Kind of a message of the y-websocket protocol whose type stands at `at`. */
function kindAt(message: Uint8Array, at: number): ReceivedKind {
  switch (message[at]) {
    case MessageType.sync:
      if (message[at + 1] === SyncType.update) return 'update';
      return message[at + 1] === SyncType.step1 ? 'step-1' : 'step-2';
    case MessageType.awareness:
      return 'awareness';
    case MessageType.stored:
      return 'stored';
    default:
      return 'other';
  }
}

function yWebsocket(path: string, protocols: readonly string[], hasDocument: boolean): Dialect {
  return {
    path,
    protocols,
    hasDocument,
    hello: (stateVector) => (hasDocument ? [encodeSyncStep1(stateVector)] : []),
    update: encodeUpdate,
    step2: encodeSyncStep2,
    awareness: encodeAwareness,
    kindOf: (message) => kindAt(message, 0),
    bodyOffset: () => 2,
  };
}

/** Message types of Hocuspocus beyond those of y-websocket. */
const AUTH = 2;
const AUTH_TOKEN = 0;
const SYNC_REPLY = 4;

/** Hocuspocus puts the document's name before every message and wants a token, whatever it is, before anything else. */
function hocuspocus(name: string): Dialect {
  const prefix = encoding.encode((encoder) => encoding.writeVarString(encoder, name));
  const named = (message: Uint8Array) => Buffer.concat([prefix, message]);
  const auth = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, AUTH);
    encoding.writeVarUint(encoder, AUTH_TOKEN);
    encoding.writeVarString(encoder, 'token');
  });
  return {
    path: '/',
    protocols: [],
    hasDocument: true,
    hello: (stateVector) => [named(auth), named(encodeSyncStep1(stateVector))],
    update: (update) => named(encodeUpdate(update)),
    step2: (update) => named(encodeSyncStep2(update)),
    awareness: (update) => named(encodeAwareness(update)),
    kindOf: (message) => {
      const at = prefix.length;
      if (message[at] === SYNC_REPLY) return message[at + 1] === SyncType.step1 ? 'step-1' : 'step-2';
      return message[at] === MessageType.sync || message[at] === MessageType.awareness ? kindAt(message, at) : 'other';
    },
    bodyOffset: () => prefix.length + 2,
  };
}
