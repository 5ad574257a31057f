import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import type { Role } from '../../protocol/roles.ts';
import { SYNC_PATH } from '../../protocol/version.ts';
import type { Authenticator, Person } from '../access/authenticator.ts';
import { systemClock } from '../clock.ts';
import { completeSettings, type GivenSettings } from '../config/config.ts';
import type { Connection } from '../connection/connection.ts';
import { StateThread } from '../document/state-thread.ts';
import { basePathOf, withoutBasePath } from '../edge/base-path.ts';
import { descriptorLimit } from '../edge/descriptors.ts';
import type { Logger } from '../log/logger.ts';
import { assembleServer } from '../server.ts';
import { LevelStore } from '../store/level-store.ts';
import type { Store } from '../store/store.ts';
import { ChangeWatch, type DocumentChange } from './change-watch.ts';
import { checkedAuthenticator } from './checked-authenticator.ts';
import { checkCreateOptions } from './create-options.ts';
import { DocumentHandle } from './document-handle.ts';
import { fencedCall, type HostCallback } from './fenced-call.ts';

/** Somebody is, or was, connected to a document. */
export interface Visit {
  readonly documentName: string;
  /** The same for one connection from `onConnect` to `onClose`. */
  readonly connection: number;
  readonly role: Role;
  /** Null for a guest. */
  readonly person: Person | null;
}

/** What a `createServer` is given: the settings of docs/settings.md by their names in the config file, and what is only for programs. */
export interface CreateServerOptions extends GivenSettings {
  /** Decides who may do what, instead of share links, owners and tokens. */
  readonly authenticator?: Authenticator;
  /** Where documents are kept, instead of LevelDB in the folder `data`. The server closes it when it stops. */
  readonly store?: Store;
  /** Where log lines go; a pino logger fits. Default: warnings and errors to the standard error. */
  readonly logger?: Logger;
  /** Whether to serve the site's pages too. Default: false. */
  readonly site?: boolean;
  /** Somebody has joined a document. */
  readonly onConnect?: HostCallback<Visit>;
  /** Somebody who had joined has gone. */
  readonly onClose?: HostCallback<Visit>;
  /** A text was changed, by anyone: told when it has been quiet for `changeDebounce` ms, and every `changeMaxWait` ms at the latest. */
  readonly onChange?: HostCallback<DocumentChange>;
  /** Everything that was written in a document until now is on disk. Often, under load. */
  readonly onStored?: HostCallback<{ readonly documentName: string }>;
  /** Milliseconds. Default: 2,000. */
  readonly changeDebounce?: number;
  /** Milliseconds. Default: 10,000. */
  readonly changeMaxWait?: number;
}

/** A server inside another program. */
export interface EmbeddedServer {
  /** Listens on an HTTP server of its own, at `host` and `port`. Resolves with the address, such as `http://127.0.0.1:1234`. */
  start(): Promise<string>;
  /**
   * Closes every connection, stores what is not stored, and closes the store. More than once is fine. An HTTP server of the
   * host stays as it is.
   */
  stop(): Promise<void>;
  /**
   * Serves a request of the host's HTTP server. With `next`, whatever is not Coscribe's is passed on, as middleware of Express
   * does it; without, it is answered 404.
   */
  handler(request: IncomingMessage, response: ServerResponse, next?: () => void): void;
  /** Serves an upgrade of the host's HTTP server. Returns false, and touches nothing, when the path is not Coscribe's. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Serves those upgrades of a server that are for documents, and leaves the others to other listeners. */
  attach(server: Server): void;
  /** A document, for the host's own code. @throws RangeError when it cannot be named so. */
  document(name: string): DocumentHandle;
  /** A backup of all that is stored at this moment, in pieces, as `coscribe restore` reads it. */
  backup(): AsyncIterable<Uint8Array>;
}

const CHANGE_DEBOUNCE = 2_000;
const CHANGE_MAX_WAIT = 10_000;

