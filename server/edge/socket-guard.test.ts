import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { expect, it } from 'vitest';
import { SocketGuard } from './socket-guard.ts';

/** A socket from an address; IPv6 networks of one's own are not to be had on loopback. */
class FakeSocket extends EventEmitter {
  static #port = 1_000;
  readonly remotePort = FakeSocket.#port++;
  readonly remoteAddress: string;
  isOpen = true;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  destroy(): void {
    this.isOpen = false;
    this.emit('close');
  }
}

function guarded() {
  const server = new EventEmitter();
  new SocketGuard({ sockets: 1_000, socketsPerAddress: 3, isProxy: () => false }).attach(server as Server);
  const open = (addresses: readonly string[]) =>
    addresses.map((address) => {
      const socket = new FakeSocket(address);
      server.emit('connection', socket);
      return socket;
    });
  /** As an upgrade does: a connection is in use until it ends. */
  const use = (sockets: readonly FakeSocket[]) => {
    for (const socket of sockets) server.emit('upgrade', { socket });
  };
  return { open, use };
}

const openOnes = (sockets: readonly FakeSocket[]) => sockets.map(({ isOpen }) => isOpen);

it('[SEC-10] lets IPv6 networks of 56 and 48 bits have twice and four times as many sockets as one address', () => {
  const { open, use } = guarded();
  const first = open(Array.from({ length: 6 }, (_, i) => `2001:db8:1:20${i}::1`));
  use(first);
  expect(openOnes(open(['2001:db8:1:20f::9', '2001:db8:1:300::9', '192.0.2.1']))).toEqual([false, true, true]);
  const { open: openMore, use: useMore } = guarded();
  useMore(openMore(Array.from({ length: 12 }, (_, i) => `2001:db8:1:${i.toString(16)}00::1`)));
  expect(openOnes(openMore(['2001:db8:1:ff00::9', '2001:db8:2::9']))).toEqual([false, true]);
});

it('[SEC-10] drops the socket of a network of 56 bits that has waited longest, and counts no more when it ends', () => {
  const { open } = guarded();
  const idle = open(Array.from({ length: 6 }, (_, i) => `2001:db8:1:20${i}::1`));
  expect(openOnes(open(['2001:db8:1:20f::9']))).toEqual([true]);
  expect(openOnes(idle)).toEqual([false, true, true, true, true, true]);
  for (const socket of idle) if (socket.isOpen) socket.destroy();
  expect(openOnes(open(Array.from({ length: 5 }, (_, i) => `2001:db8:1:21${i}::1`)))).toEqual(Array(5).fill(true));
});
