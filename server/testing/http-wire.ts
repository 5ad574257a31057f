import { EventEmitter } from 'node:events';
import WebSocket from 'ws';
import { systemClock } from '../../web/provider/clock.ts';
import { HttpSocket } from '../../web/provider/http-socket.ts';
import type { SocketConstructor } from '../../web/provider/socket.ts';

/** A connection over HTTP as the `WebSocket` of ws looks, so that one client by hand can use either. */
export class HttpWire extends EventEmitter {
  binaryType = 'nodebuffer';
  readonly #socket: HttpSocket;

  constructor(url: string, protocols: string[]) {
    super();
    this.#socket = new HttpSocket(url, protocols, {
      WebSocket: WebSocket as unknown as SocketConstructor,
      clock: systemClock,
      moves: false,
      moved: () => undefined,
    });
    this.#socket.addEventListener('open', () => this.emit('open'));
    this.#socket.addEventListener('message', ({ data }) =>
      this.emit('message', Buffer.from(data as ArrayBuffer), true),
    );
    this.#socket.addEventListener('close', ({ code, reason }) => this.emit('close', code, Buffer.from(reason)));
  }

  get readyState(): number {
    return this.#socket.readyState;
  }

  send(message: Uint8Array): void {
    this.#socket.send(Uint8Array.from(message));
  }

  close(): void {
    this.#socket.close(1000);
  }

  terminate(): void {
    this.#socket.close(1000);
  }
}
