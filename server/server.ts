import type { IncomingMessage, RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server as SecureServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { Administration } from './access/administration.ts';
import type { Authenticator } from './access/authenticator.ts';
import { createAccess } from './access/create-access.ts';
import { DocumentEvents, EventLog } from './access/document-events.ts';
import { Restrictions } from './access/restrictions.ts';
import type { Clock } from './clock.ts';
import type { Settings } from './config/settings.ts';
import { type ConnectionObserver, Connections } from './connection/connections.ts';
import { Documents } from './document/documents.ts';
import type { StateWork } from './document/state-work.ts';
import { StorageWatch } from './document/storage-watch.ts';
import { basePathOf } from './edge/base-path.ts';
import { Certificate, readKeyPair } from './edge/certificate.ts';
import { socketRoom } from './edge/descriptors.ts';
import { OriginPolicy } from './edge/origin-policy.ts';
import { SocketGuard } from './edge/socket-guard.ts';
import { createHttpApp } from './http/http-app.ts';
import type { ConnectionRates, Rate } from './limits/allowance.ts';
import { Quotas } from './limits/quotas.ts';
import { StorageBudget } from './limits/storage-budget.ts';
import { StorageShares } from './limits/storage-shares.ts';
import { LogThrottle } from './log/log-throttle.ts';
import type { Logger } from './log/logger.ts';
import { createMetrics, timeLoad } from './metrics/server-metrics.ts';
import { Announcement } from './operations/announcement.ts';
import { Operations } from './operations/operations.ts';
import { RecentTrouble } from './operations/recent-trouble.ts';
import { Compressor } from './room/compressor.ts';
import { LoopLoad } from './room/loop-load.ts';
import { MergeShare } from './room/merges.ts';
import { Registry } from './room/registry.ts';
import type { RoomObserver } from './room/room.ts';
import { Room } from './room/room.ts';
import { UpdateCounters } from './room/update-counters.ts';
import { createSignIn } from './sign-in/sign-in.ts';
import { createTokenVerifiers } from './sign-in/token-verifiers.ts';
import type { Store } from './store/store.ts';
import { HttpTransport } from './transport/http-transport.ts';
import { WebSocketTransport } from './transport/web-socket-transport.ts';

export interface ServerOptions {
  readonly settings: Settings;
  /** Where documents are kept. The server closes it when it stops. */
  readonly store: Store;
  /** Instead of share links, owners and tokens (access/access-control.ts). */
  readonly authenticator?: Authenticator;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Who does the work on big states; without, it is done here and holds everybody up meanwhile. */
  readonly states?: StateWork;
  /** Takes a line about what holds up the start, for the person who runs the server. Without, it goes to the log. */
  readonly tell?: (line: string) => void;
  /** How many files and sockets the process may have open; null or none when that is not known. */
  readonly descriptors?: number | null;
  /** The version of the program, for its figures. */
  readonly version?: string;
  /** Folder of the built site; null serves none. */
  readonly siteFolder: string | null;
  /** Folder of the built module with `<coscribe-editor>`; null serves none. */
  readonly partsFolder: string | null;
  /** Hears of changes of every document. */
  readonly changes?: RoomObserver;
  /** Hears who comes and goes. */
  readonly connections?: ConnectionObserver;
}

/** A running server. */
export interface CoscribeServer {
  /** Where it listens, for example `http://127.0.0.1:1234`. */
  readonly url: string;
  /**
   * Closes every connection with `restart`, stores what is not stored, and closes the store. More than once is fine.
   * While the storage fails it does not resolve: what was not acknowledged is still in memory. Rejects with the first thing
   * that failed, after all the rest is done.
   */
  stop(): Promise<void>;
  /** Reads the certificate again now, without waiting until its change is seen; null without one. */
  readonly reloadCertificate: (() => Promise<void>) | null;
  /** A backup of all that is stored at this moment, in pieces (docs/operating.md). */
  backup(): AsyncIterable<Uint8Array>;
  /** Answers a request to the HTTP API, whose path is one without the base path, as one of those who run the server. */
  readonly command: RequestListener;
}

/** What a member may be behind, hold and send before it is acted upon. */
const LIMITS = {
  presence: { idsPerMember: 64, bytesPerMember: 64 * 1024 },
  catchUpDeadline: 30_000,
  congestedBytes: 1024 * 1024,
  earlyBytes: 1024 * 1024,
  backlogBytes: 512 * 1024 * 1024,
} as const;

/** Sockets that one address may have for plain requests beside its connections: as a part of those, and at least. */
const PLAIN_SHARE = 0.1;
const MIN_PLAIN_SOCKETS = 64;

/** Rates that nobody who works as clients do comes near: 60 carets a second, a question a second. */
const PRESENCE_RATE: Rate = { perSecond: 60, burst: 240 };
const QUESTION_RATE: Rate = { perSecond: 1, burst: 30 };

function connectionRates(settings: Settings): ConnectionRates {
  const { maxMessagesPerSecond, maxBytesPerSecond, maxMessageBytes, computeBudget } = settings;
  return {
    messages: { perSecond: maxMessagesPerSecond, burst: maxMessagesPerSecond * 5 },
    // A large offline merge has to pass, and what was written meanwhile behind it.
    bytes: { perSecond: maxBytesPerSecond, burst: Math.max(maxBytesPerSecond * 5, maxMessageBytes * 2) },
    presence: PRESENCE_RATE,
    questions: QUESTION_RATE,
    work: { perSecond: computeBudget / 10, burst: computeBudget },
  };
}

/** Who may show the site's pages in a frame, as a Content-Security-Policy writes it. */
function frameAncestors(setting: Settings['frameAncestors']): string {
  return setting === 'any' ? '*' : ["'self'", ...(setting ?? [])].join(' ');
}

/** A server that is put together and does not listen yet. */
export interface AssembledServer {
  readonly http: FastifyInstance;
  readonly transport: WebSocketTransport;
  readonly registry: Registry;
  /** Listens where the settings say; returns the address. After a rejection, `stop` it. */
  listen(): Promise<string>;
  /** Reads the certificate again now, without waiting until its change is seen; null without one. */
  readonly reloadCertificate: (() => Promise<void>) | null;
  stop(): Promise<void>;
  backup(): AsyncIterable<Uint8Array>;
  readonly command: RequestListener;
}

/** Puts the parts together and listens. Rejects, with nothing left running, when it cannot. */
export async function startServer(options: ServerOptions): Promise<CoscribeServer> {
  const server = await assembleServer(options);
  try {
    const url = await server.listen();
    const { reloadCertificate, command } = server;
    return { url, reloadCertificate, stop: () => server.stop(), backup: () => server.backup(), command };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Puts the parts together. Rejects, with nothing left running, when a part cannot be made. */
export async function assembleServer(options: ServerOptions): Promise<AssembledServer> {
  const { settings, store, clock } = options;
  const throttled = new LogThrottle(options.logger, clock);
  const jwtVerifiers = createTokenVerifiers(settings, clock, throttled);
  const { tlsCert, tlsKey } = settings;
  const tlsFiles = tlsCert === null || tlsKey === null ? null : { cert: tlsCert, key: tlsKey };
  const tls = tlsFiles === null ? null : await readKeyPair(tlsFiles);
  const documents = await Documents.open(store, clock, throttled, {
    maxUnstoredBytes: settings.maxUnstoredBytes,
    ...(options.states === undefined ? {} : { states: options.states }),
    ...(options.tell === undefined ? {} : { tell: options.tell }),
  });
  const events = new DocumentEvents({
    records: documents.records,
    exists: async (name) => (await documents.entry(name)) !== null || (await documents.access(name)) !== null,
    clock,
    logger: throttled,
  });
  const trouble = new RecentTrouble(new EventLog(throttled, events), clock);
  const logger: Logger = trouble;
  const secret = await documents.secret();
  const restrictions = await Restrictions.open(documents.records, clock);
  const signIn = await createSignIn(settings, {
    secret,
    records: documents.records,
    isRevoked: (issued) => restrictions.isRevoked(issued),
    clock,
    logger,
  });
  const verifiers = signIn === null ? jwtVerifiers : [signIn.tokens, ...jwtVerifiers];
  const { access } = settings;
  // A stranger must not own a name before the backend that gives it out.
  const create = settings.create ?? (access === 'private' && jwtVerifiers.length > 0 ? 'entitled' : 'anyone');
  const quotas = new Quotas(settings, clock);
  const storageShares = await StorageShares.start({
    records: documents.records,
    quotas,
    bytesPerDay: settings.maxStorageBytesPerDay,
    clock,
    logger,
  });
  const accessOptions = { documents, secret, clock, access, create, verifiers };
  const { admission, creation, shareLinks, owners, forget } = createAccess(options.authenticator, accessOptions, {
    quotas,
    restrictions,
    clock,
    logger,
  });
  const counters = new UpdateCounters();
  const mergeShare = new MergeShare();
  const compressor = new Compressor();
  const load = new LoopLoad(() => performance.eventLoopUtilization());
  const registry = new Registry({
    load: (name) =>
      timeLoad(metrics, clock, () =>
        Room.open({
          document: documents.document(name),
          gate: settings.documents === 'text' ? { kind: 'text', field: settings.field } : { kind: 'any' },
          field: settings.field,
          limits: { ...LIMITS, documentBytes: settings.maxDocumentBytes },
          clock,
          logger,
          counters,
          mergeShare,
          compressor,
          load,
          ...(options.changes === undefined ? {} : { observers: [options.changes] }),
        }),
      ),
    unloadAfter: settings.unloadAfter * 1000,
    maxRooms: settings.maxDocuments,
    clock,
    logger,
  });
  documents.commits.onFailingChange((failing) => {
    for (const room of registry.rooms()) room.notify({ type: 'storage', state: failing ? 'failing' : 'working' });
  });
  const storageWatch = new StorageWatch(documents.commits, clock);
  const originPolicy = new OriginPolicy(settings, (address) => {
    logger.warn(
      { address },
      'Requests come through a proxy that the setting trustProxy does not name: limits and log take everybody for the proxy, and whether the way is encrypted is not known (docs/operating.md).',
    );
  });
  const basePath = basePathOf(settings.publicUrl);
  const sockets = socketRoom(settings.maxConnections, options.descriptors ?? null);
  const storage = await StorageBudget.start({
    maxBytes: settings.maxStorageBytes,
    measure: async () => (await store.size?.()) ?? null,
    written: () => documents.commits.counters.bytes,
    clock,
    logger,
  });
  const announcement = await Announcement.open(documents.records, registry, clock);
  const connections = new Connections({
    announcement: () => announcement.notice,
    onLetIn: (about) => events.add('let-in', about),
    storage,
    registry,
    admission,
    quotas,
    limits: {
      messageBytes: settings.maxMessageBytes,
      congestedBytes: LIMITS.congestedBytes,
      earlyBytes: LIMITS.earlyBytes,
      rates: connectionRates(settings),
      connections: Math.min(settings.maxConnections, sockets),
      connectionsPerAddress: settings.maxConnectionsPerAddress,
      connectionsPerPerson: settings.maxConnectionsPerPerson,
      backlogBytes: LIMITS.backlogBytes,
      viewersAreSeen: settings.viewerPresence === 'shown',
    },
    clock,
    logger,
    ...(options.connections === undefined ? {} : { observer: options.connections }),
  });
  const carriage = {
    connections,
    originPolicy,
    quotas,
    basePath,
    messageBytes: settings.maxMessageBytes,
    clock,
    logger,
  };
  const httpTransport = new HttpTransport(carriage);
  const transport = new WebSocketTransport({ ...carriage, http: httpTransport });
  const traffic = () => ({
    received: transport.traffic.received + httpTransport.traffic.received,
    sent: transport.traffic.sent + httpTransport.traffic.sent,
  });
  let lastBackup = 0;
  const metrics = createMetrics({
    connections,
    traffic,
    registry,
    documents,
    counters,
    storage,
    lastBackup: () => lastBackup,
    version: options.version ?? '',
  });
  const administration = new Administration(restrictions, logger, () => clock.date());
  const version = options.version ?? '';
  const operations = new Operations({
    ...{
      admins: settings.admins ?? [],
      documents,
      registry,
      connections,
      administration,
      announcement,
      trouble,
      metrics,
    },
    ...{ counters, traffic, storage, maxStorageBytes: settings.maxStorageBytes },
    lastBackup: () => lastBackup,
    ...{ forget, isFrozen: (name) => restrictions.isFrozen(name), version, clock, logger },
  });
  let stopping: Promise<void> | null = null;
  let listensAt: string | null = null;
  const commands = new WeakSet<IncomingMessage>();
  // Every part with a timer or a thread: one that is forgotten here keeps the process alive.
  const endConversations = [
    () => connections.close(),
    () => storage.close(),
    () => transport.close(),
    () => httpTransport.close(),
  ];
  const endParts = [
    () => registry.close(),
    () => storageShares.close(),
    () => events.close(),
    () => metrics.stop(),
    () => operations.close(),
    () => storageWatch.stop(),
    () => documents.states.close(),
  ];
  const http = await createHttpApp({
    connect: (request, response, headers) => void httpTransport.handle(request, response, headers),
    registry,
    documents,
    admission,
    creation,
    shareLinks,
    owners,
    events,
    storage,
    commits: documents.commits,
    isReady: () => stopping === null,
    originPolicy,
    quotas,
    isBanned: (address) => restrictions.isBannedAddress(address),
    administration,
    operations,
    home: () => settings.publicUrl ?? `${listensAt ?? ''}${basePath}`,
    apiKey: settings.apiKey,
    isCommand: (request) => commands.has(request),
    tls,
    logger,
    metrics: { metrics, access: settings.metrics },
    session: { access: settings.access, signIn, publicUrl: settings.publicUrl, basePath, clock, logger },
    securityText: { contact: settings.securityContact, publicUrl: settings.publicUrl, clock },
    siteFolder: options.siteFolder,
    partsFolder: options.partsFolder,
    basePath,
    frameAncestors: frameAncestors(settings.frameAncestors),
    maxBodyBytes: settings.maxMessageBytes,
    maxDocumentBytes: settings.maxDocumentBytes,
    version,
  }).catch(async (error: unknown) => {
    // What runs by now would keep the process alive, and the data folder locked.
    await inOrder([...endConversations, ...endParts]).catch((err: unknown) =>
      logger.error({ err }, 'A part of the server could not be stopped.'),
    );
    throw error;
  });
  const { maxConnectionsPerAddress } = settings;
  new SocketGuard({
    sockets,
    socketsPerAddress:
      maxConnectionsPerAddress + Math.max(MIN_PLAIN_SOCKETS, Math.ceil(maxConnectionsPerAddress * PLAIN_SHARE)),
    isProxy: (address) => originPolicy.isProxy(address),
  }).attach(http.server);
  transport.attach(http.server);

  const secureServer = http.server instanceof SecureServer ? http.server : null;
  const certificate =
    tlsFiles === null || tls === null
      ? null
      : new Certificate(tlsFiles, tls, { clock, logger, onChange: (pair) => secureServer?.setSecureContext(pair) });

  const stop = (): Promise<void> =>
    inOrder([
      () => certificate?.close(),
      ...endConversations,
      () => http.close(),
      ...endParts,
      () => documents.commits.whenIdle(),
      () => store.close(),
    ]);

  async function listen(): Promise<string> {
    await http.listen({ host: settings.host, port: settings.port });
    const address = http.server.address() as AddressInfo;
    const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    listensAt = `${tls === null ? 'http' : 'https'}://${host}:${address.port}`;
    return listensAt;
  }

  return {
    http,
    transport,
    registry,
    listen,
    reloadCertificate: certificate === null ? null : () => certificate.reload(),
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
    command: (request, response) => {
      commands.add(request);
      request.url = `${basePath}${request.url}`;
      http.routing(request, response);
    },
    async *backup() {
      yield* documents.backup();
      // Only a backup that was taken to its end is one.
      lastBackup = clock.date() / 1000;
    },
  };
}

/** Takes every step: one that fails keeps no other from its work, since text that is not stored yet needs it. Rejects with the first failure. */
async function inOrder(steps: readonly (() => unknown)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
