import type { Awareness } from 'y-protocols/awareness';
import type { DocumentProperties, Notice } from '../../protocol/messages.ts';
import type { Clock } from './clock.ts';
import type { Refusal } from './connection-state.ts';
import type { SocketConstructor, Transport } from './socket.ts';

/** Settings of a `CoscribeProvider`; all of them may be left out. */
export interface ProviderOptions {
  /**
   * The access token, or what gets one. A function is asked at every connection attempt, once more when the server refuses its
   * token, some time before the access runs out, and by `refreshToken()`; when it throws or rejects, it is asked again later. A
   * token has the characters of an HTTP token, as JSON Web Tokens do.
   */
  readonly token?: string | (() => string | Promise<string>);
  /** Presence to share. Without it the provider makes one and destroys it with itself. */
  readonly awareness?: Awareness;
  /**
   * Whose document it is on this device: the id of a person, null for a guest. Each person has a copy of their own, which nobody
   * else is shown and nobody else's connection sends. Without it the token says so, if it is a JSON Web Token (by its `sub`; a page
   * without a token is a guest's), and else the server, once it has answered. A page that knows who is there should say so.
   */
  readonly person?: string | null;
  /**
   * Whether to keep a copy on this device, which survives a reload without a network, and to share edits with other tabs
   * of this browser while there is no connection. Default: true where there is IndexedDB.
   */
  readonly offline?: boolean;
  /** Whether to connect at once. Default: true. */
  readonly connect?: boolean;
  /**
   * What carries the connection. `auto`: a WebSocket, or requests over HTTP for as long as none gets through. `websocket`, `http`:
   * this and nothing else. Default: `auto`, and `websocket` with a `WebSocket` of yours.
   */
  readonly transport?: Transport | 'auto';
  /** The WebSocket to use. Default: the platform's. `WebSocket` of the npm package ws works. */
  readonly WebSocket?: SocketConstructor;
  /** Time, for tests. */
  readonly clock?: Clock;
  /** Chance, for tests: a number in [0, 1) at every call. */
  readonly random?: () => number;
}

/** What became of the offline copy. */
export type OfflineCopyState =
  /** It has been read, and is written from now on. */
  | { readonly state: 'ready' }
  /** This platform keeps none. */
  | { readonly state: 'unavailable' }
  /** It takes long to be read: the connection goes on without it, and until it is read nothing is kept. */
  | { readonly state: 'late' }
  /** It could not be opened, read or written; editing goes on without it. */
  | { readonly state: 'failed'; readonly error: unknown };

/** The events of a `CoscribeProvider` and what their listeners get. */
export interface ProviderEvents {
  /** `status` changed. */
  status: (status: 'connecting' | 'connected' | 'disconnected') => void;
  /** `transport` became known or changed: the connection was made, or moved from HTTP to a WebSocket. */
  transport: (transport: Transport) => void;
  /** `synced` changed. */
  sync: (synced: boolean) => void;
  /** `saved` or `unsavedChanges` changed. */
  saved: (saved: boolean) => void;
  /** What this person may do became known or changed: `viewer`, `commenter`, `editor`, `owner`. */
  role: (role: string) => void;
  /** Title or language became known or changed. */
  properties: (properties: DocumentProperties) => void;
  /** The server refused for good, until `connect()`. */
  closed: (refusal: Refusal) => void;
  /** Any notice of the server, also those of types that this version does not know. */
  notice: (notice: Notice) => void;
  /** The connection was lost or could not be made; the next attempt is at this time, `clock.now()` based, in ms. */
  retry: (retryAt: number) => void;
  /** The offline copy was read, or is known not to work. */
  'offline-copy': (state: OfflineCopyState) => void;
  /**
   * Something went wrong and was dealt with: a broken frame, or as a `TokenError` a token function that threw or gave no token.
   * For a log; nothing has to be done.
   */
  error: (error: unknown) => void;
}
