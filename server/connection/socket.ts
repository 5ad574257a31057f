/** What carries a connection: a WebSocket, or requests over HTTP where no WebSocket gets through. */
export type Transport = 'websocket' | 'http';

/** What a connection needs of the thing that carries its bytes. server/transport fulfils it. */
export interface Socket {
  /** May change while the connection goes on: one that began over HTTP moves to a WebSocket when it can. */
  readonly transport: Transport;
  /** Bytes handed to `send` that have not left this process. */
  readonly bufferedBytes: number;
  /** Those of them that are in memory for this socket alone, large messages that others are sent too left out. */
  readonly heldBytes: number;
  /** Bytes received so far; any of them is a sign of life. */
  readonly bytesRead: number;
  /** About how many bytes of memory a message takes that is not complete, and of which this many bytes have come. */
  memoryOf(incompleteBytes: number): number;
  /**
   * Sends messages in order, one frame each. The same array may be given to many sockets; it is framed once.
   * After `close` it does nothing.
   */
  send(messages: readonly Uint8Array[]): void;
  /** Asks the other end for a sign of life. */
  ping(): void;
  /** Stops and starts reading, so that what cannot be taken now waits in the network. */
  pause(): void;
  resume(): void;
  /** Says goodbye with a close code and a reason of at most 123 bytes. */
  close(code: number, reason: string): void;
  /** Drops the socket without a goodbye. */
  terminate(): void;
}
