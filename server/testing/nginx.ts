import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OPERATING = fileURLToPath(new URL('../../docs/operating.md', import.meta.url));

/** One way through nginx to one server. */
export interface Front {
  /** The port that nginx listens on. */
  readonly port: number;
  readonly isSecure: boolean;
  /** Where the server is on its host, `/` or `/notes/`. */
  readonly path: string;
  /** The port of the server. */
  readonly server: string;
}

/** A real nginx with the configuration that docs/operating.md shows, made to stand in a test. */
export class Nginx {
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
  }

  /** Starts one and waits until it listens. */
  static async start(
    program: string,
    folder: string,
    options: { fronts: readonly Front[]; plainPort: number; certFile: string; keyFile: string },
  ): Promise<Nginx> {
    return Nginx.#startWith(program, folder, await configuration(folder, options));
  }

  /** Starts one with servers of the test's own, as they stand in the block `http`. */
  static serving(program: string, folder: string, servers: string): Promise<Nginx> {
    return Nginx.#startWith(program, folder, frame(folder, servers));
  }

  static async #startWith(program: string, folder: string, text: string): Promise<Nginx> {
    const file = join(folder, 'nginx.conf');
    await writeFile(file, text);
    const args = ['-p', folder, '-c', file, '-e', 'stderr', '-g', 'daemon off;'];
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let output = '';
    const listening = new Promise<void>((resolve, reject) => {
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        // Said by the first process when it listens and has started the one that serves.
        if (/start worker process \d+/.test(output)) resolve();
      });
      child.once('error', reject);
      child.once('close', (code) => reject(new Error(`nginx ended with ${code}: ${output}`)));
    });
    await listening;
    return new Nginx(child, folder);
  }

  /** What it has written into the log of requests, and of errors. */
  async logs(): Promise<{ requests: string; errors: string }> {
    const read = (name: string) => readFile(join(this.#folder, name), 'utf8');
    return { requests: await read('coscribe.log'), errors: await read('coscribe-error.log') };
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The configuration of the document with a copy of its server for each front. */
async function configuration(
  folder: string,
  { fronts, plainPort, certFile, keyFile }: Parameters<typeof Nginx.start>[2],
): Promise<string> {
  const shown = /```nginx\n(.*?)```/s.exec(await readFile(OPERATING, 'utf8'))?.[1] ?? '';
  const [top = '', server = '', redirect = ''] = shown.split(/^(?=server \{)/m);
  const frontOf = ({ port, isSecure, path, server: upstream }: Front) => {
    const encryption = isSecure ? `127.0.0.1:${port} ssl` : `127.0.0.1:${port}`;
    return changed(server, [
      ['listen 443 ssl;', `listen ${encryption};`],
      ['server_name example.org;', 'server_name localhost;'],
      ['/etc/letsencrypt/live/example.org/fullchain.pem', certFile],
      ['/etc/letsencrypt/live/example.org/privkey.pem', keyFile],
      ['location /notes/ {', `location ${path} {`],
      ['http://127.0.0.1:1234;', `http://127.0.0.1:${upstream};`],
      ['/var/log/nginx/coscribe.log', join(folder, 'coscribe.log')],
      ['/var/log/nginx/coscribe-error.log', join(folder, 'coscribe-error.log')],
    ]);
  };
  const rest = changed(redirect, [['listen 80;', `listen 127.0.0.1:${plainPort};`]]);
  return frame(folder, `${top}\n${fronts.map(frontOf).join('\n')}\n${rest}`);
}

/** A configuration that keeps all its files in a folder. */
function frame(folder: string, servers: string): string {
  const own = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  return `${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${folder}/nginx.pid;
error_log stderr notice;
events {}
http {
${own.join('\n')}
access_log off;
${servers}
}
`;
}

/** `text` with other words in some places. Each of them has to be there: the document must not drift from the test. */
function changed(text: string, changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`the nginx configuration in docs/operating.md has no "${from}"`);
    return result.replace(from, () => to);
  }, text);
}
