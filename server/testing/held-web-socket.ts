import WebSocket from 'ws';
import { decodeMessage } from '../../protocol/messages.ts';
import type { Socket, SocketConstructor } from '../../web/provider/index.ts';

/** A network with as much latency as a test wants: updates from the server wait until they are let through. */
export class HeldUpdates {
  #held: (() => void)[] = [];
  #waiting: { count: number; resolve: () => void }[] = [];
  #arrived = 0;
  #released = 0;
  #holding = false;

  /** For the `WebSocket` option of a provider. */
  readonly WebSocket: SocketConstructor;

  constructor() {
    const hold = (deliver: () => void) => this.#hold(deliver);
    this.WebSocket = class extends WebSocket {
      override addEventListener(type: never, listener: never): void {
        if ((type as string) !== 'message') {
          super.addEventListener(type, listener);
          return;
        }
        const receive = listener as (event: { data: unknown }) => void;
        super.addEventListener('message', (event) => {
          const isUpdate = decodeMessage(new Uint8Array(event.data as ArrayBuffer)).type === 'update';
          if (isUpdate) hold(() => receive(event));
          else receive(event);
        });
      }
    } as unknown as new (
      url: string,
      protocols: string[],
    ) => Socket;
  }

  /** From now on updates wait. */
  start(): void {
    this.#holding = true;
  }

  /** Waits until `count` updates have arrived since the start, released or not. */
  arrived(count: number): Promise<void> {
    if (this.#arrived >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  /** Lets updates through until `count` have been since the start. */
  release(count: number): void {
    while (this.#released < count) {
      const deliver = this.#held.shift();
      if (deliver === undefined) throw new Error(`only ${this.#arrived} updates have arrived`);
      this.#released += 1;
      deliver();
    }
  }

  #hold(deliver: () => void): void {
    if (!this.#holding) {
      deliver();
      return;
    }
    this.#held.push(deliver);
    this.#arrived += 1;
    this.#waiting = this.#waiting.filter(({ count, resolve }) => {
      if (count > this.#arrived) return true;
      resolve();
      return false;
    });
  }
}
