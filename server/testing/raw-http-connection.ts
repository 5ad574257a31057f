import { HTTP_HEADERS, type HttpAction, packMessages } from '../../protocol/http-transport.ts';

/** What a request of a test may have that is not as a client has it. */
export interface RawRequest {
  readonly key?: string;
  readonly first?: number | string;
  readonly received?: number | string;
  readonly messages?: readonly Uint8Array[];
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly document?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A connection over HTTP by hand: each request is the test's. */
export class RawHttpConnection {
  readonly #url: string;
  readonly #document: string;
  key = '';

  constructor(url: string, document: string) {
    this.#url = url;
    this.#document = document;
  }

  static async open(url: string, document: string, headers: Record<string, string> = {}): Promise<RawHttpConnection> {
    const connection = new RawHttpConnection(url, document);
    const answer = await connection.ask('open', { headers });
    ({ connection: connection.key } = (await answer.json()) as { connection: string });
    return connection;
  }

  ask(action: HttpAction, request: RawRequest = {}): Promise<Response> {
    const { key = this.key, first, received, messages, document = this.#document, headers = {} } = request;
    const body = request.body ?? (messages === undefined ? null : packMessages(messages));
    return fetch(`${this.#url}/sync/${document}`, {
      method: 'POST',
      headers: {
        [HTTP_HEADERS.action]: action,
        ...(key === '' ? {} : { [HTTP_HEADERS.connection]: key }),
        ...(first === undefined ? {} : { [HTTP_HEADERS.message]: String(first) }),
        ...(received === undefined ? {} : { [HTTP_HEADERS.received]: String(received) }),
        ...headers,
      },
      body,
    });
  }

  /** The status of an answer, whose body nobody reads. */
  async status(action: HttpAction, request: RawRequest = {}): Promise<number> {
    const answer = await this.ask(action, request);
    await answer.body?.cancel();
    return answer.status;
  }

  /** What is said at the end of a connection; null while there is none. */
  async closed(received = 0): Promise<{ code: number; reason: string } | null> {
    const text = await (await this.ask('poll', { received })).text();
    const found = /event: close\ndata: (.*)\n/.exec(text)?.[1];
    return found === undefined ? null : (JSON.parse(found) as { code: number; reason: string });
  }
}
