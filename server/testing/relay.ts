import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** How a relay treats bytes, both ways. */
export type Flow = 'free' | 'stalled' | { readonly bytesPerSecond: number };

/** How often a throttled relay passes something on, in milliseconds. */
const TICK = 100;

/** One direction of one connection: what came waits here until it may go on. */
interface Pipe {
  readonly from: Socket;
  readonly to: Socket;
  waiting: Buffer[];
}

/** A bad network: a TCP relay on a port of its own, in front of one on 127.0.0.1. */
export class Relay {
  readonly #server: Server;
  readonly #targetPort: number;
  readonly #pipes = new Set<Pipe>();
  #flow: Flow = 'free';
  #ticking: NodeJS.Timeout | null = null;

  private constructor(server: Server, targetPort: number) {
    this.#server = server;
    this.#targetPort = targetPort;
  }

  static async open(targetPort: number): Promise<Relay> {
    const server = createServer({ pauseOnConnect: true });
    const relay = new Relay(server, targetPort);
    server.on('connection', (near) => relay.#carry(near));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return relay;
  }

  /** Where clients find what is behind it. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on, also for the connections there are. */
  set flow(flow: Flow) {
    this.#flow = flow;
    if (this.#ticking !== null) clearInterval(this.#ticking);
    const bytes = typeof flow === 'object' ? Math.ceil((flow.bytesPerSecond * TICK) / 1000) : null;
    this.#ticking = bytes === null ? null : setInterval(() => this.#pass(bytes), TICK);
    if (flow === 'free') this.#pass(Number.POSITIVE_INFINITY);
  }

  /** Resets every connection, at both ends. */
  reset(): void {
    for (const { from } of [...this.#pipes]) from.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.flow = 'free';
    this.reset();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #carry(near: Socket): void {
    const far = connect(this.#targetPort, '127.0.0.1');
    this.#join(near, far);
    this.#join(far, near);
    near.resume();
  }

  #join(from: Socket, to: Socket): void {
    const pipe: Pipe = { from, to, waiting: [] };
    this.#pipes.add(pipe);
    from.setNoDelay(true);
    from.on('data', (chunk: Buffer) => {
      if (this.#flow === 'free') {
        to.write(chunk);
        return;
      }
      pipe.waiting.push(chunk);
      from.pause();
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#pipes.delete(pipe);
      to.destroy();
    });
  }

  /** Passes on this many bytes of each pipe, and reads on where nothing waits any more. */
  #pass(bytes: number): void {
    for (const pipe of this.#pipes) {
      if (pipe.waiting.length === 0) continue;
      const all = Buffer.concat(pipe.waiting);
      pipe.to.write(all.subarray(0, bytes));
      pipe.waiting = all.length > bytes ? [all.subarray(bytes)] : [];
      if (pipe.waiting.length === 0) pipe.from.resume();
    }
  }
}
