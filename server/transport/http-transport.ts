import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CLOSE_CODES } from '../../protocol/close-codes.ts';
import { HTTP_ACTIONS, HTTP_HEADERS, type HttpAction, REQUEST_BYTES } from '../../protocol/http-transport.ts';
import type { Clock } from '../clock.ts';
import type { Connections } from '../connection/connections.ts';
import { withoutBasePath } from '../edge/base-path.ts';
import type { OriginPolicy } from '../edge/origin-policy.ts';
import { BodiesInProgress } from '../limits/bodies-in-progress.ts';
import type { Quotas } from '../limits/quotas.ts';
import { rateLimitFields } from '../limits/rate-limit-fields.ts';
import { audit } from '../log/audit.ts';
import type { Logger } from '../log/logger.ts';
import { EventCache } from './event-frames.ts';
import { HttpCarrier } from './http-carrier.ts';
import { readBody } from './read-body.ts';
import { parseTarget, readDocumentName, sessionKeyOf } from './sync-request.ts';

export interface HttpTransportDependencies {
  readonly connections: Connections;
  readonly originPolicy: OriginPolicy;
  readonly quotas: Quotas;
  /** What all paths begin with (edge/base-path.ts). */
  readonly basePath: string;
  /** Longest message, in bytes. */
  readonly messageBytes: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** This many of the longest bodies may be on their way from one address. */
const BODIES_OF_ADDRESS = 4;

/** Bytes before a message that say how long it is. */
const LENGTH_BYTES = 8;

/** Never compressed and never buffered: nginx and those that take after it read the last one. */
const EVENT_STREAM = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
} as const;

/** A refusal of one request. The connection that it names, if it does, goes on. */
interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client that names a connection that is not its own learns no more than about one that never was. */
const UNKNOWN: Refusal = {
  status: 410,
  code: 'unknown-connection',
  message: 'This connection is not here, or not any more. Open a new one.',
};

/** Connections to documents over plain HTTP requests, POST to `/sync/<document>`, for networks that let no WebSocket through. */
export class HttpTransport {
  readonly #dependencies: HttpTransportDependencies;
  readonly #events = new EventCache();
  readonly #carriers = new Map<string, HttpCarrier>();
  readonly #bodies: BodiesInProgress;
  readonly #maxBody: number;
  #received = 0;
  #sent = 0;

  constructor(dependencies: HttpTransportDependencies) {
    this.#dependencies = dependencies;
    this.#maxBody = Math.max(dependencies.messageBytes + LENGTH_BYTES, REQUEST_BYTES * 2);
    this.#bodies = new BodiesInProgress(this.#maxBody * BODIES_OF_ADDRESS);
  }

  /** Bytes of bodies and answers so far. */
  get traffic(): { received: number; sent: number } {
    return { received: this.#received, sent: this.#sent };
  }

  /** Serves one POST request of which the origin has been looked at; `headers` belong to its answer. Never rejects. */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    headers: Readonly<Record<string, string>>,
  ): Promise<void> {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.setHeader('Cache-Control', 'no-store');
    // A reset is followed by 'close', which does all the work.
    response.on('error', () => undefined);
    request.on('error', () => undefined);
    try {
      const refusal = await this.#serve(request, response);
      if (refusal !== null) refuse(request, response, refusal);
    } catch (err) {
      this.#dependencies.logger.error({ err }, 'A request of a connection failed.');
      response.destroy();
    }
  }

  /** The connection with this key, to move to a WebSocket of this page; null when there is none. */
  find(key: string, documentName: string, origin: string | null): HttpCarrier | null {
    const carrier = this.#carriers.get(key);
    return carrier?.documentName === documentName && carrier.origin === origin ? carrier : null;
  }

