import { once } from 'node:events';
import { createServer, request as forward, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';

/** What a proxy between people and a server does to what passes; may be changed at any time. */
export interface ProxyManners {
  /** WebSocket upgrades: passed on, answered with 403, never answered, or answered with 101 and then nothing. */
  upgrades: 'pass' | 'refuse' | 'swallow' | 'mute';
  /** Whether an answer is passed on only when it is complete. */
  holdsAnswers: boolean;
  /** Answers are broken off after this many milliseconds; null for never. */
  cutsAfter: number | null;
  /** What happens to a request: asked for each, so that a test can draw lots. */
  lot: () => 'pass' | 'lose-request' | 'lose-answer' | 'send-twice';
}

/** A proxy with bad manners on a port of its own, in front of a server on 127.0.0.1. */
export class HttpProxy {
  readonly manners: ProxyManners = { upgrades: 'pass', holdsAnswers: false, cutsAfter: null, lot: () => 'pass' };
  readonly #server: Server;
  readonly #target: string;
  readonly #upgraded = new Set<Duplex>();
  /** How many upgrades were asked for. */
  upgrades = 0;

  private constructor(server: Server, target: string) {
    this.#server = server;
    this.#target = target;
  }

  /** @param target the address of the server, `http://127.0.0.1:PORT` */
  static async open(target: string, manners: Partial<ProxyManners> = {}): Promise<HttpProxy> {
    const server = createServer();
    const proxy = new HttpProxy(server, target);
    Object.assign(proxy.manners, manners);
    server.on('request', (request, response) => void proxy.#pass(request, response));
    server.on('upgrade', (request, socket, head) => proxy.#upgrade(request, socket, head));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks off every answer and every WebSocket there is. */
  cut(): void {
    this.#server.closeAllConnections();
    for (const socket of this.#upgraded) socket.destroy();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const lot = this.manners.lot();
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    const body = await buffer(request).catch(() => null);
    if (body === null || lot === 'lose-request') {
      response.destroy();
      return;
    }
    if (lot === 'send-twice') await this.#forward(request, body).catch(() => null);
    const answer = await this.#forward(request, body).catch(() => null);
    if (answer === null || lot === 'lose-answer') {
      answer?.destroy();
      response.destroy();
      return;
    }
    answer.on('error', () => response.destroy());
    response.on('close', () => answer.destroy());
    const { cutsAfter, holdsAnswers } = this.manners;
    if (cutsAfter !== null) setTimeout(() => response.destroy(), cutsAfter).unref();
    if (holdsAnswers) {
      const whole = await buffer(answer).catch(() => null);
      if (whole === null) response.destroy();
      else response.writeHead(answer.statusCode ?? 502, answer.headers).end(whole);
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    answer.pipe(response);
  }

  async #forward({ method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const passed = forward(`${this.#target}${url}`, { method: method ?? 'GET', headers, agent: false });
    passed.end(body);
    const [answer] = (await once(passed, 'response')) as [IncomingMessage];
    return answer;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.upgrades += 1;
    socket.on('error', () => undefined);
    socket.on('close', () => this.#upgraded.delete(socket));
    this.#upgraded.add(socket);
    switch (this.manners.upgrades) {
      case 'refuse':
        socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        return;
      case 'swallow':
        return;
      case 'pass':
      case 'mute':
        this.#tunnel(request, socket, head, this.manners.upgrades === 'mute');
        return;
      default:
        this.manners.upgrades satisfies never;
    }
  }

  /** Passes an upgrade on; of a mute one only what comes before the first frame. */
  #tunnel(request: IncomingMessage, near: Duplex, head: Buffer, isMute: boolean): void {
    const { hostname, port } = new URL(this.#target);
    const far = connect(Number(port), hostname);
    far.on('error', () => near.destroy());
    far.on('close', () => near.destroy());
    near.on('close', () => far.destroy());
    const lines = [`${request.method} ${request.url} HTTP/1.1`];
    for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
      lines.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`);
    }
    far.write(`${lines.join('\r\n')}\r\n\r\n`);
    far.write(head);
    near.pipe(far);
    if (!isMute) {
      far.pipe(near);
      return;
    }
    let isAnswered = false;
    far.on('data', (part: Buffer) => {
      if (isAnswered) return;
      const end = part.indexOf('\r\n\r\n');
      isAnswered = end >= 0;
      near.write(isAnswered ? part.subarray(0, end + 4) : part);
    });
  }
}
