import type { ServerResponse } from 'node:http';
import { CLOSE_CODES, type CloseCode, retryAfterReason } from '../../protocol/close-codes.ts';
import { decodeCount, encodeCount, POLL_WAIT } from '../../protocol/http-transport.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import type { Clock } from '../clock.ts';
import type { Connection } from '../connection/connection.ts';
import type { Carrier } from '../connection/connections.ts';
import type { Transport } from '../connection/socket.ts';
import { Allowance, type Rate } from '../limits/allowance.ts';
import { closeEvent, type EventCache, messageEvents, PING_EVENT, startEvent } from './event-frames.ts';
import { KeptMessages } from './kept-messages.ts';
import { ReceivedMessages } from './received-messages.ts';
import type { WebSocketAdapter } from './web-socket-adapter.ts';

/** How long a client has to fetch why its connection was closed, in milliseconds. */
const CLOSE_TIMEOUT = 5_000;

/** Once no more than this may be on its way to a client, in bytes, it takes more. */
const DRAINED_BYTES = 64 * 1024;

/** Requests of one connection. A client has one under way with its messages, and sends the next when it is answered. */
const REQUEST_RATE: Rate = { perSecond: 100, burst: 1_000 };

/** What an answer that waits for messages is. */
type Listener =
  /** Goes on until something ends it. */
  | { readonly kind: 'stream'; readonly response: ServerResponse }
  /** Ends with the first messages. */
  | { readonly kind: 'wait'; readonly response: ServerResponse; readonly timer: unknown };

type State =
  | { readonly kind: 'http'; readonly listener: Listener | null }
  /** It goes on over a WebSocket. */
  | { readonly kind: 'moved'; readonly webSocket: WebSocketAdapter }
  /** The client has yet to be told why. */
  | { readonly kind: 'closing'; readonly code: number; readonly reason: string; readonly timer: unknown }
  | { readonly kind: 'ended' };

export interface HttpCarrierOptions {
  /** What names it in requests: nobody else can know it. */
  readonly key: string;
  readonly documentName: string;
  /** The origin of the page; null for a program. Its requests all have the same. */
  readonly origin: string | null;
  readonly events: EventCache;
  readonly clock: Clock;
  /** Bytes that were written to the network. */
  readonly wrote: (bytes: number) => void;
  /** Hears of its end, and of its move to a WebSocket, which is counted by itself: whatever comes first. */
  readonly left: () => void;
  /** No request finds it any more. */
  readonly ended: () => void;
}

/**
 * A connection over HTTP: what the server sends leaves in an answer that lasts, what the client sends comes in requests. Messages are
 * numbered both ways, so that an answer or a request that breaks off costs nothing, and so that the connection can go on over a
 * WebSocket between two messages.
 *
 *   http --WebSocket offered, client agrees--> moved --+
 *     +------ close --> closing --told, or 5 s --------+--> ended
 */
export class HttpCarrier implements Carrier {
  readonly key: string;
  readonly documentName: string;
  readonly origin: string | null;
  readonly #options: HttpCarrierOptions;
  readonly #requests: Allowance;
  readonly #kept = new KeptMessages();
  readonly #received = new ReceivedMessages();
  #state: State = { kind: 'http', listener: null };
  #connection: Connection | null = null;
  #told: (code: number) => void = () => undefined;
  #bytesRead = 0;
  /** Bytes of bodies that are not complete. */
  #incomplete = 0;
  #isPaused = true;
  /** Requests that wait until it is not paused. */
  #waiting: (() => void)[] = [];

  constructor(options: HttpCarrierOptions) {
    const { key, documentName, origin, clock } = options;
    this.key = key;
    this.documentName = documentName;
    this.origin = origin;
    this.#options = options;
    this.#requests = new Allowance(REQUEST_RATE, clock);
  }

  // --- what a connection needs

  get transport(): Transport {
    return this.#state.kind === 'moved' ? 'websocket' : 'http';
  }

  get isOpen(): boolean {
    return this.#state.kind === 'http' || this.#state.kind === 'moved';
  }

  /** Whether there is a connection on it. */
  get isStarted(): boolean {
    return this.#connection !== null;
  }

  start(connection: Connection, ended: (code: number) => void): void {
    this.#connection = connection;
    this.#told = ended;
  }

  refuse({ code }: CloseCode, reason: string): void {
    this.close(code, reason);
  }

  get bufferedBytes(): number {
    return this.#state.kind === 'moved' ? this.#state.webSocket.bufferedBytes : this.#kept.bytes;
  }

  get heldBytes(): number {
    const state = this.#state;
    if (state.kind === 'moved') return state.webSocket.heldBytes;
    const listener = state.kind === 'http' ? state.listener : null;
    return this.#kept.ownBytes + (listener?.response.writableLength ?? 0);
  }

