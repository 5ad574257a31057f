import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The servers that are measured. */
export type ServerKind = 'coscribe' | 'hocuspocus' | 'y-websocket-server' | 'bare ws' | 'socket.io';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COSCRIBE = join(ROOT, 'dist/server/main.js');

const PEERS: Record<Exclude<ServerKind, 'coscribe'>, string> = {
  hocuspocus: 'hocuspocus.mjs',
  'y-websocket-server': 'y-websocket-server.mjs',
  'bare ws': 'bare-ws.mjs',
  'socket.io': 'socket-io.mjs',
};

/** How long a server may take until it listens, and until it has ended, in milliseconds. */
const START_LIMIT = 20_000;
const END_LIMIT = 15_000;

/** Kernel ticks a second in /proc/PID/stat: 100 on every Linux that Node.js runs on. */
const TICKS = 100;

/** Limits that keep strangers in check and that a load from one machine runs into; all others are the defaults. */
const RAISED = [
  ...['--max-connections-per-address', '50000'],
  ...['--max-messages-per-second-per-address', '10000000'],
  ...['--max-bytes-per-second-per-address', String(1024 ** 3)],
  ...['--max-requests-per-second', '1000000'],
  ...['--max-documents-per-hour', '1000000'],
] as const;

/** A fresh folder on the disk of the system's temporary files. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'coscribe-bench-'));
}

/** Removes such a folder. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** The command that pins what follows to one core; empty where that cannot be done or makes no sense. */
export function pinnedTo(core: number): string[] {
  return availableParallelism() > core && core >= 0 && existsSync('/usr/bin/taskset')
    ? ['/usr/bin/taskset', '-c', String(core)]
    : [];
}

export interface StartOptions {
  /** Data folder; by default a fresh one that is removed at the end. Peers take it only where they store. */
  readonly data?: string;
  /** Further arguments of `coscribe serve`. */
  readonly args?: readonly string[];
  /** Port to listen on; a free one by default. Only Coscribe's can be chosen. */
  readonly port?: number;
}

/** A server as a process of its own on core 0, whose CPU time and memory are read from /proc. */
export class ServerUnderTest {
  readonly kind: ServerKind;
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #ownFolder: string | null;

  private constructor(kind: ServerKind, port: number, child: ChildProcess, ownFolder: string | null) {
    this.kind = kind;
    this.port = port;
    this.#child = child;
    this.#ownFolder = ownFolder;
  }

  /** Starts one and waits until it listens. */
  static async start(kind: ServerKind, { data, args = [], port = 0 }: StartOptions = {}): Promise<ServerUnderTest> {
    const ownFolder = kind === 'coscribe' && data === undefined ? temporaryFolder() : null;
    const program =
      kind === 'coscribe'
        ? [COSCRIBE, 'serve', '--data', data ?? ownFolder ?? '', '--port', String(port), ...RAISED, ...args]
        : [join(ROOT, 'bench/peers', PEERS[kind]), ...(data === undefined ? [] : [data])];
    const [command = '', ...rest] = [...pinnedTo(0), process.execPath, ...program];
    const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'], env: cleanEnvironment() });
    const listening = await new Promise<number>((resolve, reject) => {
      let output = '';
      const limit = setTimeout(() => reject(new Error(`${kind} does not listen: ${output}`)), START_LIMIT);
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        if (output.length > 10_000) return;
        output += text;
        const found = /(?:listening on |Coscribe is at http:\/\/[^"\s]+:)(\d+)/.exec(output)?.[1];
        if (found === undefined) return;
        clearTimeout(limit);
        resolve(Number(found));
      });
      child.once('exit', (code) => reject(new Error(`${kind} ended with ${code} before it listened: ${output}`)));
      child.once('error', reject);
    });
    return new ServerUnderTest(kind, listening, child, ownFolder);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** CPU time so far, of all its threads, user and system, in seconds. */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'latin1');
    // The command's name is in parentheses and may hold spaces; the fields are counted behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  }

  /** Resident memory, in bytes. */
  residentBytes(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'latin1');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  }

  /** Whether it runs. */
  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Ends it, by force if it does not go by itself, and removes its folder. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.alive) {
      const ended = once(this.#child, 'exit');
      this.#child.kill(signal);
      const force = setTimeout(() => this.#child.kill('SIGKILL'), END_LIMIT);
      await ended;
      clearTimeout(force);
    }
    if (this.#ownFolder !== null) removeFolder(this.#ownFolder);
  }
}

/** No setting of the caller's shell reaches a server. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('COSCRIBE_') && !name.startsWith('NODE_OPTIONS')),
  );
}
