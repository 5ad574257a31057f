import { retryAfterReason } from '../../protocol/close-codes.ts';
import {
  decodeCount,
  encodeCount,
  HTTP_HEADERS,
  type HttpAction,
  MOVE_SUBPROTOCOL_PREFIX,
} from '../../protocol/http-transport.ts';
import { SESSION_SUBPROTOCOL_PREFIX, SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '../../protocol/version.ts';
import type { Clock } from './clock.ts';
import { EventReader, fromBase64, type ServerEvent } from './event-reader.ts';
import { HttpSender } from './http-sender.ts';
import { HTTP_TIMES, retryWait } from './http-times.ts';
import type { Socket, SocketConstructor, Transport } from './socket.ts';
import { type Locks, StreamSlot } from './stream-slot.ts';

export interface HttpSocketOptions {
  /** To move to when it gets through. */
  readonly WebSocket: SocketConstructor;
  readonly clock: Clock;
  /** Default: the platform's. */
  readonly fetch?: typeof fetch;
  /** Default: the platform's, if it has any. */
  readonly locks?: Locks | null;
  /** Whether to try WebSockets. */
  readonly moves: boolean;
  /** It goes on over a WebSocket. */
  readonly moved: () => void;
}

interface Events {
  open: () => void;
  error: () => void;
  message: (event: { data: unknown }) => void;
  close: (event: { code: number; reason: string }) => void;
}

type Move =
  | { readonly kind: 'none' }
  /** Waits for a sign that it can be heard. */
  | { readonly kind: 'trying'; readonly webSocket: Socket }
  /** The server was told how far this end has come; from here on nothing comes or goes over HTTP. */
  | { readonly kind: 'agreeing'; readonly webSocket: Socket }
  | { readonly kind: 'moved'; readonly webSocket: Socket };

const ENDED = 3;

/** What makes connections over HTTP, once this part is loaded. */
export function openHttp(options: HttpSocketOptions): (url: string, protocols: string[]) => Socket {
  return (url, protocols) => new HttpSocket(url, protocols, options);
}

/**
 * A connection over plain requests that looks like a WebSocket (docs/protocol.md): for networks that let none through. It
 * tries a WebSocket from time to time, and goes on there between two messages, without anybody noticing.
 */
export class HttpSocket implements Socket {
  binaryType = 'arraybuffer';
  protocol = '';
  readyState = 0;
  transport: Transport = 'http';
  readonly #url: string;
  readonly #options: HttpSocketOptions;
  readonly #listeners: { [name in keyof Events]: Events[name][] } = { open: [], error: [], message: [], close: [] };
  readonly #ended = new AbortController();
  readonly #slot: StreamSlot;
  #key = '';
  #heardAt: number;
  readonly #sender: HttpSender;
  /** Messages of the server that have arrived. */
  #received = 0;
  #isClosing = false;
  /** Whether answers come as they are written; false once one was kept back on the way. */
  #streams = true;
  #listening: AbortController | null = null;
  #isBusy = false;
  #wake: () => void = () => undefined;
  #move: Move = { kind: 'none' };
  #moveTimer: unknown = null;
  #movesTried = 0;

  constructor(url: string, protocols: readonly string[], options: HttpSocketOptions) {
    this.#url = url.replace(/^ws/, 'http');
    this.#options = options;
    this.#heardAt = options.clock.now();
    this.#slot = new StreamSlot({
      locks: options.locks ?? globalThis.navigator?.locks ?? null,
      isHidden,
      granted: () => this.#wake(),
    });
    this.#sender = new HttpSender({
      clock: options.clock,
      post: async ({ action, ...request }) => (await this.#post(action, request)).status,
      heard: () => this.#heard(),
      isLost: () => this.#isLost,
      ended: () => this.#end(1006, ''),
    });
    void this.#open(protocols);
  }

  addEventListener<Name extends keyof Events>(name: Name, listener: Events[Name]): void {
    this.#listeners[name].push(listener);
  }

  send(message: Uint8Array<ArrayBuffer>): void {
    if (this.readyState !== 1) return;
    if (this.#move.kind === 'moved') {
      this.#move.webSocket.send(message);
      return;
    }
    this.#isBusy = true;
    this.#sender.send(message);
  }

  close(code?: number): void {
    if (this.#move.kind !== 'none') this.#move.webSocket.close(code);
    if (this.#move.kind === 'moved' || this.#isClosing || this.#key === '' || this.readyState === ENDED) {
      this.#end(1006, '');
      return;
    }
    this.#isClosing = true;
    this.#stop();
    this.#sender.close();
  }

  /** Tries a WebSocket now: something may be different. */
  tryMove(): void {
    const { clock, moves, WebSocket } = this.#options;
    if (!moves || this.#move.kind !== 'none' || this.readyState !== 1 || this.#isClosing) return;
    clock.clearTimeout(this.#moveTimer);
    let webSocket: Socket;
    try {
      webSocket = new WebSocket(this.#url.replace(/^http/, 'ws'), [SUBPROTOCOL, MOVE_SUBPROTOCOL_PREFIX + this.#key]);
    } catch {
      this.#planMove();
      return;
    }
    webSocket.binaryType = 'arraybuffer';
    this.#move = { kind: 'trying', webSocket };
    webSocket.addEventListener('error', () => undefined);
    webSocket.addEventListener('message', ({ data }) => {
      if (this.#move.kind !== 'none' && this.#move.webSocket === webSocket && data instanceof ArrayBuffer) {
        this.#moveOn(webSocket, new Uint8Array(data));
      }
    });
    webSocket.addEventListener('close', ({ code, reason }) => {
      if (this.#move.kind === 'none' || this.#move.webSocket !== webSocket) return;
      if (this.#move.kind === 'trying') {
        this.#move = { kind: 'none' };
        this.#planMove();
      } else this.#end(code, reason);
    });
    // A browser takes long to say that a socket is closed which never opened.
    this.#moveTimer = clock.setTimeout(() => {
      webSocket.close();
      if (this.#move.kind === 'trying' && this.#move.webSocket === webSocket) {
        this.#move = { kind: 'none' };
        this.#planMove();
      } else if (this.#move.kind === 'agreeing') this.#end(1006, '');
    }, HTTP_TIMES.move);
  }

  // --- requests

  #post(
    action: HttpAction,
    {
      headers = {},
      body = null,
      signal = null,
    }: { headers?: Record<string, string>; body?: Uint8Array<ArrayBuffer> | null; signal?: AbortSignal | null },
  ): Promise<Response> {
    const { fetch = globalThis.fetch } = this.#options;
    const named: Record<string, string> = { [HTTP_HEADERS.action]: action, ...headers };
    if (this.#key !== '') {
      named[HTTP_HEADERS.connection] = this.#key;
      named[HTTP_HEADERS.received] = String(this.#received);
    }
    if (body !== null) named['Content-Type'] = 'application/octet-stream';
    return fetch(this.#url, {
      method: 'POST',
      headers: named,
      cache: 'no-store',
      body,
      signal,
      // What a page says last has to get out, and there is little room for it.
      keepalive: isHidden() && (body?.length ?? 0) < 32_768 && (action === 'send' || action === 'close'),
    });
  }

  async #open(protocols: readonly string[]): Promise<void> {
    const after = (prefix: string) => protocols.find((entry) => entry.startsWith(prefix))?.slice(prefix.length);
    const token = after(TOKEN_SUBPROTOCOL_PREFIX);
    const session = after(SESSION_SUBPROTOCOL_PREFIX);
    const headers = {
      ...(session === undefined ? {} : { [HTTP_HEADERS.session]: session }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    };
    try {
      const answer = await this.#post('open', { headers, signal: this.#ended.signal });
      if (!answer.ok) {
        const wait = Number(answer.headers.get('Retry-After') ?? 0);
        this.#end(wait > 0 ? 1013 : 1006, wait > 0 ? retryAfterReason(wait, await answer.text()) : '');
        return;
      }
      const { connection } = (await answer.json()) as { connection?: unknown };
      if (typeof connection !== 'string') throw new TypeError('the answer names no connection');
      this.#key = connection;
    } catch {
      this.#end(1006, '');
      return;
    }
    if (this.readyState === ENDED) return;
    this.readyState = 1;
    this.protocol = SUBPROTOCOL;
    this.#heard();
    this.#watchPage();
    this.#planMove();
    for (const listener of this.#listeners.open) listener();
    await this.#listen();
  }

  // --- what the server says

  async #listen(): Promise<void> {
    let failures = 0;
    while (this.#isListening) {
      await this.#slot.take();
      if (!this.#isListening) return;
      const isHeld = this.#slot.isHeld || isMultiplexed(this.#url);
      const kind = !isHeld ? 'poll' : this.#streams ? 'stream' : 'wait';
      const before = this.#received;
      const askedAt = this.#options.clock.now();
      const isAnswered = await this.#listenOnce(kind);
      if (!this.#isListening) return;
      // One that ends at once and brings nothing is as bad as none.
      const isShort = this.#received === before && this.#options.clock.now() - askedAt < HTTP_TIMES.short;
      const failed = !isAnswered || (isShort && kind !== 'poll');
      failures = failed ? failures + 1 : 0;
      if (!isAnswered && this.#isLost) this.#end(1006, '');
      else if (failed) await this.#sleep(retryWait(failures));
      else if (kind === 'poll') await this.#sleep(this.#pollWait(this.#received > before));
    }
  }

  get #isListening(): boolean {
    return this.readyState === 1 && !this.#isClosing && (this.#move.kind === 'none' || this.#move.kind === 'trying');
  }

  /** Reads one answer to its end. False when there was none, or none that begins. */
  async #listenOnce(kind: 'stream' | 'wait' | 'poll'): Promise<boolean> {
    const { clock } = this.#options;
    const listening = new AbortController();
    this.#listening = listening;
    let hasBegun = false;
    let wasKeptBack = false;
    let timer: unknown = null;
    const limit = (ms: number) => {
      clock.clearTimeout(timer);
      timer = clock.setTimeout(() => {
        wasKeptBack = true;
        listening.abort();
      }, ms);
    };
    limit(kind === 'stream' ? HTTP_TIMES.start : HTTP_TIMES.silence);
    try {
      const answer = await this.#post(kind, { signal: listening.signal });
      if (answer.status === 410) this.#end(1006, '');
      if (!answer.ok || answer.body === null) return false;
      const events = new EventReader();
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        limit(HTTP_TIMES.silence);
        this.#heard();
        for (const event of events.read(part.value)) {
          hasBegun = true;
          if (this.#listening !== listening || !this.#handle(event)) return true;
        }
      }
    } catch {
      // Broken off, by the network or by us: what was missed comes with the next one.
    } finally {
      clock.clearTimeout(timer);
      listening.abort();
    }
    if (!wasKeptBack || kind !== 'stream') return hasBegun;
    this.#streams = false;
    return true;
  }

  /** Handles one event; false when this answer is of no use any more. */
  #handle({ name, data }: ServerEvent): boolean {
    if (!this.#isListening) return false;
    switch (name) {
      case 'start':
        return Number(data) === this.#received;
      case 'ping':
        this.#sender.sign();
        void this.#slot.yieldToOthers().then((isYielded) => isYielded && this.#listening?.abort());
        return true;
      case 'close': {
        const { code, reason } = JSON.parse(data) as { code: number; reason: string };
        this.#end(code, reason);
        return false;
      }
      default: {
        const message = fromBase64(data);
        this.#received += 1;
        this.#sender.arrived(message.length);
        this.#deliver(message.buffer);
        return true;
      }
    }
  }

  #deliver(data: ArrayBuffer): void {
    for (const listener of this.#listeners.message) listener({ data });
  }

  #pollWait(isBusy: boolean): number {
    const { polls } = HTTP_TIMES;
    const wasBusy = isBusy || this.#isBusy;
    this.#isBusy = false;
    return isHidden() ? polls.hidden : wasBusy ? polls.busy : polls.idle;
  }

  // --- the move to a WebSocket

  #planMove(): void {
    const { clock, moves } = this.#options;
    if (!moves || this.readyState === ENDED) return;
    clock.clearTimeout(this.#moveTimer);
    const wait = HTTP_TIMES.moves[Math.min(this.#movesTried, HTTP_TIMES.moves.length - 1)] ?? 0;
    this.#movesTried += 1;
    this.#moveTimer = clock.setTimeout(() => this.tryMove(), wait);
  }

  #moveOn(webSocket: Socket, message: Uint8Array): void {
    switch (this.#move.kind) {
      case 'none':
        return;
      case 'trying':
        this.#move = { kind: 'agreeing', webSocket };
        this.#sender.stop();
        webSocket.send(encodeCount(this.#received));
        return;
      case 'agreeing':
        this.#moveTo(webSocket, message);
        return;
      case 'moved':
        this.#deliver(message.buffer as ArrayBuffer);
        return;
      default:
        this.#move satisfies never;
    }
  }

  #moveTo(webSocket: Socket, message: Uint8Array): void {
    let taken: number;
    try {
      taken = decodeCount(message);
    } catch {
      this.#end(1006, '');
      return;
    }
    this.#move = { kind: 'moved', webSocket };
    this.#stop();
    // What the server had taken when it moved, it is not sent again.
    for (const unsent of this.#sender.untaken(taken)) webSocket.send(unsent as Uint8Array<ArrayBuffer>);
    this.transport = 'websocket';
    this.#options.moved();
  }

  // --- its page, and its end

  #watchPage(): void {
    const { signal } = this.#ended;
    if (typeof window !== 'undefined') window.addEventListener('online', () => this.tryMove(), { signal });
    if (typeof document === 'undefined') return;
    document.addEventListener(
      'visibilitychange',
      () => {
        if (isHidden()) return;
        this.#wake();
        this.tryMove();
      },
      { signal },
    );
  }

  #heard(): void {
    this.#heardAt = this.#options.clock.now();
  }

  get #isLost(): boolean {
    return this.#options.clock.now() - this.#heardAt >= HTTP_TIMES.lost;
  }

  /** Waits, or until something is different. */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const { clock } = this.#options;
      const timer = clock.setTimeout(resolve, ms);
      this.#wake = () => {
        clock.clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Listens no more. */
  #stop(): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#moveTimer);
    this.#ended.abort();
    this.#listening?.abort();
    this.#slot.end();
    this.#wake();
  }

  #end(code: number, reason: string): void {
    if (this.readyState === ENDED) return;
    this.readyState = ENDED;
    this.#stop();
    this.#sender.stop();
    if (this.#move.kind !== 'none') this.#move.webSocket.close();
    for (const listener of this.#listeners.close) listener({ code, reason });
  }
}

function isHidden(): boolean {
  return typeof document !== 'undefined' && document.visibilityState === 'hidden';
}

/** Whether requests to this address share one connection, so that a browser does not count them. */
function isMultiplexed(url: string): boolean {
  const entries = typeof performance === 'undefined' ? [] : performance.getEntriesByName(url, 'resource');
  const last = entries.at(-1) as PerformanceResourceTiming | undefined;
  return last?.nextHopProtocol === 'h2' || last?.nextHopProtocol === 'h3';
}
