import type { IncomingMessage, Server } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { CLOSE_CODES, type CloseCode, retryAfterReason } from '../../protocol/close-codes.ts';
import { documentNameProblem } from '../../protocol/document-name.ts';
import {
  SESSION_SUBPROTOCOL_PREFIX,
  SUBPROTOCOL,
  SYNC_PATH,
  TOKEN_SUBPROTOCOL_PREFIX,
} from '../../protocol/version.ts';
import { type Access, AccessUnavailable, type Authenticator, type Grant } from '../access/authenticator.ts';
import type { Clock } from '../clock.ts';
import { Connection, type ConnectionLimits } from '../connection/connection.ts';
import { HEARTBEAT, Heartbeat } from '../connection/heartbeat.ts';
import { withoutBasePath } from '../edge/base-path.ts';
import type { OriginPolicy } from '../edge/origin-policy.ts';
import { AddressBook } from '../limits/address-book.ts';
import type { Quotas } from '../limits/quotas.ts';
import { audit, type SecurityEventFields } from '../log/audit.ts';
import type { Logger } from '../log/logger.ts';
import type { Registry } from '../room/registry.ts';
import { FrameCache } from './frame.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { WebSocketAdapter } from './web-socket-adapter.ts';

export interface TransportLimits extends ConnectionLimits {
  /** Max sockets at a time, with those that wait for access or for their close; more are refused with 503. */
  readonly connections: number;
  /** Most of them from one address; more are refused with 429. */
  readonly connectionsPerAddress: number;
  /** Max connections of one person; more are closed with 4429. */
  readonly connectionsPerPerson: number;
  /** Max bytes that may wait in memory for all connections, in either direction; over it the worst are closed. */
  readonly backlogBytes: number;
}

/** Hears who comes and goes. Must return soon and not throw. */
export interface ConnectionObserver {
  /** Somebody has joined a document. */
  joined(connection: Connection): void;
  /** Somebody who had joined is gone. */
  left(connection: Connection): void;
}

export interface TransportDependencies {
  readonly observer?: ConnectionObserver;
  readonly registry: Registry;
  readonly authenticator: Authenticator;
  readonly originPolicy: OriginPolicy;
  readonly quotas: Quotas;
  /** What all paths begin with (edge/base-path.ts). */
  readonly basePath: string;
  readonly limits: TransportLimits;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * How long a refused client waits for its close, in milliseconds. Stock clients forget their backoff when a connection
 * opens, so a close at once would be answered by a new attempt at once, for ever (CON-2).
 */
const REFUSAL_DELAY = 1_000;

/** How long the authenticator may take, in milliseconds, before a client is asked to come again. */
const ACCESS_TIMEOUT = 10_000;

/**
 * In how many frames a message may come, and in how many reads of the socket, beside those that its length needs: each costs
 * memory of its own, however small it is. Chromium's frames are 64 KB on average; a network may cut to a few hundred bytes.
 */
const SPARE_PARTS = 256;
const FRAGMENT_BYTES = 16 * 1024;
const CHUNK_BYTES = 512;

/** Longest name of a session, in characters; ours have 22. A longer one counts for nothing. */
const SESSION_KEY_LENGTH = 128;

/** What stands in the place of a code when the other end closed without one, or vanished (RFC 6455, section 7.4.1). */
const NO_CODE = 1005;
const NO_CLOSE = 1006;

/** Seconds that a client turned away for lack of room is asked to wait. */
const OVERLOAD_RETRY_AFTER = 10;

const TOO_MANY_REFUSED = 'Too many tokens were refused in a short time.';

/** What an upgrade request asks for. */
interface SyncRequest {
  readonly documentName: string;
  readonly token: string | null;
  readonly epoch: string | null;
  /** Names the client across its connections, if it says. */
  readonly sessionKey: string | null;
  readonly speaksCoscribe: boolean;
  /** Whether the client would take a client id of somebody who left. */
  readonly wantsClientId: boolean;
}

/** Somebody whose access is being decided. */
interface Admission {
  readonly documentName: string;
  /** Whether the access of the document has changed since the question was put. */
  outdated: boolean;
}

/** A request with where it comes from. */
interface ArrivedRequest extends SyncRequest {
  readonly address: string;
}

/** WebSocket connections to documents: upgrades of an HTTP server on `/sync/<document>` become connections. */
export class WebSocketTransport {
  readonly #dependencies: TransportDependencies;
  readonly #webSockets: WebSocketServer;
  readonly #heartbeat: Heartbeat;
  readonly #frames = new FrameCache();
  readonly #connections = new Set<Connection>();
  readonly #joined = new WeakSet<Connection>();
  /** The connections of clients that named their session, by document and key. */
  readonly #sessions = new Map<string, Connection>();
  /** Sockets without a connection: access is being decided, or they were refused and wait for their close. */
  readonly #apart = new Set<WebSocket>();
  readonly #admissions = new Set<Admission>();
  #stopListening: () => void;
  /** Every socket from its upgrade to its end, by address. */
  readonly #addresses = new AddressBook();
  /** The connections of people whom the server knows, by their ids. */
  readonly #people = new AddressBook();
  readonly #sockets = new Set<NetSocket>();
  /** Bytes of the sockets that are closed. */
  #bytesReceived = 0;
  #bytesSent = 0;
  /** How many connections ended with each close code; `none` without one, `other` with one that is not ours. */
  readonly closes = new Map<string, number>();
  #nextId = 1;
  #stopping = false;

