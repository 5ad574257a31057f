import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Door } from '../edge/door.ts';
import type { Visitor } from '../edge/visitor.ts';
import { HttpError } from './http-error.ts';
import { setSecurityHeaders } from './security-headers.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Where the request comes from, as far as it can be believed. */
    visitor: Visitor;
  }
}

/** What a page of another origin that is let in may do with the API. */
const CORS = {
  'Access-Control-Allow-Methods': 'GET, HEAD, PUT, PATCH, POST, DELETE',
  'Access-Control-Allow-Headers': 'Authorization, Content-Type',
  // Browsers remember it for so many seconds, and a change of settings should not take long to arrive.
  'Access-Control-Max-Age': '600',
} as const;

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export interface FrontDoorOptions {
  readonly door: Door;
}

/** What every request passes first: where it comes from, whether its page may be here, and what other origins may read. */
export function guardFrontDoor(app: FastifyInstance, { door }: FrontDoorOptions): void {
  // Fastify wants a value of the same kind for all requests at first; the hook sets the true one before anybody looks.
  app.decorateRequest('visitor');
  app.addHook('onRequest', async (request, reply) => {
    const visitor = door.visitor(request.raw);
    request.visitor = visitor;
    setSecurityHeaders(reply, visitor);
    // What the API answers is true now and for one person.
    if (request.url.startsWith('/api/')) reply.header('Cache-Control', 'no-store');
    const refusal = door.refusal(request.raw, visitor, { changes: !READS.has(request.method) });
    if (refusal !== null) throw new HttpError(refusal.status, refusal.code, refusal.message);
    if (request.url.startsWith('/api/')) return answerOtherOrigins(door, request, reply);
    return;
  });
}

/** CORS: lets pages of other origins that may be here read answers of the API. Cookies never count there. */
function answerOtherOrigins(door: Door, request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  const { origin } = request.headers;
  reply.header('Vary', 'Origin');
  if (origin === undefined || !door.letsIn(origin, request.raw, request.visitor)) return;
  reply.header('Access-Control-Allow-Origin', origin);
  reply.header('Access-Control-Expose-Headers', 'Retry-After');
  const isPreflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
  return isPreflight ? reply.code(204).headers(CORS).send() : undefined;
}
