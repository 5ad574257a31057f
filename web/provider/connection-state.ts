import type { CloseCode } from '../../protocol/close-codes.ts';
import type { Socket } from './socket.ts';

/** Why a connection was refused for good. Codes and names are those of docs/errors.md. */
export interface Refusal {
  readonly code: number;
  readonly name: string;
  /** What the server said, for a person; may be empty. */
  readonly reason: string;
  /** What the code means and what to do, one or two sentences for a person. */
  readonly meaning: string;
}

/** A refusal with a code of the list, for what the provider itself refuses. */
export function refusal(entry: CloseCode, reason: string): Refusal {
  return { code: entry.code, name: entry.name, reason, meaning: entry.meaning };
}

/**
 * ```
 *            connect()              address known          open               welcome
 *   idle ---------------> preparing -----------> opening -------> greeting -----------> connected
 *     ^                     ^   |                   |                |                      |
 *     | disconnect()        |   +-------------------+----- lost -----+----------------------+
 *     +-- from any state    |                       |
 *                           +--- timer, wake --- waiting
 *
 *   refused: reached from every state but idle and destroyed; connect() leaves it.    destroyed: final.
 * ```
 */
export type ConnectionState =
  /** Nobody wants a connection. */
  | { readonly kind: 'idle' }
  /** Asks for address and token. A new object an attempt, so that an answer can tell whether it is still wanted. */
  | { readonly kind: 'preparing' }
  /** The socket is on its way. */
  | { readonly kind: 'opening'; readonly socket: Socket }
  /** The socket is open; the welcome has not come. */
  | { readonly kind: 'greeting'; readonly socket: Socket }
  | { readonly kind: 'connected'; readonly socket: Socket }
  /** Waits for the next attempt. Times are `clock.now()` based, in ms; nothing but a person goes before `notBefore`. */
  | { readonly kind: 'waiting'; readonly retryAt: number; readonly notBefore: number }
  /** Refused for good. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'destroyed' };

type Kind = ConnectionState['kind'];

/** Where each state may lead. */
const MOVES: { readonly [kind in Kind]: readonly Kind[] } = {
  idle: ['preparing', 'refused', 'destroyed'],
  preparing: ['opening', 'waiting', 'refused', 'idle', 'destroyed'],
  opening: ['greeting', 'waiting', 'refused', 'idle', 'destroyed'],
  greeting: ['connected', 'waiting', 'refused', 'idle', 'destroyed'],
  connected: ['waiting', 'refused', 'idle', 'destroyed'],
  waiting: ['preparing', 'idle', 'destroyed'],
  refused: ['preparing', 'refused', 'idle', 'destroyed'],
  destroyed: [],
};

/** @throws Error when the move is a mistake of this code */
export function checkMove(from: Kind, to: Kind): void {
  if (!MOVES[from].includes(to)) throw new Error(`a connection cannot go from ${from} to ${to}`);
}

/** The state in the words that hosts know from other Yjs providers. */
export function connectionStatus(state: ConnectionState): 'connecting' | 'connected' | 'disconnected' {
  switch (state.kind) {
    case 'preparing':
    case 'opening':
    case 'greeting':
      return 'connecting';
    case 'connected':
      return 'connected';
    case 'idle':
    case 'waiting':
    case 'refused':
    case 'destroyed':
      return 'disconnected';
  }
}
