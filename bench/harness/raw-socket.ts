import { connect, type Socket } from 'node:net';

const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

const MASK = [0x37, 0xfa, 0x21, 0x3d] as const;

/** All sockets read into this one: Node.js calls back before it reads again. */
const READ_BUFFER = Buffer.allocUnsafeSlow(256 * 1024);

/** A message as a client's frame (RFC 6455: final, binary, masked), ready to be written. */
export function clientFrame(message: Uint8Array, opcode: number = BINARY): Buffer {
  const { length } = message;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = Buffer.allocUnsafe(2 + extended + 4 + length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) frame.writeUInt16BE(length, 2);
  if (extended === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  const at = 2 + extended;
  for (let i = 0; i < 4; i++) frame[at + i] = MASK[i & 3] ?? 0;
  for (let i = 0; i < length; i++) frame[at + 4 + i] = (message[i] ?? 0) ^ (MASK[i & 3] ?? 0);
  return frame;
}

export interface RawSocketOptions {
  readonly port: number;
  /** Path of the upgrade, as it goes on the wire. */
  readonly path: string;
  readonly protocols?: readonly string[];
  /** Source address, among 127.0.0.0/8: one address has some 28,000 ports. */
  readonly localAddress?: string;
  /** A binary message. `payload` is valid during the call only. */
  readonly onMessage: (payload: Uint8Array) => void;
  readonly onClose?: (code: number | null) => void;
}

/**
 * A WebSocket client that costs little, so that ten thousand fit on one core: frames are written as they were prepared,
 * and those that arrive are cut out of one shared buffer.
 */
export class RawSocket {
  readonly #socket: Socket;
  readonly #options: RawSocketOptions;
  #state: 'upgrading' | 'open' | 'closed' = 'upgrading';
  /** Resolves when the server has upgraded. */
  readonly opened: Promise<void>;
  #openWaiter: { resolve: () => void; reject: (error: Error) => void } | null = null;
  #closeCode: number | null = null;
  /** What arrived of a frame that is not complete: its beginning, or its payload being gathered. */
  #rest: Buffer | null = null;
  #gather: { readonly opcode: number; readonly payload: Buffer; at: number } | null = null;

  constructor(options: RawSocketOptions) {
    this.#options = options;
    this.opened = new Promise((resolve, reject) => {
      this.#openWaiter = { resolve, reject };
    });
    const { port, localAddress } = options;
    this.#socket = connect({
      host: '127.0.0.1',
      port,
      ...(localAddress === undefined ? {} : { localAddress }),
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (count: number) => {
          this.#read(count);
          return true;
        },
      },
    });
    this.#socket.on('error', (error) => this.#end(error));
    this.#socket.on('close', () => this.#end(new Error('the connection was closed during the upgrade')));
    this.#socket.on('connect', () => this.#socket.write(upgradeRequest(options)));
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Writes frames made by `clientFrame`. */
  write(frames: Uint8Array): void {
    if (this.#state === 'open') this.#socket.write(frames);
  }

  /** Ends it without ceremony. */
  destroy(): void {
    this.#socket.destroy();
    this.#state = 'closed';
  }

  /** Ends it with a reset, and nothing lingers in TIME_WAIT. */
  reset(): void {
    this.#socket.resetAndDestroy();
    this.#state = 'closed';
  }

  #end(error: Error): void {
    const state = this.#state;
    this.#state = 'closed';
    if (state === 'upgrading') this.#openWaiter?.reject(error);
    else if (state === 'open') this.#options.onClose?.(this.#closeCode);
  }

  #read(count: number): void {
    let chunk = READ_BUFFER.subarray(0, count);
    if (this.#rest !== null) {
      chunk = Buffer.concat([this.#rest, chunk]);
      this.#rest = null;
    }
    let at = 0;
    if (this.#state === 'upgrading') {
      const end = chunk.indexOf('\r\n\r\n');
      if (end < 0) {
        this.#rest = Buffer.from(chunk);
        return;
      }
      const head = chunk.toString('latin1', 0, end);
      if (!head.startsWith('HTTP/1.1 101')) {
        this.#end(new Error(`the upgrade was refused: ${head.split('\r\n')[0]}`));
        this.#socket.destroy();
        return;
      }
      this.#state = 'open';
      this.#openWaiter?.resolve();
      at = end + 4;
    }
    this.#frames(chunk, at);
  }

  #frames(chunk: Buffer, start: number): void {
    let at = start;
    const end = chunk.length;
    while (at < end) {
      const gather = this.#gather;
      if (gather !== null) {
        const taken = Math.min(end - at, gather.payload.length - gather.at);
        chunk.copy(gather.payload, gather.at, at, at + taken);
        gather.at += taken;
        at += taken;
        if (gather.at < gather.payload.length) return;
        this.#gather = null;
        this.#message(gather.opcode, gather.payload);
        continue;
      }
      if (end - at < 2) break;
      const opcode = (chunk[at] ?? 0) & 15;
      let length = (chunk[at + 1] ?? 0) & 127;
      let header = 2;
      if (length === 126) {
        header = 4;
        if (end - at < header) break;
        length = chunk.readUInt16BE(at + 2);
      } else if (length === 127) {
        header = 10;
        if (end - at < header) break;
        length = Number(chunk.readBigUInt64BE(at + 2));
      }
      at += header;
      if (end - at < length) {
        this.#gather = { opcode, payload: Buffer.allocUnsafe(length), at: 0 };
        continue;
      }
      this.#message(opcode, chunk.subarray(at, at + length));
      at += length;
    }
    if (at < end) this.#rest = Buffer.from(chunk.subarray(at));
  }

  #message(opcode: number, payload: Buffer): void {
    if (opcode === BINARY) this.#options.onMessage(payload);
    else if (opcode === PING) this.write(clientFrame(payload, PONG));
    else if (opcode === CLOSE) {
      this.#closeCode = payload.length >= 2 ? payload.readUInt16BE(0) : null;
      this.write(clientFrame(payload, CLOSE));
      this.#socket.end();
    }
  }
}

function upgradeRequest({ port, path, protocols = [] }: RawSocketOptions): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...(protocols.length > 0 ? [`Sec-WebSocket-Protocol: ${protocols.join(', ')}`] : []),
    '\r\n',
  ].join('\r\n');
}
