import type { Clock } from './clock.ts';
import { platformWebSocket, type Socket, type SocketConstructor, type Transport } from './socket.ts';

/** How long a WebSocket may be silent before it is taken for one that does not get through, in milliseconds. */
const PATIENCE = 4_000;

/** WebSockets that fail in a row before HTTP is tried where they worked before: a restart of the server fails one or two. */
const FAILURES_AFTER_SUCCESS = 3;

export interface TransportsOptions {
  /** What the host asks for; undefined leaves the choice here. */
  readonly wanted: Transport | 'auto' | undefined;
  /** The WebSocket that the host brought, if it did. */
  readonly WebSocket: SocketConstructor | undefined;
  readonly clock: Clock;
  /** The connection goes on over a WebSocket. */
  readonly moved: () => void;
}

/**
 * Chooses what carries the next attempt: a WebSocket, unless the last one failed before the server said a word. That is what a network
 * does which lets none through; a server that is away fails the attempt over HTTP too, and a WebSocket is next again.
 */
export class Transports {
  readonly #options: TransportsOptions;
  readonly #WebSocket: SocketConstructor;
  readonly #wanted: Transport | 'auto';
  /** WebSockets that failed in a row, before their welcome. */
  #failures = 0;
  /** Whether a WebSocket has worked since the network was last another one. */
  #worked = false;
  #triesHttp = false;

  /** @throws TypeError where there is no WebSocket */
  constructor(options: TransportsOptions) {
    const { wanted, WebSocket } = options;
    this.#options = options;
    this.#WebSocket = WebSocket ?? platformWebSocket();
    // A host that brings a WebSocket may be in a place of its own, where nothing else leads.
    this.#wanted = wanted ?? (WebSocket === undefined && typeof fetch !== 'undefined' ? 'auto' : 'websocket');
    this.#triesHttp = this.#wanted === 'http';
  }

  /** How long the attempt under way may be silent, in milliseconds; null for as long as any. */
  get patience(): number | null {
    return this.#wanted === 'auto' && !this.#triesHttp && !this.#worked ? PATIENCE : null;
  }

  /** What makes the socket of the next attempt. Rejects when the part for HTTP cannot be loaded. */
  async opener(): Promise<(url: string, protocols: string[]) => Socket> {
    const WebSocket = this.#WebSocket;
    if (!this.#triesHttp) return (url, protocols) => new WebSocket(url, protocols);
    const { openHttp } = await import('./http-socket.ts');
    const { clock, moved } = this.#options;
    return openHttp({
      WebSocket,
      clock,
      moves: this.#wanted === 'auto',
      moved: () => {
        this.welcomed('websocket');
        moved();
      },
    });
  }

  /** The server has answered over this. */
  welcomed(transport: Transport): void {
    if (transport === 'http') return;
    this.#failures = 0;
    this.#worked = true;
    this.#triesHttp = this.#wanted === 'http';
  }

  /**
   * An attempt failed, or a connection was lost. Returns whether the next attempt should be made at once, another way.
   * @param isMute whether the server had not said a word
   */
  failed(isMute: boolean): boolean {
    if (this.#wanted !== 'auto') return false;
    if (!this.#triesHttp && isMute) {
      this.#failures += 1;
      this.#triesHttp = this.#failures >= (this.#worked ? FAILURES_AFTER_SUCCESS : 1);
      return this.#triesHttp;
    }
    this.#triesHttp = false;
    return false;
  }

  /** The network may be another one. */
  networkChanged(): void {
    this.#worked = false;
  }
}