  /** Drops what was refused and waits for its close. The connections are closed first, by who has them. */
  close(): void {
    for (const carrier of [...this.#carriers.values()]) if (!carrier.isStarted) carrier.terminate();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<Refusal | null> {
    const url = parseTarget(withoutBasePath(request.url ?? '', this.#dependencies.basePath));
    if (url === null) return { status: 400, code: 'bad-request', message: 'This is no address.' };
    const action = readAction(request);
    if (action === null) {
      const message = `A document is synchronised by WebSocket, or by requests with ${HTTP_HEADERS.action}: ${HTTP_ACTIONS.join(', ')}.`;
      return { status: 400, code: 'bad-request', message };
    }
    if (action === 'open') return this.#open(url, request, response);
    const carrier = this.#named(url, request);
    if (carrier === null) return this.#unknown(request);
    if (!carrier.takeRequest(0)) return UNKNOWN;
    const received = readCount(request, HTTP_HEADERS.received);
    if (received === null) return badCount(HTTP_HEADERS.received);
    carrier.acknowledge(received);
    switch (action) {
      case 'stream':
      case 'wait':
      case 'poll':
        return this.#listen(carrier, action, received, response);
      case 'send':
      case 'close':
        return this.#take(carrier, request, response, action === 'close');
      default:
        action satisfies never;
        return UNKNOWN;
    }
  }

  #open(url: URL, request: IncomingMessage, response: ServerResponse): Refusal | null {
    const { connections, originPolicy, logger, quotas, clock } = this.#dependencies;
    const { address } = originPolicy.visitor(request);
    const wait = quotas.request(address);
    const left = rateLimitFields([quotas.requestsLeft(address)]);
    if (wait > 0) {
      const message = `Too many requests in a short time. Try again in ${wait} seconds.`;
      audit(logger, 'rate-limited', { address, code: 'rate-limited', reason: message });
      return { status: 429, code: 'rate-limited', message, headers: { ...left, 'Retry-After': String(wait) } };
    }
    const room = connections.takeRoom(address);
    if (typeof room !== 'function') {
      const { status, code, message, retryAfter } = room;
      return { status, code, message, headers: { ...left, 'Retry-After': String(retryAfter) } };
    }
    let giveBack: (() => void) | null = room;
    const document = readDocumentName(url);
    const key = randomBytes(16).toString('base64url');
    const carrier = new HttpCarrier({
      key,
      documentName: 'name' in document ? document.name : '',
      origin: request.headers.origin ?? null,
      events: this.#events,
      clock,
      wrote: (bytes) => {
        this.#sent += bytes;
      },
      left: () => {
        giveBack?.();
        giveBack = null;
      },
      ended: () => this.#carriers.delete(key),
    });
    this.#carriers.set(key, carrier);
    answer(response, 200, { connection: key });
    if ('problem' in document) {
      connections.refuse(carrier, CLOSE_CODES.invalidName, document.problem, { address });
      return null;
    }
    void connections.accept(carrier, {
      documentName: document.name,
      address,
      token: readToken(request),
      epoch: url.searchParams.get('epoch'),
      sessionKey: sessionKeyOf(header(request, HTTP_HEADERS.session)),
      speaksCoscribe: true,
      wantsClientId: url.searchParams.has('fresh'),
      decompresses: url.searchParams.has('compress'),
    });
    return null;
  }

  /** The connection that a request names, if it is one of this document and this page. */
  #named(url: URL, request: IncomingMessage): HttpCarrier | null {
    const document = readDocumentName(url);
    const name = 'name' in document ? document.name : '';
    return this.find(header(request, HTTP_HEADERS.connection) ?? '', name, request.headers.origin ?? null);
  }

  /** Nobody guesses keys, or floods with old ones, faster than they may ask for anything else. */
  #unknown(request: IncomingMessage): Refusal {
    const { originPolicy, logger, quotas } = this.#dependencies;
    const { address } = originPolicy.visitor(request);
    const stolen = this.#carriers.get(header(request, HTTP_HEADERS.connection) ?? '');
    if (stolen !== undefined) {
      audit(logger, 'refused', {
        address,
        document: stolen.documentName,
        code: UNKNOWN.code,
        reason: 'The key of a connection came from another page, or for another document.',
      });
    }
    const wait = quotas.request(address);
    if (wait === 0) return UNKNOWN;
    const message = `Too many requests in a short time. Try again in ${wait} seconds.`;
    return { status: 429, code: 'rate-limited', message, headers: { 'Retry-After': String(wait) } };
  }

  #listen(
    carrier: HttpCarrier,
    kind: 'stream' | 'wait' | 'poll',
    received: number,
    response: ServerResponse,
  ): Refusal | null {
    for (const [name, value] of Object.entries(EVENT_STREAM)) response.setHeader(name, value);
    if (carrier.listen(kind, received, response)) return null;
    return outOfOrder('These messages have arrived, as another request said.');
  }

  async #take(
    carrier: HttpCarrier,
    request: IncomingMessage,
    response: ServerResponse,
    isLast: boolean,
  ): Promise<Refusal | null> {
    const { address } = this.#dependencies.originPolicy.visitor(request);
    await carrier.whenReading();
    if (!carrier.isOpen) return UNKNOWN;
    const length = Math.min(this.#maxBody, Number(request.headers['content-length'] ?? this.#maxBody));
    const giveBack = this.#bodies.take(address, length);
    if (giveBack === null) {
      const message = 'Too many bodies of requests are on their way.';
      return { status: 429, code: 'rate-limited', message, headers: { 'Retry-After': '1' } };
    }
    const body = await readBody(request, this.#maxBody, (bytes) => carrier.countIncomplete(bytes)).finally(giveBack);
    if (body === null) return null;
    if (body === 'too-large') {
      carrier.tooLarge();
      return { status: 413, code: 'body-too-large', message: 'The body is longer than the longest message.' };
    }
    this.#received += body.length;
    if (carrier.transport !== 'http') return outOfOrder('This connection has moved to a WebSocket.');
    if (body.length > 0) {
      const first = readCount(request, HTTP_HEADERS.message);
      if (first === null || first === 0) return badCount(HTTP_HEADERS.message);
      carrier.take(first, body);
    }
    if (isLast) carrier.goodbye();
    answer(response, 204, null);
    return null;
  }
}

function outOfOrder(message: string): Refusal {
  return { status: 409, code: 'out-of-order', message };
}

function badCount(name: string): Refusal {
  return { status: 400, code: 'bad-request', message: `The header ${name} is a count of messages.` };
}

function readAction(request: IncomingMessage): HttpAction | null {
  const action = header(request, HTTP_HEADERS.action);
  return HTTP_ACTIONS.find((known) => known === action) ?? null;
}

function readToken(request: IncomingMessage): string | null {
  return /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

/** A header that counts messages; 0 when it is not there, null when it is no count. */
function readCount(request: IncomingMessage, name: string): number | null {
  const value = header(request, name) ?? '0';
  return /^\d{1,15}$/.test(value) ? Number(value) : null;
}

function header(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}

function answer(response: ServerResponse, status: number, body: object | null): void {
  response.statusCode = status;
  if (body === null) {
    response.end();
    return;
  }
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(body));
}

function refuse(request: IncomingMessage, response: ServerResponse, { status, code, message, headers }: Refusal): void {
  // What of a body is still to come is not read.
  if (!request.complete) response.setHeader('Connection', 'close');
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  answer(response, status, { error: { code, message } });
}
