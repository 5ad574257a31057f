import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** The network between one person and the server: a TCP relay on a port of its own, which can be cut and mended. */
export class Cable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  #recording: string[] | null = null;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Lays a cable to a port on 127.0.0.1. */
  static async lay(port: number): Promise<Cable> {
    const server = createServer({ pauseOnConnect: true });
    const cable = new Cable(server);
    server.on('connection', (near) => cable.#carry(near, port));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return cable;
  }

  /** Where the person finds the server. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resets every connection and refuses new ones. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Keeps what the person's browser sends from now on. Returns how to read it, as it went over the wire. */
  record(): () => string {
    const recording: string[] = [];
    this.#recording = recording;
    return () => recording.join('');
  }

  mend(): void {
    this.#isCut = false;
  }

  async remove(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #carry(near: Socket, port: number): void {
    if (this.#isCut) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.setNoDelay(true);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
    near.on('data', (bytes: Buffer) => this.#recording?.push(bytes.toString('latin1')));
    near.resume();
  }
}
