import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { isDocumentName } from '../../protocol/document-name.ts';
import type { Administration } from '../access/administration.ts';
import type { DocumentEvents } from '../access/document-events.ts';
import type { Owners } from '../access/owners.ts';
import type { ShareLinks } from '../access/share-links.ts';
import { withoutBasePath } from '../edge/base-path.ts';
import type { KeyPair } from '../edge/certificate.ts';
import { MAX_HEADERS } from '../edge/origin-policy.ts';
import { audit, type SecurityEventName } from '../log/audit.ts';
import type { Logger } from '../log/logger.ts';
import type { Operations } from '../operations/operations.ts';
import { accessRoutes } from './access-routes.ts';
import { adminPage } from './admin-page.ts';
import { adminRoutes } from './admin-routes.ts';
import { backChannelRoutes } from './back-channel-routes.ts';
import { catalogueRoutes } from './catalogue-routes.ts';
import { type ConnectionRoutesOptions, connectionRoutes } from './connection-routes.ts';
import { type DocumentRoutesOptions, documentRoutes } from './document-routes.ts';
import { type HealthRoutesOptions, healthRoutes } from './health-routes.ts';
import { HttpError } from './http-error.ts';
import { type MetricsRoutesOptions, metricsRoutes } from './metrics-routes.ts';
import { knownRoutes } from './openapi.ts';
import { openApiRoutes } from './openapi-routes.ts';
import { operationsRoutes } from './operations-routes.ts';
import { type PartsOptions, serveParts } from './parts.ts';
import { guardRequests, type RequestGuardOptions } from './request-guard.ts';
import { setSecurityHeaders } from './security-headers.ts';
import { type SecurityTextOptions, serveSecurityText } from './security-text.ts';
import { type SessionRoutesOptions, sessionRoutes } from './session-routes.ts';
import { answerWithPage, type SiteOptions, serveSite } from './site.ts';

export interface HttpAppOptions
  extends RequestGuardOptions,
    ConnectionRoutesOptions,
    DocumentRoutesOptions,
    HealthRoutesOptions,
    PartsOptions,
    SiteOptions {
  /** Null where the authenticator of the program around knows of none. */
  readonly shareLinks: ShareLinks | null;
  readonly owners: Owners | null;
  readonly events: DocumentEvents;
  readonly administration: Administration;
  readonly operations: Operations;
  /** Where the site is, as far as the server knows. */
  readonly home: () => string;
  /** Max size of a document, in bytes. */
  readonly maxDocumentBytes: number;
  readonly logger: Logger;
  /** Certificate and key of a server that speaks TLS itself; null for one that does not. */
  readonly tls: KeyPair | null;
  readonly metrics: MetricsRoutesOptions;
  readonly securityText: SecurityTextOptions;
  readonly session: SessionRoutesOptions;
  /** The version of the program; empty where nobody said. */
  readonly version: string;
}

/**
 * How long a client may take, in milliseconds, so that nobody holds sockets by sending a byte now and then: for the headers
 * of a request or an upgrade, counted from the start of the connection too, and for all of it with its body.
 */
const HEADERS_TIMEOUT = 10_000;
const REQUEST_TIMEOUT = 120_000;

/** How often that is looked at. */
const TIMEOUT_INTERVAL = 2_500;

/** Longest headers of a request together, in bytes: a long token and a long address fit. */
const HEADER_BYTES = 16 * 1024;

/** Longest body of a request that brings no text of a document, in bytes. */
const SMALL_BODY = 16 * 1024;

/** Refusals after which the socket is closed, so that anyone who sends too much does not keep it too. */
const CLOSING: ReadonlySet<number> = new Set([429, 431]);

/** What an answer with one of these statuses is in the log. */
const REFUSALS: ReadonlyMap<number, SecurityEventName> = new Map([
  [401, 'refused'],
  [403, 'refused'],
  [421, 'refused'],
  [429, 'rate-limited'],
]);