  get bytesRead(): number {
    return this.#bytesRead + (this.#state.kind === 'moved' ? this.#state.webSocket.bytesRead : 0);
  }

  memoryOf(incompleteBytes: number): number {
    return this.#state.kind === 'moved' ? this.#state.webSocket.memoryOf(incompleteBytes) : this.#incomplete;
  }

  send(messages: readonly Uint8Array[]): void {
    const state = this.#state;
    if (state.kind === 'moved') state.webSocket.send(messages);
    if (state.kind !== 'http') return;
    this.#kept.add(messages);
    if (state.listener?.kind === 'stream') this.#write(state.listener.response, this.#options.events.events(messages));
    if (state.listener?.kind === 'wait') this.#answer(state.listener);
  }

  ping(): void {
    const state = this.#state;
    if (state.kind === 'moved') state.webSocket.ping();
    if (state.kind !== 'http' || state.listener === null) return;
    this.#write(state.listener.response, PING_EVENT);
    if (state.listener.kind === 'wait') this.#answer(state.listener);
  }

  pause(): void {
    this.#isPaused = true;
    if (this.#state.kind === 'moved') this.#state.webSocket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#state.kind === 'moved') this.#state.webSocket.resume();
    this.#wakeRequests();
  }

  close(code: number, reason: string): void {
    const state = this.#state;
    switch (state.kind) {
      case 'moved':
        state.webSocket.close(code, reason);
        return;
      case 'http': {
        const timer = this.#options.clock.setTimeout(() => this.#end(code), CLOSE_TIMEOUT);
        this.#state = { kind: 'closing', code, reason, timer };
        this.#wakeRequests();
        if (state.listener !== null) this.#tellClose(state.listener);
        return;
      }
      case 'closing':
      case 'ended':
        return;
      default:
        state satisfies never;
    }
  }

  terminate(): void {
    const state = this.#state;
    if (state.kind === 'moved') state.webSocket.terminate();
    if (state.kind === 'http' && state.listener !== null) {
      this.#forget(state.listener);
      state.listener.response.destroy();
    }
    this.#end(1006);
  }

  // --- requests

  /** Counts a request; false when there were too many, which has closed the connection. */
  takeRequest(bytes: number): boolean {
    this.#bytesRead += 1 + bytes;
    if (this.#requests.take(1, this.#options.clock)) return true;
    this.#fail(
      CLOSE_CODES.rateLimited,
      retryAfterReason(this.#requests.secondsUntil(1), 'Too many requests in a short time.'),
    );
    return false;
  }

  /** Resolves when more messages can be taken. */
  async whenReading(): Promise<void> {
    while (this.#isPaused && this.#state.kind === 'http') {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** A part of a body has come, or (less than nothing) a body is complete. */
  countIncomplete(bytes: number): void {
    this.#incomplete += bytes;
    if (bytes > 0) this.#bytesRead += bytes;
  }

  /** The client says that this many messages have arrived. */
  acknowledge(count: number): void {
    if (this.#state.kind === 'ended' || this.#state.kind === 'moved') return;
    if (count > this.#kept.sent) {
      this.#fail(
        CLOSE_CODES.malformed,
        `${count} messages have arrived, it says, of ${this.#kept.sent} that were sent.`,
      );
      return;
    }
    const before = this.#kept.bytes;
    this.#kept.acknowledge(count);
    if (before > this.#kept.bytes && this.#kept.bytes <= DRAINED_BYTES) this.#connection?.drained();
  }

  /** Takes a body of messages, the first with this number. */
  take(first: number, body: Uint8Array): void {
    if (this.#state.kind !== 'http') return;
    try {
      for (const message of this.#received.take(first, body)) this.#connection?.receive(message);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#fail(CLOSE_CODES.malformed, `${error.message}.`);
    }
  }

  /** A body was larger than any may be. */
  tooLarge(): void {
    this.#fail(CLOSE_CODES.tooBig, 'The body of a request is longer than the longest message.');
  }

  /** The client is done. */
  goodbye(): void {
    if (this.#state.kind === 'http') this.close(CLOSE_CODES.normal.code, '');
    this.#end(CLOSE_CODES.normal.code);
  }

  /**
   * Answers with the messages behind those that have arrived, in one of three ways; takes the place of the answer there was.
   * False when those messages are not here any more, or go another way.
   */
  listen(kind: 'stream' | 'wait' | 'poll', after: number, response: ServerResponse): boolean {
    const messages = this.#kept.after(after);
    const state = this.#state;
    if (messages === null || state.kind === 'moved' || state.kind === 'ended') return false;
    if (state.kind === 'http' && state.listener !== null) {
      this.#forget(state.listener);
      state.listener.response.end();
    }
    this.#write(response, startEvent(after));
    if (state.kind === 'closing') {
      if (messages.length > 0) this.#write(response, messageEvents(messages));
      this.#tellClose({ kind: 'stream', response });
      return true;
    }
    if (kind === 'wait' && messages.length === 0) {
      const timer = this.#options.clock.setTimeout(() => this.#answer(listener), POLL_WAIT);
      const listener: Listener = { kind: 'wait', response, timer };
      this.#listenWith(listener);
      return true;
    }
    if (messages.length > 0) this.#write(response, messageEvents(messages));
    if (kind === 'stream') this.#listenWith({ kind: 'stream', response });
    else response.end();
    return true;
  }

  // --- the move to a WebSocket

  /** Moves to this WebSocket as soon as the client, which can hear it, says how far it has come. */
  offer(webSocket: WebSocketAdapter): void {
    webSocket.start(
      {
        receive: (message) => {
          if (this.#goesOver(webSocket)) this.#connection?.receive(message);
          else this.#move(webSocket, message);
        },
        receiveText: () => {
          if (this.#goesOver(webSocket)) this.#connection?.receiveText();
          else webSocket.close(CLOSE_CODES.malformed.code, 'A move begins with a count of messages.');
        },
        drained: () => this.#goesOver(webSocket) && this.#connection?.drained(),
        closed: () => undefined,
      },
      (code) => {
        if (this.#goesOver(webSocket)) this.#end(code);
      },
    );
    webSocket.resume();
    webSocket.send([new Uint8Array()]);
  }

  #goesOver(webSocket: WebSocketAdapter): boolean {
    return this.#state.kind === 'moved' && this.#state.webSocket === webSocket;
  }

  #move(webSocket: WebSocketAdapter, message: Uint8Array): void {
    const state = this.#state;
    const rest = state.kind === 'http' && this.#connection !== null ? this.#restFor(message) : null;
    if (state.kind !== 'http' || rest === null) {
      webSocket.close(CLOSE_CODES.tryAgainLater.code, 'This connection cannot go on over a WebSocket.');
      return;
    }
    this.#state = { kind: 'moved', webSocket };
    webSocket.send([encodeCount(this.#received.count)]);
    if (rest.length > 0) webSocket.send(rest);
    if (state.listener !== null) {
      this.#forget(state.listener);
      state.listener.response.end();
    }
    this.#kept.acknowledge(this.#kept.sent);
    if (this.#isPaused) webSocket.pause();
    this.#wakeRequests();
    this.#options.left();
    this.#connection?.drained();
  }

  /** The messages that a client has yet to get which has as many as it says; null when it says nothing that can be. */
  #restFor(message: Uint8Array): readonly Uint8Array[] | null {
    try {
      return this.#kept.after(decodeCount(message));
    } catch (error) {
      if (error instanceof ProtocolError) return null;
      throw error;
    }
  }

  // --- answers

  #listenWith(listener: Listener): void {
    if (this.#state.kind !== 'http') return;
    this.#state = { kind: 'http', listener };
    listener.response.once('close', () => {
      if (this.#state.kind === 'http' && this.#state.listener === listener) this.#forget(listener);
    });
  }

  /** Ends an answer that waited, with what there is by now. */
  #answer(listener: Listener): void {
    this.#forget(listener);
    const messages = this.#kept.after(this.#kept.arrived) ?? [];
    if (messages.length > 0) this.#write(listener.response, messageEvents(messages));
    listener.response.end();
  }

  /** It waits for nothing any more. */
  #forget(listener: Listener): void {
    if (listener.kind === 'wait') this.#options.clock.clearTimeout(listener.timer);
    if (this.#state.kind === 'http') this.#state = { kind: 'http', listener: null };
  }

  #tellClose(listener: Listener): void {
    const state = this.#state;
    if (state.kind !== 'closing') return;
    if (listener.kind === 'wait') {
      const messages = this.#kept.after(this.#kept.arrived) ?? [];
      if (messages.length > 0) this.#write(listener.response, messageEvents(messages));
    }
    this.#write(listener.response, closeEvent(state.code, state.reason));
    listener.response.end(() => this.#end(state.code));
  }

  #write(response: ServerResponse, text: string | Buffer): void {
    this.#options.wrote(text.length);
    response.write(text);
  }

  #wakeRequests(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Closes the connection on it, if there is one, or the carrier alone. */
  #fail(code: CloseCode, reason: string): void {
    if (this.#connection === null) this.close(code.code, reason);
    else this.#connection.close(code, reason);
  }

  #end(code: number): void {
    const state = this.#state;
    if (state.kind === 'ended') return;
    if (state.kind === 'closing') this.#options.clock.clearTimeout(state.timer);
    this.#state = { kind: 'ended' };
    this.#wakeRequests();
    this.#options.left();
    this.#options.ended();
    this.#told(state.kind === 'closing' ? state.code : code);
    this.#connection?.closed();
  }
}
