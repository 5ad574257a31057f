import type { IncomingMessage, Server } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { CLOSE_CODES } from '../../protocol/close-codes.ts';
import { MOVE_SUBPROTOCOL_PREFIX } from '../../protocol/http-transport.ts';
import {
  SESSION_SUBPROTOCOL_PREFIX,
  SUBPROTOCOL,
  SYNC_PATH,
  TOKEN_SUBPROTOCOL_PREFIX,
} from '../../protocol/version.ts';
import type { Clock } from '../clock.ts';
import type { Arrival, Connections } from '../connection/connections.ts';
import { withoutBasePath } from '../edge/base-path.ts';
import type { OriginPolicy } from '../edge/origin-policy.ts';
import type { Quotas } from '../limits/quotas.ts';
import { rateLimitFields } from '../limits/rate-limit-fields.ts';
import { audit } from '../log/audit.ts';
import type { Logger } from '../log/logger.ts';
import { FrameCache } from './frame.ts';
import type { HttpTransport } from './http-transport.ts';
import { maxChunks, maxFragments } from './message-parts.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { parseTarget, readDocumentName, sessionKeyOf } from './sync-request.ts';
import { WebSocketAdapter } from './web-socket-adapter.ts';

export interface TransportDependencies {
  readonly connections: Connections;
  /** Has the connections that may move to a WebSocket. */
  readonly http: HttpTransport;
  readonly originPolicy: OriginPolicy;
  readonly quotas: Quotas;
  /** What all paths begin with (edge/base-path.ts). */
  readonly basePath: string;
  /** Longest message, in bytes. */
  readonly messageBytes: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What an upgrade request asks for. */
interface SyncRequest extends Omit<Arrival, 'address'> {
  /** The connection over HTTP that is to go on here; null when it is a new one. */
  readonly moves: string | null;
}

/** WebSocket connections to documents: upgrades of an HTTP server on `/sync/<document>` become connections. */
export class WebSocketTransport {
  readonly #dependencies: TransportDependencies;
  readonly #webSockets: WebSocketServer;
  readonly #frames = new FrameCache();
  readonly #adapters = new Set<WebSocketAdapter>();
  readonly #sockets = new Set<NetSocket>();
  /** Bytes of the sockets that are closed. */
  #bytesReceived = 0;
  #bytesSent = 0;

  constructor(dependencies: TransportDependencies) {
    this.#dependencies = dependencies;
    const { messageBytes } = dependencies;
    this.#webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      // Costs tens of microseconds a message and hundreds of kilobytes a connection (SEC-13).
      perMessageDeflate: false,
      maxPayload: messageBytes,
      maxFragments: maxFragments(messageBytes),
      maxBufferedChunks: maxChunks(messageBytes),
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
  }

  /** Bytes of all sockets so far. Counted when asked. */
  get traffic(): { received: number; sent: number } {
    let [received, sent] = [this.#bytesReceived, this.#bytesSent];
    for (const socket of this.#sockets) {
      received += socket.bytesRead;
      sent += socket.bytesWritten;
    }
    return { received, sent };
  }

  /** Serves the upgrades of `server`. */
  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => this.handleUpgrade(request, socket, head));
  }