/** Everything over plain HTTP: the API, health, and the site. */
export async function createHttpApp(options: HttpAppOptions): Promise<FastifyInstance> {
  const { logger, tls } = options;
  const limits = {
    headersTimeout: HEADERS_TIMEOUT,
    connectionsCheckingInterval: TIMEOUT_INTERVAL,
    maxHeaderSize: HEADER_BYTES,
  };
  const app = fastify({
    rewriteUrl: ({ url = '' }) => withoutBasePath(url, options.basePath),
    bodyLimit: Math.min(SMALL_BODY, options.maxBodyBytes),
    requestTimeout: REQUEST_TIMEOUT,
    ...(tls === null ? { http: limits } : { https: { ...limits, ...tls, handshakeTimeout: HEADERS_TIMEOUT } }),
    // A document name of 200 bytes takes up to 600 characters percent-encoded.
    routerOptions: { maxParamLength: 1_000 },
    // What was sent is refused when it does not fit; nothing is guessed or dropped in silence.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    frameworkErrors: (error, request, reply) => {
      // No hook has seen it.
      setSecurityHeaders(reply, options.originPolicy.visitor(request.raw));
      return answerError(logger, error, request, reply);
    },
    forceCloseConnections: true,
  }).withTypeProvider<TypeBoxTypeProvider>();

  app.server.maxHeadersCount = MAX_HEADERS;
  guardRequests(app, options);
  // First, since all others answer with its pages.
  await serveSite(app, options);
  await serveParts(app, options);
  const { session, basePath, operations } = options;
  const { signIn, clock, publicUrl } = session;
  await app.register(adminPage, { admins: operations.admins, signIn, publicUrl, basePath, logger });
  const routes = knownRoutes(app);
  app.setErrorHandler((error: FastifyError | HttpError, request, reply) => answerError(logger, error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    const body = errorBody('not-found', `There is nothing at ${request.method} ${request.originalUrl}.`);
    return answerWithPage(request, reply, 404, '404') ?? reply.code(404).send(body);
  });
  serveSecurityText(app, options.securityText);
  await app.register(healthRoutes, { commits: options.commits, isReady: options.isReady });
  await app.register(metricsRoutes, options.metrics);
  await app.register(connectionRoutes, { connect: options.connect });
  await app.register(documentRoutes, {
    prefix: '/api',
    registry: options.registry,
    documents: options.documents,
    admission: options.admission,
    creation: options.creation,
    quotas: options.quotas,
    storage: options.storage,
    maxBodyBytes: options.maxBodyBytes,
  });
  await app.register(catalogueRoutes, { prefix: '/api', documents: options.documents });
  const { admission, shareLinks, owners } = options;
  if (shareLinks !== null && owners !== null) {
    await app.register(accessRoutes, { prefix: '/api', admission, shareLinks, owners, events: options.events });
  }
  await app.register(adminRoutes, { prefix: '/api', administration: options.administration });
  await app.register(operationsRoutes, {
    prefix: '/api/admin',
    operations,
    signIn,
    publicUrl,
    basePath,
    home: options.home,
    maxDocumentBytes: options.maxDocumentBytes,
    clock,
  });
  await app.register(openApiRoutes, { prefix: '/api', routes, version: options.version, basePath });
  await app.register(sessionRoutes, session);
  if (signIn !== null) await app.register(backChannelRoutes, { backChannel: signIn.backChannel, clock, logger });
  return app;
}

function answerError(
  logger: Logger,
  error: FastifyError | HttpError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const status = error.statusCode ?? 500;
  if (status >= 500) {
    // Without what stands behind the question mark, which may be a token or the code of a sign-in.
    const [path] = request.url.split('?', 1);
    logger.error({ err: error, method: request.method, path }, 'A request failed.');
  }
  if (CLOSING.has(status)) reply.header('Connection', 'close');
  if (error instanceof HttpError) {
    if (error.retryAfter !== null) reply.header('Retry-After', String(error.retryAfter));
    auditRefusal(logger, error, request);
    const page = error.page === null ? null : answerWithPage(request, reply, status, error.page);
    return page ?? reply.code(status).send(errorBody(error.code, error.message));
  }
  if (status < 500) return reply.code(status).send(errorBody('bad-request', error.message));
  const body = errorBody('internal-error', 'Something failed inside the server; its log has the cause.');
  return answerWithPage(request, reply, 500, 'error') ?? reply.code(500).send(body);
}

/** Answers that somebody was not let in or has to slow down are security events, whichever route gave them. */
function auditRefusal(logger: Logger, error: HttpError, request: FastifyRequest): void {
  const event = REFUSALS.get(error.statusCode);
  if (event === undefined) return;
  const { name } = Object(request.params) as { name?: unknown };
  audit(logger, event, {
    address: request.visitor.address,
    ...(typeof name === 'string' && isDocumentName(name) ? { document: name } : {}),
    ...error.about,
    code: error.code,
    reason: error.message,
  });
}

function errorBody(code: string, message: string): { error: { code: string; message: string } } {
  return { error: { code, message } };
}
