import type { Clock } from '../clock.ts';
import { SOCKET_OPEN, type Socket, type SocketConstructor } from '../socket.ts';

/** The server's end of a fake socket. */
export interface Peer {
  readonly url: URL;
  readonly protocols: readonly string[];
  /** Set by the server to hear frames and the end. */
  onMessage: (frame: Uint8Array) => void;
  onClose: () => void;
  accept(protocol?: string): void;
  send(frame: Uint8Array): void;
  close(code: number, reason?: string): void;
}

type Listeners = {
  open: (() => void)[];
  error: (() => void)[];
  message: ((event: { data: unknown }) => void)[];
  close: ((event: { code: number; reason: string }) => void)[];
};

class FakeSocket implements Socket {
  binaryType = 'blob';
  readyState = 0;
  protocol = '';
  readonly listeners: Listeners = { open: [], error: [], message: [], close: [] };
  readonly wire: Wire;

  constructor(wire: Wire) {
    this.wire = wire;
  }

  addEventListener<Type extends keyof Listeners>(type: Type, listener: Listeners[Type][number]): void {
    (this.listeners[type] as Listeners[Type][number][]).push(listener);
  }

  send(data: Uint8Array): void {
    if (this.readyState === 0) throw new Error('the socket is still connecting');
    if (this.readyState === SOCKET_OPEN) this.wire.toServer(data.slice());
  }

  close(): void {
    if (this.readyState >= 2) return;
    this.readyState = 2;
    this.wire.closeFromClient();
  }
}

/** One connection: carries frames both ways, each after the network's latency, in order, until somebody cuts it. */
class Wire {
  readonly #network: FakeNetwork;
  readonly socket = new FakeSocket(this);
  readonly peer: Peer;
  /** Nothing arrives any more, on neither side. */
  #dead = false;

  constructor(network: FakeNetwork, url: string, protocols: string[]) {
    this.#network = network;
    this.peer = {
      url: new URL(url),
      protocols,
      onMessage: () => undefined,
      onClose: () => undefined,
      accept: (protocol = 'coscribe.1') => this.#accept(protocol),
      send: (frame) => this.#later(() => this.#arrive(frame.slice())),
      close: (code, reason = '') => {
        this.#later(() => this.#end(code, reason));
      },
    };
  }

  toServer(frame: Uint8Array): void {
    this.#network.frames.push(frame);
    this.#later(() => this.peer.onMessage(frame));
  }

  closeFromClient(): void {
    // What was sent before still arrives.
    this.#later(() => {
      this.#end(1000, '');
      this.peer.onClose();
    });
  }

  /** The connection breaks: frames on their way are lost, both ends learn of it. */
  reset(): void {
    if (this.#dead) return;
    this.#end(1006, '');
    this.#dead = true;
    this.peer.onClose();
  }

  /** The connection goes silent. The client is not told; the server's pings find out after a while. */
  silence(): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#network.wires.delete(this);
    this.#network.clock.setTimeout(() => this.peer.onClose(), 30_000);
  }

  #accept(protocol: string): void {
    this.#later(() => {
      if (this.socket.readyState !== 0) return;
      this.socket.readyState = SOCKET_OPEN;
      this.socket.protocol = protocol;
      for (const listener of this.socket.listeners.open) listener();
    });
  }

  #arrive(frame: Uint8Array): void {
    if (this.socket.readyState !== SOCKET_OPEN) return;
    for (const listener of this.socket.listeners.message) {
      listener({ data: this.socket.binaryType === 'arraybuffer' ? frame.buffer : frame });
    }
  }

  #end(code: number, reason: string): void {
    if (this.socket.readyState === 3) return;
    this.socket.readyState = 3;
    this.#network.wires.delete(this);
    for (const listener of this.socket.listeners.close) listener({ code, reason });
  }

  #later(action: () => void): void {
    this.#network.clock.setTimeout(() => {
      if (!this.#dead) action();
    }, this.#network.latency);
  }
}

/** A network without a machine: sockets whose other ends are handed to a function. */
export class FakeNetwork {
  readonly clock: Clock;
  /** Milliseconds a frame takes. */
  readonly latency = 5;
  /** Sockets that are not closed. */
  readonly wires = new Set<Wire>();
  /** Every frame that a client sent. */
  readonly frames: Uint8Array[] = [];
  /** Connection attempts so far. */
  attempts = 0;
  /** Whether the server can be reached. While it cannot, attempts fail at once. */
  reachable = true;
  /** Gets the server's end of every attempt. */
  serve: (peer: Peer) => void = () => undefined;
  readonly WebSocket: SocketConstructor;

  constructor(clock: Clock) {
    this.clock = clock;
    const open = (url: string, protocols: string[]): Socket => this.#open(url, protocols);
    this.WebSocket = class {
      constructor(url: string, protocols: string[]) {
        // biome-ignore lint/correctness/noConstructorReturn: the fake socket belongs to the wire that is made here
        return open(url, protocols);
      }
    } as unknown as SocketConstructor;
  }

  /** Breaks every connection. */
  reset(): void {
    for (const wire of [...this.wires]) wire.reset();
  }

  /** Lets every connection go silent. */
  silence(): void {
    for (const wire of [...this.wires]) wire.silence();
  }

  #open(url: string, protocols: string[]): Socket {
    this.attempts += 1;
    const wire = new Wire(this, url, protocols);
    this.wires.add(wire);
    if (this.reachable) this.serve(wire.peer);
    else this.clock.setTimeout(() => wire.reset(), this.latency);
    return wire.socket;
  }
}
