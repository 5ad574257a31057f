import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** A TCP socket that was upgraded by hand, so that a test may write whatever bytes it likes. */
export class RawClient {
  readonly socket: Socket;
  closed = false;
  /** The code of the server's close frame, once one came. */
  goodbye: number | null = null;
  /** Lengths of the messages that have begun to come. */
  readonly frameBytes: number[] = [];
  /** The beginning of a frame whose header is not complete, and how much of a begun one is still to come. */
  #pending: Buffer = Buffer.alloc(0);
  #skip = 0;
  #head = '';
  #upgraded = false;
  #waiting: { condition: () => boolean; resolve: () => void }[] = [];

  private constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.on('data', (data) => {
      if (this.#upgraded) this.#readFrames(data);
      else this.#readHead(data);
      this.#look();
    });
    // What a hostile client learns of its end is no matter.
    this.socket.on('error', () => this.#look());
    this.socket.on('close', () => {
      this.closed = true;
      this.#look();
    });
  }

  /** Connects and sends nothing. */
  static async open(url: string): Promise<RawClient> {
    const client = new RawClient(url);
    await client.until(() => !client.socket.connecting, 'connected');
    return client;
  }

  /** Connects to `/sync/<path>`, as a stock client unless a subprotocol is named. */
  static async upgrade(url: string, path: string, subprotocol: string | null = null): Promise<RawClient> {
    const client = await RawClient.open(url);
    client.socket.write(upgradeRequest(path, subprotocol));
    await client.until(() => client.#upgraded || client.closed, 'upgraded');
    return client;
  }

  /** The status line and headers of the answer, as far as they have come. */
  get head(): string {
    return this.#head;
  }

  /** Whether every message that has begun has come whole. */
  get isBetweenFrames(): boolean {
    return this.#skip === 0 && this.#pending.length === 0;
  }

  write(bytes: Uint8Array): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  /** Writes a few bytes at a time, each in a turn of its own. */
  async drip(bytes: Uint8Array, step: number): Promise<void> {
    for (let at = 0; at < bytes.length && !this.closed; at += step) {
      this.write(bytes.subarray(at, at + step));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Waits for a condition, looked at after every event of the socket. */
  async until(condition: () => boolean, what: string): Promise<void> {
    if (condition()) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ condition, resolve });
      this.socket.once('connect', () => this.#look());
      timer = setTimeout(() => reject(new Error(`waited a minute in vain for: ${what}`)), 60_000);
    });
    clearTimeout(timer);
  }

  /** Waits until the server has said goodbye or dropped the socket. */
  untilEnded(): Promise<void> {
    return this.until(() => this.closed || this.goodbye !== null, 'the end');
  }

  destroy(): void {
    this.socket.destroy();
  }

  #readHead(data: Buffer): void {
    this.#head += data.toString('latin1');
    const end = this.#head.indexOf('\r\n\r\n');
    if (end === -1) return;
    const rest = Buffer.from(this.#head.slice(end + 4), 'latin1');
    this.#head = this.#head.slice(0, end);
    this.#upgraded = this.#head.startsWith('HTTP/1.1 101');
    this.#readFrames(rest);
  }

  /** Passes over the server's frames, counts them, and notes its goodbye. */
  #readFrames(data: Buffer): void {
    let bytes = data;
    if (this.#skip > 0) {
      const skipped = Math.min(this.#skip, bytes.length);
      this.#skip -= skipped;
      bytes = bytes.subarray(skipped);
    }
    bytes = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    while (bytes.length >= 2) {
      const short = bytes.readUInt8(1);
      const header = short < 126 ? 2 : short === 126 ? 4 : 10;
      const isControl = (bytes.readUInt8(0) & 0x08) !== 0;
      if (bytes.length < header || (isControl && bytes.length < header + short)) break;
      const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
      if ((bytes.readUInt8(0) & 0x0f) === 8) this.goodbye = length >= 2 ? bytes.readUInt16BE(header) : 1005;
      if (!isControl) this.frameBytes.push(length);
      this.#skip = Math.max(0, header + length - bytes.length);
      bytes = bytes.subarray(header + length);
    }
    this.#pending = bytes;
  }

  #look(): void {
    this.#waiting = this.#waiting.filter(({ condition, resolve }) => {
      if (!condition()) return true;
      resolve();
      return false;
    });
  }
}

/** An upgrade request as a browser sends it. */
export function upgradeRequest(path: string, subprotocol: string | null = null): string {
  return [
    `GET /sync/${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ...(subprotocol === null ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
    '',
    '',
  ].join('\r\n');
}
