import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Logger } from '../log/logger.ts';
import { storageProblem } from '../store/storage-problem.ts';
import { CommandError } from './command-error.ts';

/*
 * LevelDB lets one process at a time read a database, so while a server runs, other commands ask it. It listens on a port
 * of its own on 127.0.0.1, which no proxy passes on, and writes the port and a secret into `admin.json` in the data
 * folder, readable by its own user only: anyone who may read the data may ask.
 */

const FILE = 'admin.json';
const BACKUP_PATH = '/backup';
const API_PATH = '/api/';

/** Longest wait for the first byte of an answer, in milliseconds. */
const ANSWER_WITHIN = 30_000;

export interface AdminEndpoint {
  close(): Promise<void>;
}

/** What the endpoint passes requests on to. */
export interface AdminEndpointOptions {
  readonly backup: () => AsyncIterable<Uint8Array>;
  /** Answers a request to the HTTP API as one that may do everything. */
  readonly api: RequestListener;
  readonly logger: Logger;
}

/** Answers commands on this machine that may read `dataFolder`. */
export async function openAdminEndpoint(dataFolder: string, options: AdminEndpointOptions): Promise<AdminEndpoint> {
  const token = randomBytes(32).toString('base64url');
  const server = createServer((incoming, response) => {
    answer(incoming, response, token, options).catch((err: unknown) => {
      options.logger.warn({ err }, 'A backup could not be sent to its end.');
      response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const file = join(dataFolder, FILE);
  try {
    // Removed first: a file that is there already would keep its permissions.
    await rm(file, { force: true });
    await writeFile(file, JSON.stringify({ port, token }), { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    server.close();
    throw await storageProblem(dataFolder, cause);
  }
  return {
    close: async () => {
      await rm(file, { force: true });
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  token: string,
  { api, backup }: AdminEndpointOptions,
): Promise<void> {
  const given = Buffer.from(incoming.headers.authorization ?? '');
  const expected = Buffer.from(`Bearer ${token}`);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    response.writeHead(401).end();
    return;
  }
  // The secret has done its work, and is no token of the API.
  delete incoming.headers.authorization;
  if (incoming.url?.startsWith(API_PATH) === true) {
    api(incoming, response);
    return;
  }
  if (incoming.method !== 'GET' || incoming.url !== BACKUP_PATH) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  await pipeline(Readable.from(backup(), { objectMode: false }), response);
}

/**
 * A backup from the server that uses `dataFolder`; null when none does.
 * @throws CommandError when one does but does not give any.
 */
export async function askForBackup(dataFolder: string): Promise<AsyncIterable<Uint8Array> | null> {
  const address = await readAdminAddress(dataFolder);
  if (address === null) return null;
  let response: IncomingMessage;
  try {
    const asking = request({
      host: '127.0.0.1',
      port: address.port,
      path: BACKUP_PATH,
      headers: { authorization: `Bearer ${address.token}` },
      timeout: ANSWER_WITHIN,
    });
    asking.on('timeout', () => asking.destroy(new Error('it does not answer')));
    asking.end();
    [response] = await once(asking, 'response');
  } catch (cause) {
    // A server that was killed leaves its file behind.
    if (cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED') return null;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`The server of ${dataFolder} cannot be asked (${reason}). Try again, or stop it first.`, {
      cause,
    });
  }
  if (response.statusCode === 200) return response;
  response.destroy();
  // Killed, and its port has gone to somebody else since: the database says whether it is in use.
  if (response.statusCode === 401) return null;
  throw new CommandError(
    `The server of ${dataFolder} is another version of Coscribe and cannot be asked. Use the command of its version, or stop it first.`,
  );
}

/**
 * Where the server of a data folder takes commands; null when there is no sign of one.
 * @throws CommandError when this user may not know
 */
export async function readAdminAddress(dataFolder: string): Promise<{ port: number; token: string } | null> {
  let text: string;
  try {
    text = await readFile(join(dataFolder, FILE), 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw new CommandError(
      `${join(dataFolder, FILE)} cannot be read. Run the command as the user who runs the server.`,
      { cause },
    );
  }
  try {
    const { port, token } = Object(JSON.parse(text));
    if (Number.isInteger(port) && typeof token === 'string') return { port, token };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return null;
}
