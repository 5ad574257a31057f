/** What carries a connection: a WebSocket, or requests over HTTP where no WebSocket gets through. */
export type Transport = 'websocket' | 'http';

/** What the provider needs of a WebSocket: the browser's has it, and so has `WebSocket` of the npm package ws. */
export interface Socket {
  binaryType: string;
  readonly readyState: number;
  /** The subprotocol that the server chose; empty when it chose none. */
  readonly protocol: string;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  /** Only of one that is no WebSocket: what carries it now. */
  readonly transport?: Transport;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
}

/** `readyState` of a socket that can send. */
export const SOCKET_OPEN = 1;

/** What makes a connection: `WebSocket` of the platform or of the npm package ws, or a stand-in. */
export type SocketConstructor = new (url: string, protocols: string[]) => Socket;

/** The platform's own WebSocket. @throws TypeError where there is none */
export function platformWebSocket(): SocketConstructor {
  if (typeof WebSocket === 'undefined') {
    throw new TypeError('there is no WebSocket on this platform: pass one in the options');
  }
  return WebSocket;
}
