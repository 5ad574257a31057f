import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { withoutMapping } from '../limits/network-of.ts';

/** Where a request comes from, as far as it can be believed. */
export interface Visitor {
  /** The address that limits count for and the log shows. */
  readonly address: string;
  /** The host and port that the client asked for; null when it did not say. */
  readonly host: string | null;
  /** Whether the way from the client is encrypted, as far as this server or its proxy knows. */
  readonly isSecure: boolean;
  /** Whether a trusted proxy passed the request on. */
  readonly isProxied: boolean;
}

/** The proxies whose `X-Forwarded-*` headers are believed (SEC-4). */
export class ProxyTrust {
  readonly #proxies = new BlockList();

  /** @param proxies addresses, networks such as `10.0.0.0/8`, and `loopback` */
  constructor(proxies: readonly string[]) {
    for (const entry of proxies) {
      if (entry === 'loopback') {
        this.#proxies.addSubnet('127.0.0.0', 8, 'ipv4');
        this.#proxies.addAddress('::1', 'ipv6');
        continue;
      }
      const [address = '', bits] = entry.split('/');
      const family = isIPv6(address) ? 'ipv6' : 'ipv4';
      if (bits === undefined) this.#proxies.addAddress(address, family);
      else this.#proxies.addSubnet(address, Number(bits), family);
    }
  }

  /** Whether this is the address of a proxy on the list. */
  trusts(address: string): boolean {
    const plain = withoutMapping(address);
    const family = isIP(plain);
    return family !== 0 && this.#proxies.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  }

  /** Who sent a request: what the socket says, or what the headers of a trusted proxy say. */
  visitor(request: IncomingMessage): Visitor {
    const { socket, headers } = request;
    const near = socket.remoteAddress ?? 'unknown';
    const isEncrypted = 'encrypted' in socket && socket.encrypted === true;
    const isProxied = headers['x-forwarded-for'] !== undefined && this.trusts(near);
    if (!this.trusts(near)) return { address: near, host: headers.host ?? null, isSecure: isEncrypted, isProxied };
    const protocol = lastOf(headers['x-forwarded-proto']);
    return {
      address: this.#farthest(near, headers['x-forwarded-for']),
      host: lastOf(headers['x-forwarded-host']) ?? headers.host ?? null,
      isSecure: protocol === null ? isEncrypted : protocol === 'https',
      isProxied,
    };
  }

  /**
   * The last address that a trusted proxy vouches for. Each proxy writes behind what came to it, so the list is read from
   * its end; what stands before the first stranger is that stranger's invention.
   */
  #farthest(near: string, forwarded: string | string[] | undefined): string {
    const hops = (Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? '')).split(',').map(bareAddress);
    let address = near;
    for (const hop of hops.reverse()) {
      if (isIP(hop) === 0) return address;
      address = hop;
      if (!this.trusts(hop)) return address;
    }
    return address;
  }
}

/** An entry of `X-Forwarded-For` without the port that some proxies write. */
function bareAddress(entry: string): string {
  const text = entry.trim();
  return /^\[([^\]]+)\]/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text;
}

/** The entry of the nearest proxy, in a header that each may have written to. */
function lastOf(header: string | string[] | undefined): string | null {
  const text = Array.isArray(header) ? header.at(-1) : header;
  const last = text?.split(',').at(-1)?.trim();
  return last === undefined || last === '' ? null : last;
}