  constructor(dependencies: TransportDependencies) {
    this.#dependencies = dependencies;
    this.#heartbeat = new Heartbeat(dependencies.clock, HEARTBEAT, dependencies.limits.backlogBytes);
    this.#webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      // Costs tens of microseconds a message and hundreds of kilobytes a connection (SEC-13).
      perMessageDeflate: false,
      maxPayload: dependencies.limits.messageBytes,
      maxFragments: SPARE_PARTS + Math.ceil(dependencies.limits.messageBytes / FRAGMENT_BYTES),
      maxBufferedChunks: SPARE_PARTS + Math.ceil(dependencies.limits.messageBytes / CHUNK_BYTES),
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
    const stop = dependencies.authenticator.onChange?.((documentName, person) =>
      this.#accessChanged(documentName, person),
    );
    // A host's own may return anything.
    this.#stopListening = typeof stop === 'function' ? stop : () => undefined;
  }

  /** How many connections are open. */
  get size(): number {
    return this.#connections.size;
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

  /** Closes every connection with `restart` and takes no more. More than once is fine. */
  close(): void {
    this.#stopping = true;
    const stopListening = this.#stopListening;
    this.#stopListening = () => undefined;
    try {
      stopListening();
    } catch (err) {
      this.#dependencies.logger.error({ err }, 'The authenticator failed to stop telling of changes.');
    }
    this.#heartbeat.stop();
    for (const connection of [...this.#connections]) connection.close(CLOSE_CODES.restart, CLOSE_CODES.restart.meaning);
    for (const webSocket of this.#apart) webSocket.terminate();
  }

  #upgrade(request: IncomingMessage, socket: NetSocket, head: Buffer): void {
    const url = parseTarget(withoutBasePath(request.url ?? '', this.#dependencies.basePath));
    if (url === null || !url.pathname.startsWith(SYNC_PATH)) {
      refuseUpgrade(socket, 404, 'not-found', `Documents are at ${SYNC_PATH}<name>.`);
      return;
    }
    const { originPolicy, limits, logger, quotas } = this.#dependencies;
    const visitor = originPolicy.visitor(request);
    const { address } = visitor;
    const refusal = originPolicy.refusal(request, visitor, { changes: true });
    if (refusal !== null) {
      audit(logger, 'refused', { address, code: refusal.code, reason: refusal.message });
      refuseUpgrade(socket, refusal.status, refusal.code, refusal.message);
      return;
    }
    const retryLater = { 'Retry-After': String(OVERLOAD_RETRY_AFTER) };
    if (this.#stopping || this.#sockets.size >= limits.connections) {
      refuseUpgrade(socket, 503, 'server-full', 'The server has no room for another connection.', retryLater);
      return;
    }
    if (this.#addresses.count(address) >= limits.connectionsPerAddress) {
      const message = 'This address has as many connections as it may.';
      audit(logger, 'rate-limited', { address, code: 'rate-limited', reason: message });
      refuseUpgrade(socket, 429, 'rate-limited', message, retryLater);
      return;
    }
    this.#count(socket, address);
    const sync = readRequest(url, request);
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', ignoreReset);
      const wait = typeof sync === 'string' || sync.token === null ? 0 : quotas.token(address);
      if (typeof sync === 'string') this.#refuse(webSocket, CLOSE_CODES.invalidName, sync, { address });
      else if (wait > 0) {
        const about = { address, document: sync.documentName };
        this.#slow(webSocket, wait, TOO_MANY_REFUSED, about);
      } else void this.#admit(webSocket, socket, { ...sync, address });
    });
  }

  /** Counts a socket until it is closed, however it ends. */
  #count(socket: NetSocket, address: string): void {
    const forget = this.#addresses.add(address);
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#bytesReceived += socket.bytesRead;
      this.#bytesSent += socket.bytesWritten;
      forget();
    });
  }