/** Seen from dist/server/embedding/. */
const SITE_FOLDER = fileURLToPath(new URL('../../web', import.meta.url));
const PARTS_FOLDER = fileURLToPath(new URL('../../embed', import.meta.url));

/** Paths that are Coscribe's in a program that has paths of its own. */
const OWN_PATHS = [
  /^\/sync\//,
  /^\/api\/documents(\/|\?|$)/,
  /^\/api\/session(\/|$)/,
  /^\/auth\//,
  /^\/coscribe-editor(\.js(\?|$)|\/)/,
];

/**
 * Makes a server that does not listen yet: `start()` it, or mount `handler` and `attach` in a server of your own.
 *
 * ```ts
 * const coscribe = await createServer({ data: './documents', onChange: ({ documentName, text }) => index(documentName, text) });
 * console.log(await coscribe.start());
 * ```
 *
 * @throws ConfigError when an option does not fit.
 * @throws StoreError when the data folder cannot be used.
 */
export async function createServer(options: CreateServerOptions = {}): Promise<EmbeddedServer> {
  checkCreateOptions(options);
  const { authenticator, store, logger = defaultLogger(), site = false, ...rest } = options;
  const { onConnect, onClose, onChange, onStored, changeDebounce, changeMaxWait, ...given } = rest;
  const settings = completeSettings(given);
  const changes = new ChangeWatch({
    clock: systemClock,
    debounce: changeDebounce ?? CHANGE_DEBOUNCE,
    longest: changeMaxWait ?? CHANGE_MAX_WAIT,
    changed: onChange === undefined ? null : (change) => fencedCall('onChange', onChange, change, logger),
    stored: (documentName) => fencedCall('onStored', onStored, { documentName }, logger),
  });
  const used = store ?? (await LevelStore.open(settings.data));
  const server = await assembleServer({
    settings,
    store: used,
    clock: systemClock,
    logger,
    states: new StateThread(systemClock),
    descriptors: descriptorLimit(),
    siteFolder: site ? SITE_FOLDER : null,
    partsFolder: PARTS_FOLDER,
    ...(authenticator === undefined ? {} : { authenticator: checkedAuthenticator(authenticator) }),
    ...(onChange === undefined && onStored === undefined ? {} : { changes }),
    connections: {
      joined: (connection) => fencedCall('onConnect', onConnect, visit(connection), logger),
      left: (connection) => fencedCall('onClose', onClose, visit(connection), logger),
    },
  }).catch(async (error: unknown) => {
    await used.close();
    throw error;
  });
  // Otherwise only listening would make it ready.
  await server.http.ready();

  const basePath = basePathOf(settings.publicUrl);
  const pathOf = ({ url = '' }: IncomingMessage) => withoutBasePath(url, basePath);
  const isOurs = (request: IncomingMessage) => site || OWN_PATHS.some((path) => path.test(pathOf(request)));
  const handleUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): boolean => {
    if (!pathOf(request).startsWith(SYNC_PATH)) return false;
    server.transport.handleUpgrade(request, socket, head);
    return true;
  };
  return {
    start: () => server.listen(),
    stop: async () => {
      try {
        // Nobody changes anything from here on, so the last changes are told while the texts are still there.
        server.transport.close();
        changes.flush();
      } finally {
        await server.stop();
        changes.end();
      }
    },
    handler: (request, response, next) => {
      if (next !== undefined && !isOurs(request)) next();
      else server.http.routing(request, response);
    },
    handleUpgrade,
    attach: (host) => {
      host.on('upgrade', (request, socket, head) => {
        // With nobody else to take it, it would stay open for nothing.
        if (!handleUpgrade(request, socket, head) && host.listenerCount('upgrade') === 1) socket.destroy();
      });
    },
    document: (name) => new DocumentHandle(name, server.registry),
    backup: () => server.backup(),
  };
}

function visit(connection: Connection): Visit {
  const { role, person } = connection.grant;
  return { documentName: connection.documentName, connection: connection.id, role, person };
}

function defaultLogger(): Logger {
  return pino({ level: 'warn', base: null }, pino.destination(2));
}
