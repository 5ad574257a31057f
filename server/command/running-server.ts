import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { json } from 'node:stream/consumers';
import type { ServerAddress } from '../config/server-address.ts';
import { readAdminAddress } from './admin-endpoint.ts';
import { CommandError, reasonOf } from './command-error.ts';

/** Longest silence of a server that was asked, in milliseconds. */
const ANSWER_WITHIN = 30_000;

/** A request to the HTTP API (docs/http-api.md). */
export interface ApiQuestion {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';
  /** With what stands behind the question mark: `/api/documents?limit=10`. */
  readonly path: string;
  /** Sent as they are when they are bytes, else as JSON; nothing is sent when it is left out. */
  readonly body?: unknown;
}

/** The server said no. */
export class ServerRefused extends CommandError {
  /** One of docs/http-api.md. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A server that runs, asked over its HTTP API by those who run it, who may do everything. */
export class RunningServer {
  /** What the paths of the API come behind. */
  readonly #base: string;
  readonly #token: string;
  /** For people. */
  readonly #name: string;
  readonly #kind: 'local' | 'remote';

  private constructor(kind: 'local' | 'remote', base: string, token: string, name: string) {
    this.#kind = kind;
    this.#base = base;
    this.#token = token;
    this.#name = name;
  }

  /**
   * The server at the address that was given, else the one that uses the data folder on this machine; null when none does.
   * @throws CommandError when it cannot be asked
   */
  static async find({ server, apiKey, data }: ServerAddress): Promise<RunningServer | null> {
    if (server !== null) {
      if (apiKey === null) {
        throw new CommandError(
          `The server at ${server} takes commands with its API key only. Give it as COSCRIBE_API_KEY, the same as the server's setting apiKey.`,
        );
      }
      return new RunningServer('remote', server, apiKey, `The server at ${server}`);
    }
    const address = await readAdminAddress(data);
    if (address === null) return null;
    const found = new RunningServer(
      'local',
      `http://127.0.0.1:${address.port}`,
      address.token,
      `The server of ${data}`,
    );
    return (await found.#isThere()) ? found : null;
  }

  /** As `find`. @throws CommandError when there is none */
  static async require(address: ServerAddress): Promise<RunningServer> {
    const found = await RunningServer.find(address);
    if (found !== null) return found;
    throw new CommandError(
      `No server runs on ${address.data}. Start it, give the data folder of one that runs on this machine with --data, or its address with --server.`,
    );
  }

  /** What the API answers, read from its JSON; null for an answer without content. @throws CommandError */
  async ask(question: ApiQuestion): Promise<unknown> {
    const response = await this.open(question);
    if (response.statusCode === 204) {
      response.resume();
      return null;
    }
    try {
      return await json(response);
    } catch (cause) {
      const what = cause instanceof SyntaxError ? 'answered with what is no JSON' : 'did not answer to the end';
      throw new CommandError(`${this.#name} ${what} (${reasonOf(cause)}). Try again.`, { cause });
    }
  }

  /** The answer as it comes, for what is not JSON or large. @throws CommandError for one that is not of success */
  async open(question: ApiQuestion): Promise<IncomingMessage> {
    const response = await this.#send(question).catch((cause: unknown) => {
      const advice = this.#kind === 'local' ? 'Try again.' : 'Is it running, and is --server right?';
      throw new CommandError(`${this.#name} cannot be asked (${reasonOf(cause)}). ${advice}`, { cause });
    });
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    throw await this.#refusal(status, response);
  }

  /** Whether it is the server that left its address in the folder; one that was killed leaves it behind. */
  async #isThere(): Promise<boolean> {
    let response: IncomingMessage;
    try {
      response = await this.#send({ method: 'GET', path: '/api/admin/bans' });
    } catch (cause) {
      if (reasonOf(cause) === 'ECONNREFUSED') return false;
      throw new CommandError(`${this.#name} cannot be asked (${reasonOf(cause)}). Try again.`, { cause });
    }
    response.resume();
    // Its port has gone to somebody else since.
    if (response.statusCode === 401) return false;
    if (response.statusCode === 200) return true;
    throw new CommandError(`${this.#name} is another version of Coscribe. Use the command of its version.`);
  }

  async #refusal(status: number, response: IncomingMessage): Promise<CommandError> {
    const answer = Object(await json(response).catch(() => null)) as { error?: { code?: unknown; message?: unknown } };
    const { code, message } = Object(answer.error) as { code?: unknown; message?: unknown };
    if (typeof code === 'string' && typeof message === 'string') {
      const isKey = this.#kind === 'remote' && (code === 'unauthenticated' || code === 'forbidden');
      return isKey
        ? new ServerRefused(
            code,
            `${this.#name} does not take this API key. COSCRIBE_API_KEY must be the same as its setting apiKey.`,
          )
        : new ServerRefused(code, message);
    }
    const { location } = response.headers;
    const hint =
      location === undefined ? 'Is --server its address, with the path if it has one?' : `It sends to ${location}.`;
    return new CommandError(`${this.#name} answered ${status}, and not as Coscribe does. ${hint}`);
  }

  async #send({ method, path, body }: ApiQuestion): Promise<IncomingMessage> {
    const content = body === undefined || body instanceof Uint8Array ? body : JSON.stringify(body);
    const type = body instanceof Uint8Array ? 'application/octet-stream' : 'application/json';
    const request = this.#base.startsWith('https:') ? requestHttps : requestHttp;
    const asking = request(`${this.#base}${path}`, {
      method,
      timeout: ANSWER_WITHIN,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(content === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(content) }),
      },
    });
    asking.on('timeout', () => asking.destroy(new Error('it does not answer')));
    asking.end(content);
    const [response] = (await once(asking, 'response')) as [IncomingMessage];
    // What fails from here on fails for the one who reads.
    asking.on('error', (error) => response.destroy(error));
    return response;
  }
}

/** The path of a document in the API. */
export function documentPath(name: string): string {
  return `/api/documents/${encodeURIComponent(name)}`;
}