  async #admit(webSocket: WebSocket, socket: NetSocket, sync: ArrivedRequest): Promise<void> {
    const { logger, registry } = this.#dependencies;
    // Nothing is read before access is decided (SEC-1); what is sent meanwhile waits in the network.
    webSocket.pause();
    this.#apart.add(webSocket);
    const { documentName } = sync;
    const admission: Admission = { documentName, outdated: true };
    this.#admissions.add(admission);
    let access: Access | Error | null = null;
    // Anyone who is shut out while the question is open does not slip in: an answer counts only in the turn that uses it.
    while (admission.outdated) {
      admission.outdated = false;
      access = await this.#decide(documentName, sync.token, sync.address).catch((err: unknown) => {
        logger.error({ err, document: documentName }, 'Access could not be decided; the connection is refused.');
        return err instanceof AccessUnavailable ? err : null;
      });
    }
    this.#admissions.delete(admission);
    this.#apart.delete(webSocket);
    if (access === null) {
      this.#refuse(webSocket, CLOSE_CODES.internalError, CLOSE_CODES.internalError.meaning, null);
      return;
    }
    if (access instanceof Error) {
      this.#refuse(webSocket, CLOSE_CODES.tryAgainLater, access.message, null);
      return;
    }
    if (!access.granted) {
      if (isBadToken(sync.token, access)) this.#dependencies.quotas.tokenRefused(sync.address);
      this.#refuse(webSocket, CLOSE_CODES[access.refusal], access.reason, {
        address: sync.address,
        document: documentName,
      });
      return;
    }
    if (webSocket.readyState !== webSocket.OPEN || this.#stopping) {
      webSocket.terminate();
      return;
    }
    if (access.person !== null && !this.#countPerson(webSocket, access.person.id, sync)) return;
    const connection = this.#connect(webSocket, socket, sync, access);
    await connection.join(registry, sync.epoch);
    if (!this.#connections.has(connection)) return;
    this.#joined.add(connection);
    this.#dependencies.observer?.joined(connection);
  }

  /** Counts a connection of a person until its end; refuses it when there are too many. */
  #countPerson(webSocket: WebSocket, person: string, { address, documentName }: ArrivedRequest): boolean {
    if (this.#people.count(person) >= this.#dependencies.limits.connectionsPerPerson) {
      const about = { address, document: documentName, person };
      this.#slow(webSocket, OVERLOAD_RETRY_AFTER, 'This person has as many connections as they may.', about);
      return false;
    }
    webSocket.once('close', this.#people.add(person));
    return true;
  }

  /** Refuses with 4429: the client may come again after this many seconds. */
  #slow(webSocket: WebSocket, seconds: number, text: string, about: SecurityEventFields): void {
    this.#refuse(webSocket, CLOSE_CODES.rateLimited, retryAfterReason(seconds, text), about);
  }

  /** Asks the authenticator, for so long. What it throws at once is a rejection too. */
  async #decide(documentName: string, token: string | null, address: string): Promise<Access> {
    const { authenticator, clock } = this.#dependencies;
    let timer: unknown;
    const timeout = new Promise<never>((_resolve, reject) => {
      const tooLate = () => reject(new AccessUnavailable('Access could not be decided in time.'));
      timer = clock.setTimeout(tooLate, ACCESS_TIMEOUT);
    });
    try {
      return await Promise.race([authenticator.authorize({ documentName, token, address }), timeout]);
    } finally {
      clock.clearTimeout(timer);
    }
  }

  /** Decides for a live connection. A token that it brings by a message counts as one that a new connection brings. */
  async #decideAgain(
    { documentName, address }: ArrivedRequest,
    token: string | null,
    offered: boolean,
  ): Promise<Access> {
    const { quotas, logger } = this.#dependencies;
    if (offered && token !== null && quotas.token(address) > 0) {
      audit(logger, 'rate-limited', {
        address,
        document: documentName,
        code: 'rate-limited',
        reason: TOO_MANY_REFUSED,
      });
      throw new AccessUnavailable(TOO_MANY_REFUSED);
    }
    const access = await this.#decide(documentName, token, address);
    if (offered && isBadToken(token, access)) quotas.tokenRefused(address);
    return access;
  }

  #accessChanged(documentName: string | null, person?: string): void {
    const isMeant = (about: Admission | Connection) => documentName === null || about.documentName === documentName;
    // Of whom an open question is, nobody knows yet.
    for (const admission of this.#admissions) if (isMeant(admission)) admission.outdated = true;
    for (const connection of this.#connections) if (isMeant(connection)) connection.reviewAccess(person);
  }

  #connect(webSocket: WebSocket, socket: NetSocket, sync: ArrivedRequest, grant: Grant): Connection {
    const { clock, limits, logger, quotas } = this.#dependencies;
    const session = sync.sessionKey === null ? null : `${sync.documentName}\0${sync.sessionKey}`;
    const closesAt = sync.speaksCoscribe ? null : clock.now() + REFUSAL_DELAY;
    const adapter = new WebSocketAdapter(webSocket, socket, this.#frames, closesAt, clock);
    const connection = new Connection(
      adapter,
      {
        id: this.#nextId++,
        documentName: sync.documentName,
        address: sync.address,
        grant,
        token: sync.token,
        speaksCoscribe: sync.speaksCoscribe,
        wantsClientId: sync.wantsClientId,
      },
      {
        limits,
        clock,
        logger,
        authorize: (token, offered) => this.#decideAgain(sync, token, offered),
        quotas,
        onClosed: (closed) => this.#forget(closed, session),
      },
    );
    if (session !== null) this.#takeOver(session, connection);
    this.#connections.add(connection);
    this.#heartbeat.add(connection);
    webSocket.on('message', (data, isBinary) => {
      if (isBinary) connection.receive(data as Buffer);
      else connection.receiveText();
    });
    webSocket.on('close', (code) => {
      this.#countClose(adapter.closedWith ?? code);
      connection.closed();
    });
    socket.on('drain', () => connection.drained());
    return connection;
  }

  /**
   * A client that comes back on another network is here before the heartbeat has found its old connection dead. While that
   * lives, nobody else may write under its client id; so the old one has to go first.
   */
  #takeOver(session: string, connection: Connection): void {
    const old = this.#sessions.get(session);
    old?.socket.terminate();
    old?.closed();
    this.#sessions.set(session, connection);
  }

  #forget(connection: Connection, session: string | null): void {
    this.#connections.delete(connection);
    if (session !== null && this.#sessions.get(session) === connection) this.#sessions.delete(session);
    this.#heartbeat.remove(connection);
    if (this.#joined.delete(connection)) this.#dependencies.observer?.left(connection);
  }

  #countClose(code: number): void {
    const isOurs = Object.values(CLOSE_CODES).some((known) => known.code === code);
    const label = isOurs ? String(code) : code === NO_CODE || code === NO_CLOSE ? 'none' : 'other';
    this.closes.set(label, (this.closes.get(label) ?? 0) + 1);
  }

  /**
   * Closes an upgraded socket, since a page cannot see the HTTP status of a refused upgrade; and not at once. `about` is what
   * the log says of it; null when the log has the cause.
   */
  #refuse(webSocket: WebSocket, code: CloseCode, reason: string, about: SecurityEventFields | null): void {
    const { clock, logger } = this.#dependencies;
    const event = code === CLOSE_CODES.rateLimited ? 'rate-limited' : 'refused';
    if (about !== null) audit(logger, event, { ...about, code: code.name, reason });
    webSocket.pause();
    this.#apart.add(webSocket);
    webSocket.on('close', () => this.#apart.delete(webSocket));
    this.#countClose(code.code);
    clock.setTimeout(() => {
      webSocket.resume();
      webSocket.close(code.code, reason.slice(0, 120));
      clock.setTimeout(() => webSocket.terminate(), REFUSAL_DELAY);
    }, REFUSAL_DELAY);
  }
}

