import type { ConnectionState } from './connection-state.ts';

/** Stands in the way of all messages of a connection, and hears of its states. Only while somebody inspects it. */
export interface ConnectionTap {
  /** A message came. It is handled when `pass` is called, if the connection is still the same. */
  incoming(message: Uint8Array, pass: () => void): void;
  /** A message is to leave; it does when `pass` is called. */
  outgoing(message: Uint8Array, pass: () => void): void;
  moved(state: ConnectionState): void;
  /** The other end, or the network, closed the connection. */
  closed(code: number, reason: string): void;
}
