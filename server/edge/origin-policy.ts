import type { IncomingMessage } from 'node:http';
import type { Server } from 'node:net';
import { isAddressOrLoopback, isLoopbackName } from './loopback.ts';
import { ProxyTrust, type Visitor } from './visitor.ts';

export interface OriginPolicySettings {
  /** Address to listen on. */
  readonly host: string;
  readonly trustProxy: readonly string[] | null;
  readonly origins: readonly string[] | 'any' | null;
  readonly publicUrl: string | null;
}

/** Why a request is not let in, no matter who sends it. */
export interface OriginRefusal {
  readonly status: 400 | 403 | 421 | 431;
  readonly code: 'foreign-origin' | 'unknown-host' | 'several-hosts' | 'too-many-headers';
  /** A sentence for anyone who runs the page or the server. */
  readonly message: string;
}

/** Headers of a request: browsers send some twenty, proxies add a few. Each takes memory of its own, however short it is. */
export const MAX_HEADERS = 128;

/** Where one's own proxies usually are: this machine, and networks that nobody reaches from outside. */
const NEARBY = new ProxyTrust(['loopback', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']);

/**
 * Decides which pages may talk to this server from a browser (SEC-3). A browser sends along where a page comes from; programs
 * send nothing and are let in, since they hold no right but what they send themselves.
 *
 * - A page of another origin must be on the list: otherwise any page in the world could work on a server that listens on this
 *   machine only, or on one inside a company's network, through the browser of somebody who may reach it.
 * - A server that listens on this machine only lets in pages that come from this machine, too: what serves them, a developer's
 *   own server most often, could reach the documents anyway.
 * - Such a server answers to names of this machine only, and one that knows its public address to that one, both also to bare
 *   addresses and to the hosts of the origins on the list: otherwise a page could give its own name the address of the server
 *   (DNS rebinding) and be of the same origin.
 */
export class OriginPolicy {
  readonly #trust: ProxyTrust;
  readonly #anyOrigin: boolean;
  readonly #origins: ReadonlySet<string>;
  /** Host names of the origins that are let in. */
  readonly #hosts: ReadonlySet<string>;
  readonly #isPublic: boolean;
  readonly #host: string;
  #unknownProxy: ((address: string) => void) | null;

  /** @param unknownProxy called once, when what seems to be a proxy of this server's owner is not on the list */
  constructor(
    { host, trustProxy, origins, publicUrl }: OriginPolicySettings,
    unknownProxy: ((address: string) => void) | null = null,
  ) {
    this.#unknownProxy = unknownProxy;
    this.#trust = new ProxyTrust(trustProxy ?? []);
    this.#anyOrigin = origins === 'any';
    const addresses = [...(origins === 'any' ? [] : (origins ?? [])), ...(publicUrl === null ? [] : [publicUrl])];
    const listed = addresses.map((address) => new URL(address));
    this.#origins = new Set(listed.map(({ origin }) => origin));
    this.#hosts = new Set(listed.map(({ hostname }) => hostname));
    this.#isPublic = publicUrl !== null;
    this.#host = host;
  }

  visitor(request: IncomingMessage): Visitor {
    const visitor = this.#trust.visitor(request);
    const isUnknown = this.#unknownProxy !== null && !visitor.isProxied && 'x-forwarded-for' in request.headers;
    if (isUnknown && NEARBY.trusts(visitor.address)) {
      this.#unknownProxy?.(visitor.address);
      this.#unknownProxy = null;
    }
    return visitor;
  }

  /** Whether this is the address of a proxy whose headers are believed. */
  isProxy(address: string): boolean {
    return this.#trust.trusts(address);
  }

  /** Why a request is refused before anybody asks for a token; null when it is not. */
  refusal(request: IncomingMessage, visitor: Visitor, { changes }: { changes: boolean }): OriginRefusal | null {
    // Names and values; Node.js reads no further when it knows the limit.
    if (request.rawHeaders.length >= MAX_HEADERS * 2) {
      return { status: 431, code: 'too-many-headers', message: `A request has fewer than ${MAX_HEADERS} headers.` };
    }
    if (namesSeveralHosts(request)) {
      return {
        status: 400,
        code: 'several-hosts',
        message: 'A request names one host; this one has several Host headers.',
      };
    }
    if (!this.#answersTo(request, visitor)) {
      return {
        status: 421,
        code: 'unknown-host',
        message: 'This server does not answer to this name. The settings publicUrl and origins tell it the names.',
      };
    }
    const { origin } = request.headers;
    if (!changes || origin === undefined || isSameOrigin(origin, visitor)) return null;
    if (this.letsIn(origin, request, visitor)) return null;
    return {
      status: 403,
      code: 'foreign-origin',
      message: 'Pages of this origin may not use the server. The setting origins lists those that may.',
    };
  }

  /** Whether pages of this other origin may use the server. */
  letsIn(origin: string, request: IncomingMessage, visitor: Visitor): boolean {
    if (this.#anyOrigin || this.#origins.has(origin)) return true;
    return this.#isForThisMachine(request, visitor) && URL.canParse(origin) && isLoopbackName(new URL(origin).hostname);
  }

  /** Whether the server can be reached from its own machine only, and nothing passed this request on from elsewhere. */
  #isForThisMachine(request: IncomingMessage, visitor: Visitor): boolean {
    return isLoopbackName(boundAddress(request) ?? this.#host) && !visitor.isProxied;
  }

  /** Whether the server goes by the name that a request asks for. */
  #answersTo(request: IncomingMessage, visitor: Visitor): boolean {
    if (!this.#isPublic && !this.#isForThisMachine(request, visitor)) return true;
    if (!this.#knowsHost(visitor.host)) return false;
    // A page can send `X-Forwarded-Host` too, but not choose the name that it asks for. A proxy may have one of its own for
    // the server, as networks of containers do; without a dot it is nobody's whose pages come from outside.
    const { host = null } = request.headers;
    return this.#knowsHost(host) || (host !== null && !host.includes('.'));
  }

  #knowsHost(host: string | null): boolean {
    if (host === null || this.#anyOrigin || isAddressOrLoopback(host)) return true;
    return URL.canParse(`http://${host}`) && this.#hosts.has(new URL(`http://${host}`).hostname);
  }
}

/** Node.js goes by the first Host header, a proxy in front perhaps by another: then the two disagree about who is asked. */
function namesSeveralHosts({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]?.toLowerCase() === 'host') hosts += 1;
  return hosts > 1;
}

/** Whether a page of this origin was served under the name that the request asks for. */
function isSameOrigin(origin: string, { host }: Visitor): boolean {
  if (host === null || !URL.canParse(origin)) return false;
  const page = new URL(origin);
  const asked = `${page.protocol}//${host}`;
  return URL.canParse(asked) && new URL(asked).host === page.host && page.host !== '';
}

/** The address that the server listens on which took the request: the host's own, where this server is inside another program. */
function boundAddress({ socket }: IncomingMessage): string | null {
  // Node.js sets it on every socket that a server accepted, and does not document it.
  const { server } = (socket ?? {}) as { server?: Server };
  const address = server?.address() ?? null;
  return address === null || typeof address === 'string' ? null : address.address;
}
