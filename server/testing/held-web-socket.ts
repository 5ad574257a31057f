import WebSocket from 'ws';
import * as Y from 'yjs';
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

  /** `clientId` is the person's own: an echo of what they wrote, which the server may send with others' edits, does not count. */
  constructor(clientId: number) {
    const isOfOthers = (data: unknown) => {
      const message = decodeMessage(new Uint8Array(data as ArrayBuffer));
      if (message.type !== 'update') return false;
      const { structs } = Y.decodeUpdate(message.update);
      return structs.length === 0 || structs.some(({ id }) => id.client !== clientId);
    };
    const hold = (deliver: () => void) => this.#hold(deliver);
    this.WebSocket = class extends WebSocket {
      override addEventListener(type: never, listener: never): void {
        if ((type as string) !== 'message') {
          super.addEventListener(type, listener);
          return;
        }
        const receive = listener as (event: { data: unknown }) => void;
        super.addEventListener('message', (event) => {
          if (isOfOthers(event.data)) hold(() => receive(event));
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
