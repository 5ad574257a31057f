import { systemClock } from '../../web/provider/clock.ts';
import { HttpSocket } from '../../web/provider/http-socket.ts';
import { connectPolling } from '../peers/socket-io-client.mjs';
import { clientFrame, RawSocket, type RawSocketOptions } from './raw-socket.ts';

/** What carries somebody's messages. */
export interface Wire {
  /** Resolves when messages can be sent. */
  readonly opened: Promise<void>;
  send(message: Uint8Array): void;
  leave(): void;
}

/** Makes a wire to a server and a document. */
export type ConnectWire = (options: RawSocketOptions) => Wire;

/** A WebSocket that costs little. */
export const webSocketWire: ConnectWire = (options) => {
  const socket = new RawSocket(options);
  return {
    opened: socket.opened,
    send: (message) => socket.write(clientFrame(message)),
    leave: () => socket.reset(),
  };
};

/** Requests over HTTP, by the code that pages run. */
export const httpWire: ConnectWire = ({ port, path, protocols = [], onMessage, onClose }) => {
  const socket = new HttpSocket(`ws://127.0.0.1:${port}${path}`, protocols, {
    WebSocket: class {
      constructor() {
        throw new Error('this network lets no WebSocket through');
      }
    } as never,
    clock: systemClock,
    locks: null,
    moves: false,
    moved: () => undefined,
  });
  const opened = new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('close', ({ code }) => {
      reject(new Error(`the connection was closed with ${code}`));
      onClose?.(code);
    });
  });
  socket.addEventListener('message', ({ data }) => {
    if (data instanceof ArrayBuffer) onMessage(new Uint8Array(data));
  });
  return {
    opened,
    send: (message) => socket.send(new Uint8Array(message)),
    leave: () => socket.close(),
  };
};

/** Long polling, by the client of socket.io. */
export const socketIoWire: ConnectWire = ({ port, path, onMessage, onClose }) => {
  const socket = connectPolling(`http://127.0.0.1:${port}`, path);
  const opened = new Promise<void>((resolve, reject) => {
    socket.on('connect', () => resolve());
    socket.on('connect_error', (error) => reject(error));
  });
  socket.on('update', (message) => onMessage(message));
  socket.on('disconnect', () => onClose?.(null));
  return { opened, send: (message) => socket.emit('update', message), leave: () => socket.disconnect() };
};
