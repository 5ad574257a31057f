import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { networksOf, sharesOf } from '../limits/network-of.ts';

export interface SocketGuardOptions {
  /** Max sockets at a time. */
  readonly sockets: number;
  /** Max of them from one address; IPv6 networks of 56 and 48 bits may have twice and four times as many. */
  readonly socketsPerAddress: number;
  /** Whether an address is that of a proxy, whose sockets are many people's: they count only in all. */
  readonly isProxy: (address: string) => boolean;
}

/** A socket from its first byte to its end. */
interface Guarded {
  readonly key: string;
  readonly socket: Socket;
  /** Those that it counts for, the smallest first; none for a proxy. */
  readonly networks: readonly string[];
  /** Requests that are not answered, or the connection that it became. */
  inUse: number;
}

/** Sockets beyond the bound that the server takes and this class drops at once; more are dropped by Node.js. */
const BACKSTOP = 64;

/**
 * Counts every socket of an HTTP server, whatever is done with it: silent ones, those that wait between two requests, those
 * that carry a request or a connection. When an address, or the server, has as many as it may, the one that has waited longest
 * without a request makes room; when all are in use, the new one is dropped. So a connection that is kept alive lives as long as
 * there is room, and nobody holds all sockets by doing nothing with them.
 */
export class SocketGuard {
  readonly #options: SocketGuardOptions;
  /** All sockets, by the port and address at their other end: with TLS, requests have another object than the socket. */
  readonly #sockets = new Map<string, Guarded>();
  /** Those without a request, the one that has waited longest first; of all, and of each network. */
  readonly #idle = new Set<Guarded>();
  readonly #idleOf = new Map<string, Set<Guarded>>();
  readonly #counts = new Map<string, number>();

  constructor(options: SocketGuardOptions) {
    this.#options = options;
  }

  /** How many sockets there are. */
  get size(): number {
    return this.#sockets.size;
  }

  /** Guards the sockets of `server`, from before it listens. */
  attach(server: Server): void {
    server.maxConnections = this.#options.sockets + BACKSTOP;
    server.on('connection', (socket: Socket) => this.#add(socket));
    server.prependListener('request', (request, response) => {
      const guarded = this.#use(request.socket);
      if (guarded !== null) response.once('close', () => this.#release(guarded));
    });
    server.prependListener('upgrade', (request) => void this.#use(request.socket));
  }

  #use(socket: Socket): Guarded | null {
    const guarded = this.#sockets.get(keyOf(socket)) ?? null;
    if (guarded === null) return null;
    guarded.inUse += 1;
    this.#setIdle(guarded, false);
    return guarded;
  }

  #release(guarded: Guarded): void {
    guarded.inUse -= 1;
    if (guarded.inUse === 0 && this.#sockets.get(guarded.key) === guarded) this.#setIdle(guarded, true);
  }

  #add(socket: Socket): void {
    const { sockets, socketsPerAddress, isProxy } = this.#options;
    const address = socket.remoteAddress;
    if (address === undefined) return;
    const networks = isProxy(address) ? [] : networksOf(address);
    const hasRoom =
      networks.every(
        (network) =>
          (this.#counts.get(network) ?? 0) < socketsPerAddress * sharesOf(network) ||
          this.#makeRoom(this.#idleOf.get(network)),
      ) &&
      (this.#sockets.size < sockets || this.#makeRoom(this.#idle));
    if (!hasRoom) {
      socket.destroy();
      return;
    }
    const guarded: Guarded = { key: keyOf(socket), socket, networks, inUse: 0 };
    this.#sockets.set(guarded.key, guarded);
    for (const network of networks) this.#counts.set(network, (this.#counts.get(network) ?? 0) + 1);
    this.#setIdle(guarded, true);
    socket.once('close', () => this.#forget(guarded));
  }

  /** Drops the first of these; says whether there was one. */
  #makeRoom(idle: ReadonlySet<Guarded> | undefined): boolean {
    for (const guarded of idle ?? []) {
      this.#forget(guarded);
      guarded.socket.destroy();
      return true;
    }
    return false;
  }

  #forget(guarded: Guarded): void {
    if (this.#sockets.get(guarded.key) !== guarded) return;
    this.#sockets.delete(guarded.key);
    this.#setIdle(guarded, false);
    for (const network of guarded.networks) {
      const left = (this.#counts.get(network) ?? 0) - 1;
      if (left > 0) this.#counts.set(network, left);
      else this.#counts.delete(network);
    }
  }

  #setIdle(guarded: Guarded, isIdle: boolean): void {
    setIn(this.#idle, guarded, isIdle);
    for (const network of guarded.networks) {
      const ofNetwork = this.#idleOf.get(network) ?? new Set<Guarded>();
      setIn(ofNetwork, guarded, isIdle);
      if (ofNetwork.size > 0) this.#idleOf.set(network, ofNetwork);
      else this.#idleOf.delete(network);
    }
  }
}

/** Puts something at the end of a set, or takes it out. */
function setIn<T>(set: Set<T>, member: T, isMember: boolean): void {
  set.delete(member);
  if (isMember) set.add(member);
}

/** Tells a socket from all others that are open; one that is not has no address any more. */
function keyOf(socket: Socket): string {
  return `${socket.remotePort} ${socket.remoteAddress}`;
}
