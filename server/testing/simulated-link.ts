import { SUBPROTOCOL } from '../../protocol/version.ts';
import type { Socket as ClientSocket, SocketConstructor } from '../../web/provider/index.ts';
import type { Socket as ServerSocket } from '../connection/socket.ts';

/** The server's side of a new link: takes its bytes, and hears of its end. */
export interface ServerEnd {
  receive(frame: Uint8Array): void;
  closed(): void;
  drained(): void;
}

type Listeners = { [Type in 'open' | 'error' | 'message' | 'close']: ((event: never) => void)[] };

/**
 * One connection in memory. Each direction keeps its order; when something arrives is decided from outside, one message at a
 * time, so that the links of a simulation interleave in every possible way.
 */
export class SimulatedLink {
  readonly client: ClientSocket & { readyState: number };
  readonly server: ServerSocket;
  end: ServerEnd | null = null;
  readonly #listeners: Listeners = { open: [], error: [], message: [], close: [] };
  #toServer: Uint8Array[] = [];
  #toClient: Uint8Array[] = [];
  #bytesRead = 0;
  #paused = false;
  /** What the client will learn when all that is on its way has arrived. */
  #closing: { code: number; reason: string } | null = null;
  #closingByClient = false;
  #open = true;
  /** Messages carried so far, both ways. */
  carried = 0;

  constructor() {
    const listeners = this.#listeners;
    this.client = {
      binaryType: 'arraybuffer',
      readyState: 0,
      protocol: SUBPROTOCOL,
      send: (data) => {
        if (this.client.readyState === 1) this.#toServer.push(new Uint8Array(data));
      },
      close: () => {
        if (this.client.readyState >= 2) return;
        this.client.readyState = 2;
        this.#closingByClient = true;
      },
      addEventListener: (type: keyof Listeners, listener: (event: never) => void) => {
        listeners[type].push(listener);
      },
    };
    this.server = this.#serverSocket();
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Whether a call of `step` would move something. */
  get canStep(): boolean {
    if (!this.#open) return false;
    const inbound = this.#toServer.length > 0 && !this.#paused;
    return this.client.readyState === 0 || inbound || this.#toClient.length > 0 || this.#isClosing;
  }

  get #isClosing(): boolean {
    return this.#closing !== null || (this.#closingByClient && (this.#toServer.length === 0 || this.#paused));
  }

  /** Lets one thing happen: the connection opens, a message arrives, or a goodbye does. `choice` is from 0 to 1. */
  step(choice: number): void {
    if (!this.#open) return;
    if (this.client.readyState === 0) {
      this.client.readyState = 1;
      this.#emit('open', {});
      return;
    }
    const inbound = !this.#paused && this.#toServer.length > 0;
    if (inbound && (choice < 0.5 || this.#toClient.length === 0)) this.#deliverToServer();
    else if (this.#toClient.length > 0) this.#deliverToClient();
    else if (this.#isClosing) this.#finish(this.#closing ?? { code: 1005, reason: '' });
  }

  /** Cuts the cable: nothing that is on its way arrives, both ends learn of an abnormal end. */
  cut(): void {
    if (this.#open) this.#finish({ code: 1006, reason: '' });
  }

  #deliverToServer(): void {
    const frame = this.#toServer.shift();
    if (frame === undefined) return;
    this.carried += 1;
    this.#bytesRead += frame.length;
    this.end?.receive(frame);
  }

  #deliverToClient(): void {
    const frame = this.#toClient.shift();
    if (frame === undefined) return;
    this.carried += 1;
    const { buffer, byteOffset, byteLength } = new Uint8Array(frame);
    this.#emit('message', { data: buffer.slice(byteOffset, byteOffset + byteLength) });
    if (this.#toClient.length === 0) this.end?.drained();
  }

  #finish(event: { code: number; reason: string }): void {
    this.#open = false;
    this.#toServer = [];
    this.#toClient = [];
    this.client.readyState = 3;
    this.end?.closed();
    this.#emit('close', event);
  }

  #emit(type: keyof Listeners, event: object): void {
    for (const listener of this.#listeners[type]) listener(event as never);
  }

  #serverSocket(): ServerSocket {
    const buffered = () => this.#toClient.reduce((sum, frame) => sum + frame.length, 0);
    const bytesRead = () => this.#bytesRead;
    return {
      transport: 'websocket',
      get bufferedBytes() {
        return buffered();
      },
      get heldBytes() {
        return buffered();
      },
      get bytesRead() {
        return bytesRead();
      },
      memoryOf: (incompleteBytes) => incompleteBytes,
      send: (messages) => {
        if (this.#open && this.#closing === null) this.#toClient.push(...messages);
      },
      ping: () => {
        // A browser answers by itself as long as the cable is whole.
        if (this.#open) this.#bytesRead += 1;
      },
      pause: () => {
        this.#paused = true;
      },
      resume: () => {
        this.#paused = false;
      },
      close: (code, reason) => {
        this.#closing ??= { code, reason };
      },
      terminate: () => this.cut(),
    };
  }
}

/** A WebSocket constructor whose sockets are links handed to `connect`. */
export function simulatedWebSocket(connect: (link: SimulatedLink, url: URL) => void): SocketConstructor {
  return class {
    constructor(url: string) {
      const link = new SimulatedLink();
      connect(link, new URL(url));
      // biome-ignore lint/correctness/noConstructorReturn: the socket is an object that the link made.
      return link.client;
    }
  } as unknown as SocketConstructor;
}
