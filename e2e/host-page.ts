import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const EMBED = fileURLToPath(new URL('../dist/embed', import.meta.url));
const MIME: Record<string, string> = {
  html: 'text/html',
  js: 'text/javascript',
  css: 'text/css',
  json: 'application/json',
};

/** What the host serves under a path. */
export interface HostFile {
  readonly body: string;
  readonly headers?: Record<string, string>;
}

/**
 * Somebody else's web site, on an origin of its own: the files of the self-contained module below `/coscribe/`, those of a
 * folder, and pages that a test makes up.
 */
export class HostSite {
  readonly #server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://host').pathname;
    void this.#answer(path).then(({ status, body, headers }) => {
      response.writeHead(status, {
        'content-type': `${MIME[path.split('.').at(-1) ?? ''] ?? 'text/html'}; charset=utf-8`,
        ...headers,
      });
      response.end(body);
    });
  });
  readonly #files = new Map<string, HostFile>();
  readonly #folder: string | null;

  private constructor(folder: string | null) {
    this.#folder = folder;
  }

  /** @param folder its files are served from `/` on */
  static async open(folder: string | null = null): Promise<HostSite> {
    const site = new HostSite(folder);
    await new Promise<void>((resolve) => site.#server.listen(0, '127.0.0.1', resolve));
    return site;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Serves a file. @returns its address */
  put(path: string, body: string, headers: Record<string, string> = {}): string {
    this.#files.set(path, { body, headers });
    return this.url + path;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(path: string): Promise<{ status: number; body: string | Buffer; headers: Record<string, string> }> {
    const made = this.#files.get(path);
    if (made !== undefined) return { status: 200, body: made.body, headers: made.headers ?? {} };
    const file = path.startsWith('/coscribe/')
      ? join(EMBED, normalize(path.slice('/coscribe'.length)))
      : this.#folder === null
        ? null
        : join(this.#folder, normalize(path.endsWith('/') ? `${path}index.html` : path));
    try {
      // A sandboxed frame has an origin of its own, and modules are fetched with CORS.
      if (file !== null)
        return { status: 200, body: await readFile(file), headers: { 'access-control-allow-origin': '*' } };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    return { status: 404, body: 'not here', headers: {} };
  }
}