  /** Serves one upgrade request. Never throws: the worst is that its socket ends. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Without a listener, a reset during the handshake would end the process.
    socket.on('error', ignoreReset);
    try {
      this.#upgrade(request, socket as NetSocket, head);
    } catch (err) {
      this.#dependencies.logger.error({ err }, 'An upgrade failed.');
      socket.destroy();
    }
  }

  /** Drops what was refused and waits for its close. The connections are closed first, by who has them. */
  close(): void {
    for (const adapter of this.#adapters) if (!adapter.isStarted) adapter.terminate();
  }

  #upgrade(request: IncomingMessage, socket: NetSocket, head: Buffer): void {
    const url = parseTarget(withoutBasePath(request.url ?? '', this.#dependencies.basePath));
    if (url === null || !url.pathname.startsWith(SYNC_PATH)) {
      refuseUpgrade(socket, { status: 404, code: 'not-found', message: `Documents are at ${SYNC_PATH}<name>.` });
      return;
    }
    const { connections, originPolicy, logger, quotas } = this.#dependencies;
    const visitor = originPolicy.visitor(request);
    const { address } = visitor;
    const refusal = originPolicy.refusal(request, visitor, { changes: true });
    if (refusal !== null) {
      audit(logger, 'refused', { address, code: refusal.code, reason: refusal.message });
      refuseUpgrade(socket, refusal);
      return;
    }
    const wait = quotas.request(address);
    const left = () => ({ headers: rateLimitFields([quotas.requestsLeft(address)]) });
    if (wait > 0) {
      const message = `Too many requests in a short time. Try again in ${wait} seconds.`;
      audit(logger, 'rate-limited', { address, code: 'rate-limited', reason: message });
      refuseUpgrade(socket, { status: 429, code: 'rate-limited', message, retryAfter: wait, ...left() });
      return;
    }
    const room = connections.takeRoom(address);
    if (typeof room !== 'function') {
      refuseUpgrade(socket, { ...room, ...left() });
      return;
    }
    this.#count(socket, room);
    const sync = readRequest(url, request);
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', ignoreReset);
      const speaksCoscribe = typeof sync !== 'string' && sync.speaksCoscribe;
      const { clock, messageBytes } = this.#dependencies;
      const adapter = new WebSocketAdapter(webSocket, socket, {
        frames: this.#frames,
        speaksCoscribe,
        maxFragments: maxFragments(messageBytes),
        clock,
      });
      this.#adapters.add(adapter);
      webSocket.once('close', () => this.#adapters.delete(adapter));
      if (typeof sync === 'string') connections.refuse(adapter, CLOSE_CODES.invalidName, sync, { address });
      else if (sync.moves !== null) this.#move(adapter, sync.moves, sync.documentName, request);
      else void connections.accept(adapter, { ...sync, address });
    });
  }

  /** Lets a connection that began over HTTP go on over a WebSocket. It was let in; its key is known to that client alone. */
  #move(adapter: WebSocketAdapter, key: string, documentName: string, request: IncomingMessage): void {
    const carrier = this.#dependencies.http.find(key, documentName, request.headers.origin ?? null);
    if (carrier === null) adapter.close(CLOSE_CODES.tryAgainLater.code, 'There is no such connection to go on with.');
    else carrier.offer(adapter);
  }

  /** Counts a socket until it is closed, however it ends. */
  #count(socket: NetSocket, giveBack: () => void): void {
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#bytesReceived += socket.bytesRead;
      this.#bytesSent += socket.bytesWritten;
      giveBack();
    });
  }
}

/** Reads document, token and epoch from an upgrade; a sentence that says why the document name is refused. */
function readRequest(url: URL, request: IncomingMessage): SyncRequest | string {
  const document = readDocumentName(url);
  if ('problem' in document) return document.problem;
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((entry) => entry.trim());
  const entryAfter = (prefix: string) =>
    protocols.find((entry) => entry.startsWith(prefix))?.slice(prefix.length) ?? null;
  return {
    documentName: document.name,
    moves: entryAfter(MOVE_SUBPROTOCOL_PREFIX),
    token: entryAfter(TOKEN_SUBPROTOCOL_PREFIX) ?? url.searchParams.get('token'),
    epoch: url.searchParams.get('epoch'),
    sessionKey: sessionKeyOf(entryAfter(SESSION_SUBPROTOCOL_PREFIX)),
    speaksCoscribe: protocols.includes(SUBPROTOCOL),
    wantsClientId: url.searchParams.has('fresh'),
    decompresses: url.searchParams.has('compress'),
  };
}

/** A reset is followed by 'close', which does all the work; this listener keeps it from being thrown. */
function ignoreReset(): void {
  // Nothing to do.
}
