import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setupWSConnection } from '@y/websocket-server/utils';
import { WebSocketServer } from 'ws';

/** The server of y-websocket as it comes, in this process. */
export class StockServer {
  readonly #http = createServer();
  readonly #webSockets = new WebSocketServer({ server: this.#http });

  static async start(): Promise<StockServer> {
    const server = new StockServer();
    server.#webSockets.on('connection', (socket, request) => setupWSConnection(socket, request));
    await new Promise<void>((resolve) => server.#http.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#webSockets.clients) socket.terminate();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}
