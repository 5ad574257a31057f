import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HTTP_HEADERS } from '../../protocol/http-transport.ts';
import { SYNC_PATH } from '../../protocol/version.ts';
import { BANNED_ADDRESS } from '../access/decision.ts';
import { isSame } from '../access/ticket.ts';
import type { OriginPolicy } from '../edge/origin-policy.ts';
import type { Visitor } from '../edge/visitor.ts';
import { BodiesInProgress } from '../limits/bodies-in-progress.ts';
import type { Quotas } from '../limits/quotas.ts';
import { rateLimitFields } from '../limits/rate-limit-fields.ts';
import { bearerToken } from './bearer-token.ts';
import { HttpError, requirePatience } from './http-error.ts';
import { setSecurityHeaders } from './security-headers.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the requests of this route are counted, and their bodies bounded, by what answers them. */
    readonly countsItself?: boolean;
  }
  interface FastifyRequest {
    /** Where the request comes from, as far as it can be believed. */
    visitor: Visitor;
    /** Whether it came with the setting `apiKey`, or from a command on this machine: of anyone who runs the server, who may do everything. */
    hasApiKey: boolean;
  }
}

/** What a page of another origin that is let in may do with the API. */
const CORS = {
  'Access-Control-Allow-Methods': 'GET, HEAD, PUT, PATCH, POST, DELETE',
  'Access-Control-Allow-Headers': ['Authorization', 'Content-Type', ...Object.values(HTTP_HEADERS)].join(', '),
  // Browsers remember it for this many seconds, and a change of settings should not take long to arrive.
  'Access-Control-Max-Age': '600',
} as const;

/** This many of the longest bodies may be on their way from one address. */
const BODIES_OF_ADDRESS = 4;

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export interface RequestGuardOptions {
  readonly originPolicy: OriginPolicy;
  readonly quotas: Quotas;
  /** Whether nobody is let in from an address; the site's pages say so, which they can say only when they are served. */
  readonly isBanned: (address: string) => boolean;
  /** The key of programs that may do everything; null for none. */
  readonly apiKey: string | null;
  /** Whether a request came from a command on this machine, which proved that it may read the data folder. */
  readonly isCommand: (request: IncomingMessage) => boolean;
  /** Longest body of any request, in bytes. */
  readonly maxBodyBytes: number;
}

/** What every request passes first: where it comes from, whether its page may be here, and what other origins may read. */
export function guardRequests(app: FastifyInstance, options: RequestGuardOptions): void {
  const { originPolicy, quotas, isBanned, apiKey, isCommand, maxBodyBytes } = options;
  const bodies = new BodiesInProgress(maxBodyBytes * BODIES_OF_ADDRESS);
  // Fastify wants a value of the same kind for all requests at first; the hook sets the true one before anybody looks.
  app.decorateRequest('visitor');
  app.decorateRequest('hasApiKey', false);
  app.addHook('onRequest', async (request, reply) => {
    const visitor = originPolicy.visitor(request.raw);
    request.visitor = visitor;
    setSecurityHeaders(reply, visitor);
    // What the API answers is true now and for one person.
    // Pages of other origins read it by CORS or not at all, not as a picture or a script of theirs.
    if (isApi(request)) reply.headers({ 'Cache-Control': 'no-store', 'Cross-Origin-Resource-Policy': 'same-origin' });
    const refusal = originPolicy.refusal(request.raw, visitor, { changes: !READS.has(request.method) });
    if (refusal !== null) throw new HttpError(refusal.status, refusal.code, refusal.message);
    const token = bearerToken(request);
    request.hasApiKey = isCommand(request.raw) || (apiKey !== null && token !== null && isSame(token, apiKey));
    if (!request.hasApiKey && request.routeOptions.config.countsItself !== true) {
      const { address } = visitor;
      const wait = quotas.request(address);
      if (isApi(request)) reply.headers(rateLimitFields([quotas.requestsLeft(address)]));
      requirePatience(wait, 'Too many requests in a short time.');
      if (isBanned(address) && (isApi(request) || request.url.startsWith('/auth/'))) {
        throw new HttpError(403, 'banned', BANNED_ADDRESS);
      }
      takeBody(request, reply);
    }
    if (isApi(request) || request.url.startsWith(SYNC_PATH)) return answerOtherOrigins(originPolicy, request, reply);
    return;
  });

  /** Counts the body that follows, as it says how long it is, before any of it is read. */
  function takeBody(request: FastifyRequest, reply: FastifyReply): void {
    const { address } = request.visitor;
    const bytes = READS.has(request.method) ? 0 : bodyLength(request);
    if (bytes === 0) return;
    requirePatience(quotas.body(address, bytes), 'Too many bytes came in a short time.');
    const giveBack = bodies.take(address, bytes);
    requirePatience(giveBack === null ? 1 : 0, 'Too many bodies of requests are on their way.');
    if (giveBack !== null) reply.raw.once('close', giveBack);
  }
}

/** Whether the API answers. A path may be written in more than one way (`/%61pi/…`), the route that it leads to may not. */
function isApi({ url, routeOptions }: FastifyRequest): boolean {
  return url.startsWith('/api/') || routeOptions.url?.startsWith('/api/') === true;
}

/** How much of a request's body will be read, in bytes; as much as may be when it does not say how long it is. */
function bodyLength({ headers, routeOptions }: FastifyRequest): number {
  const { bodyLimit } = routeOptions;
  if (headers['transfer-encoding'] !== undefined) return bodyLimit;
  return Math.min(bodyLimit, Number(headers['content-length'] ?? 0));
}

/** CORS: lets pages of other origins that may be here read answers of the API. Cookies never count there. */
function answerOtherOrigins(
  originPolicy: OriginPolicy,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply | undefined {
  const { origin } = request.headers;
  reply.header('Vary', 'Origin');
  if (origin === undefined || !originPolicy.letsIn(origin, request.raw, request.visitor)) return;
  reply.header('Access-Control-Allow-Origin', origin);
  reply.header('Access-Control-Expose-Headers', 'Retry-After, RateLimit, RateLimit-Policy');
  const isPreflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
  return isPreflight ? reply.code(204).headers(CORS).send() : undefined;
}
