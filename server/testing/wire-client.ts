import WebSocket from 'ws';
import * as Y from 'yjs';
import {
  decodeMessage,
  encodeSyncStep1,
  encodeSyncStep2,
  encodeUpdate,
  type Message,
} from '../../protocol/messages.ts';
import { SUBPROTOCOL } from '../../protocol/version.ts';
import { HttpWire } from './http-wire.ts';

export interface WireClientOptions {
  /** What carries it. Default: a WebSocket. */
  transport?: 'websocket' | 'http';
  protocols?: string[];
  /** Further headers of the upgrade, as a browser or a proxy sends them. */
  headers?: Record<string, string>;
  /** The address of this machine that it comes from. */
  localAddress?: string;
  /** Certificates that are trusted, in PEM. */
  ca?: string;
}

/**
 * A client that speaks the wire by hand, so that a test decides what is sent and sees what comes. It keeps a document in
 * step with the server's messages, and answers step 1, unless told otherwise.
 */
export class WireClient {
  readonly doc = new Y.Doc();
  readonly socket: WebSocket;
  readonly received: Message[] = [];
  /** The close code and reason, once closed. */
  closed: { code: number; reason: string } | null = null;
  /** The status of the answer, when the upgrade was refused. */
  refusedWith: number | null = null;
  /** Whether a step 1 of the server is answered. */
  answers = true;
  #updates = 0;
  #stored = 0;
  #synced = false;
  #waiting: { condition: () => boolean; resolve: () => void }[] = [];

  /** Connects to `/sync/<path>` below an http address. */
  constructor(url: string, path: string, { protocols = [SUBPROTOCOL], transport, ...options }: WireClientOptions = {}) {
    const address = `${url.replace(/^http/, 'ws')}/sync/${path}`;
    // Of a WebSocket, no test of both uses more than the other has.
    const http = transport === 'http' ? (new HttpWire(address, protocols) as unknown as WebSocket) : null;
    this.socket = http ?? new WebSocket(address, protocols, options);
    this.socket.binaryType = 'nodebuffer';
    this.socket.on('message', (data, isBinary) => {
      if (isBinary) this.#handle(decodeMessage(data as Buffer));
      this.#look();
    });
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.#look();
    });
    this.socket.on('unexpected-response', (_request, response) => {
      this.refusedWith = response.statusCode ?? null;
      this.socket.terminate();
    });
    this.socket.on('error', () => this.#look());
    this.socket.on('open', () => this.#look());
  }

  /** Connects, asks for the document and waits until it is there. */
  static async join(url: string, path: string, options: WireClientOptions = {}): Promise<WireClient> {
    const client = new WireClient(url, path, options);
    await client.until(() => client.socket.readyState === WebSocket.OPEN, 'open');
    client.send(encodeSyncStep1(Y.encodeStateVector(client.doc)));
    await client.until(() => client.#synced, 'synced');
    return client;
  }

  get text(): string {
    return this.doc.getText('content').toString();
  }

  /** How many update messages were sent, and how many of them the server has said are stored. */
  get progress(): { sent: number; stored: number } {
    return { sent: this.#updates, stored: this.#stored };
  }

  send(frame: Uint8Array): void {
    this.socket.send(frame);
  }

  /** Sends an update message; it counts for the acknowledgement. */
  sendUpdate(update: Uint8Array): void {
    this.#updates += 1;
    this.send(encodeUpdate(update));
  }

  /** Inserts into its own document and sends the update. */
  insert(index: number, text: string): Uint8Array {
    const update = this.edit(() => this.doc.getText('content').insert(index, text));
    this.sendUpdate(update);
    return update;
  }

  /** Changes its own document without sending; returns the update. */
  edit(change: () => void): Uint8Array {
    const updates: Uint8Array[] = [];
    const keep = (update: Uint8Array) => void updates.push(update);
    this.doc.on('update', keep);
    this.doc.transact(change);
    this.doc.off('update', keep);
    return Y.mergeUpdates(updates);
  }

  /** Waits for a condition, looked at after every event of the socket. */
  async until(condition: () => boolean, what: string): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ condition, resolve });
      setTimeout(() => reject(new Error(`waited a minute in vain for: ${what}`)), 60_000).unref();
    });
  }

  async untilStored(): Promise<void> {
    await this.until(() => this.#stored >= this.#updates, `${this.#updates} stored`);
  }

  async untilClosed(): Promise<{ code: number; reason: string }> {
    await this.until(() => this.closed !== null, 'closed');
    return this.closed ?? { code: 0, reason: '' };
  }

  async leave(): Promise<void> {
    this.socket.close();
    await this.untilClosed();
  }

  #handle(message: Message): void {
    this.received.push(message);
    switch (message.type) {
      case 'sync-step-1':
        if (this.answers) {
          this.#updates += 1;
          this.send(encodeSyncStep2(Y.encodeStateAsUpdate(this.doc, message.stateVector)));
        }
        return;
      case 'sync-step-2':
        Y.applyUpdate(this.doc, message.update, this);
        this.#synced = true;
        return;
      case 'update':
        Y.applyUpdate(this.doc, message.update, this);
        return;
      case 'stored':
        this.#stored = message.count;
        return;
      default:
        return;
    }
  }

  #look(): void {
    this.#waiting = this.#waiting.filter(({ condition, resolve }) => {
      if (!condition()) return true;
      resolve();
      return false;
    });
  }
}