/** Whether a token may have been a guess. A password that is still to be given is none. */
function isBadToken(token: string | null, access: Access): boolean {
  return token !== null && !access.granted && access.refusal !== 'passwordNeeded';
}

/** The request target as a URL; null when it is not one. */
function parseTarget(target: string): URL | null {
  const base = 'http://localhost';
  return target.startsWith('/') && URL.canParse(target, base) ? new URL(target, base) : null;
}

/** Reads document, token and epoch from an upgrade; a sentence that says why the document name is refused. */
function readRequest(url: URL, request: IncomingMessage): SyncRequest | string {
  let documentName: string;
  try {
    documentName = decodeURIComponent(url.pathname.slice(SYNC_PATH.length));
  } catch {
    return 'The document name in the address is not valid percent-encoded UTF-8.';
  }
  const problem = documentNameProblem(documentName);
  if (problem !== null) return problem;
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((entry) => entry.trim());
  const entryAfter = (prefix: string) =>
    protocols.find((entry) => entry.startsWith(prefix))?.slice(prefix.length) ?? null;
  const sessionKey = entryAfter(SESSION_SUBPROTOCOL_PREFIX);
  return {
    documentName,
    token: entryAfter(TOKEN_SUBPROTOCOL_PREFIX) ?? url.searchParams.get('token'),
    epoch: url.searchParams.get('epoch'),
    sessionKey: sessionKey !== null && sessionKey.length <= SESSION_KEY_LENGTH ? sessionKey : null,
    speaksCoscribe: protocols.includes(SUBPROTOCOL),
    wantsClientId: url.searchParams.has('fresh'),
  };
}

/** A reset is followed by 'close', which does all the work; this listener keeps it from being thrown. */
function ignoreReset(): void {
  // Nothing to do.
}
