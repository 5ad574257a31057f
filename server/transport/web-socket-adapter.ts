import type { Socket as NetSocket } from 'node:net';
import { WebSocket } from 'ws';
import { CLOSE_CODES, type CloseCode } from '../../protocol/close-codes.ts';
import type { Clock } from '../clock.ts';
import type { Carrier } from '../connection/connections.ts';
import { type FrameCache, frameHeader } from './frame.ts';
import { MessageParts } from './message-parts.ts';

/** How long the other end has to answer a close before the socket is dropped, in milliseconds. */
const CLOSE_TIMEOUT = 5_000;

/** A message of this many bytes is not copied into a frame. */
const LARGE_BYTES = 256 * 1024;

/** Longest close reason that fits into a control frame, in bytes. */
const REASON_BYTES = 123;

/**
 * How long a refused client waits for its close, in milliseconds. Stock clients forget their backoff when a connection
 * opens, so a close at once would be answered by a new attempt at once, for ever (CON-2).
 */
const REFUSAL_DELAY = 1_000;

/** What takes the messages of a WebSocket: a connection, or one that is to go on here. */
export interface Receiver {
  receive(message: Uint8Array): void;
  receiveText(): void;
  drained(): void;
  closed(): void;
}

export interface WebSocketAdapterOptions {
  readonly frames: FrameCache;
  /** Whether the client knows the codes that it is closed with. */
  readonly speaksCoscribe: boolean;
  /** In how many frames a message may come. */
  readonly maxFragments: number;
  readonly clock: Clock;
}

/** A `ws` WebSocket as a connection sees it. Data frames bypass ws, which would build them again for every socket. */
export class WebSocketAdapter implements Carrier {
  readonly transport = 'websocket';
  readonly #webSocket: WebSocket;
  readonly #net: NetSocket;
  readonly #frames: FrameCache;
  /** It closes no sooner: a client that comes back at once whatever the code would do so for ever (CON-2). */
  readonly #closesAt: number | null;
  readonly #clock: Clock;
  readonly #parts: MessageParts;
  /** Bytes of large messages that wait to be sent. */
  #sharedBytes = 0;
  /** The code that this end closed with; null when it did not. */
  #closedWith: number | null = null;
  #isStarted = false;

  /** Nothing is read before `start` (SEC-1); what is sent meanwhile waits in the network. */
  constructor(webSocket: WebSocket, net: NetSocket, options: WebSocketAdapterOptions) {
    const { frames, speaksCoscribe, maxFragments, clock } = options;
    this.#webSocket = webSocket;
    this.#net = net;
    this.#frames = frames;
    this.#closesAt = speaksCoscribe ? null : clock.now() + REFUSAL_DELAY;
    this.#clock = clock;
    this.#parts = new MessageParts(net, maxFragments);
    webSocket.pause();
  }

  get isOpen(): boolean {
    return this.#webSocket.readyState === WebSocket.OPEN;
  }

  /** Whether there is a connection on it. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  start(receiver: Receiver, ended: (code: number) => void): void {
    this.#isStarted = true;
    this.#webSocket.on('message', (data, isBinary) => {
      if (isBinary) receiver.receive(data as Buffer);
      else receiver.receiveText();
    });
    this.#webSocket.on('close', (code) => {
      ended(this.#closedWith ?? code);
      receiver.closed();
    });
    this.#net.on('drain', () => receiver.drained());
  }

  /** An upgraded socket is closed, since a page cannot see the HTTP status of a refused upgrade; and not at once. */
  refuse(code: CloseCode, reason: string): void {
    this.#webSocket.pause();
    this.#clock.setTimeout(() => {
      this.#webSocket.resume();
      this.#webSocket.close(code.code, truncate(reason));
      this.#clock.setTimeout(() => this.#webSocket.terminate(), REFUSAL_DELAY);
    }, REFUSAL_DELAY);
  }

  get bufferedBytes(): number {
    return this.#net.writableLength;
  }

  get heldBytes(): number {
    return Math.max(0, this.#net.writableLength - this.#sharedBytes);
  }

  get bytesRead(): number {
    return this.#net.bytesRead;
  }

  memoryOf(incompleteBytes: number): number {
    return this.#parts.memory(incompleteBytes);
  }

  send(messages: readonly Uint8Array[]): void {
    if (this.#webSocket.readyState !== WebSocket.OPEN || !this.#net.writable) return;
    // Safe beside ws's own writes: without compression its sender never holds a frame back.
    const [message] = messages;
    if (messages.length === 1 && message !== undefined && message.length >= LARGE_BYTES) this.#sendLarge(message);
    else this.#net.write(this.#frames.frames(messages));
  }

  /** Writes a message as it is, so that a crowd that is sent the same megabytes shares them. */
  #sendLarge(message: Uint8Array): void {
    const { length } = message;
    this.#sharedBytes += length;
    this.#net.cork();
    this.#net.write(frameHeader(message));
    this.#net.write(message, () => {
      this.#sharedBytes -= length;
    });
    this.#net.uncork();
  }

  ping(): void {
    if (this.#webSocket.readyState === WebSocket.OPEN) this.#webSocket.ping();
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  close(code: number, reason: string): void {
    this.#closedWith ??= code;
    const wait = this.#closesAt === null || code === CLOSE_CODES.restart.code ? 0 : this.#closesAt - this.#clock.now();
    if (wait <= 0) {
      this.#closeNow(code, reason);
    } else {
      this.#webSocket.pause();
      this.#clock.setTimeout(() => this.#closeNow(code, reason), wait);
    }
  }

  #closeNow(code: number, reason: string): void {
    if (this.#webSocket.readyState !== WebSocket.OPEN) return;
    // A paused socket would never see the answer.
    this.#webSocket.resume();
    this.#webSocket.close(code, truncate(reason));
    const timer = this.#clock.setTimeout(() => this.#webSocket.terminate(), CLOSE_TIMEOUT);
    this.#webSocket.once('close', () => this.#clock.clearTimeout(timer));
  }

  terminate(): void {
    this.#webSocket.terminate();
  }
}

/** Cuts a reason to what fits, at a whole character. */
function truncate(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= REASON_BYTES) return reason;
  let end = REASON_BYTES;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}
