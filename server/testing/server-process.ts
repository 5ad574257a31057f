import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { StoreOrder } from './failing-server.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url));
const FAILING = fileURLToPath(new URL('./failing-server.ts', import.meta.url));

/** Runs `coscribe` with these arguments until it ends. */
export async function runCommand(
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  const child = spawnMain(args, environment);
  const output = collect(child);
  const [exitCode] = await once(child, 'close');
  return { exitCode, ...output() };
}

interface ProcessLimits {
  readonly fileLimit?: number;
  readonly descriptors?: number;
}

/** The real server as a process of its own, which can be killed. Needs a build. */
export class ServerProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #output: () => { stdout: string; stderr: string };

  private constructor(url: string, child: ChildProcess, output: () => { stdout: string; stderr: string }) {
    this.url = url;
    this.#child = child;
    this.#output = output;
  }

  /**
   * Starts one and waits until it listens. Without a port among `args` it takes a free one. With `fileLimit` no file may
   * grow beyond this many bytes: a disk that is full, until `liftFileLimit`. With `descriptors` it may have this many files and
   * sockets open.
   */
  static async start(
    dataFolder: string,
    args: readonly string[] = ['--port', '0'],
    { environment = {}, ...limits }: ProcessLimits & { environment?: Record<string, string> } = {},
  ): Promise<ServerProcess> {
    return ServerProcess.#started(spawnMain(['serve', '--data', dataFolder, ...args], environment, limits));
  }

  /** Starts one whose store fails and stalls on demand; from the sources, not from the build. */
  static startFailing(dataFolder: string, port: string, documents: 'text' | 'any' = 'text'): Promise<ServerProcess> {
    const child = spawn(process.execPath, ['--import', 'tsx', FAILING, dataFolder, port, documents], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    return ServerProcess.#started(child);
  }

  static async #started(child: ChildProcess): Promise<ServerProcess> {
    const output = collect(child);
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout?.on('data', () => {
        const found = /Coscribe is at (https?:\/\/[^"\s]+)/.exec(output().stdout)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${output().stderr}`)));
    });
    return new ServerProcess(url, child, output);
  }

  get port(): string {
    return new URL(this.url).port;
  }

  /** Bytes of memory that the process has now (Linux). */
  get residentBytes(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Everything written so far. */
  get output(): { stdout: string; stderr: string } {
    return this.#output();
  }

  liftFileLimit(): Promise<void> {
    return this.limitFiles('unlimited');
  }

  /** Lets no file grow beyond this many bytes from now on. */
  async limitFiles(bytes: number | 'unlimited'): Promise<void> {
    await once(spawn('prlimit', ['--pid', String(this.#child.pid), `--fsize=${bytes}:`]), 'exit');
  }

  /** Gives an order to the store of a process that `startFailing` started. */
  order(order: StoreOrder): void {
    this.#child.send(order);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.hasEnded) return this.#child.exitCode;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    const [exitCode] = await ended;
    return exitCode;
  }
}

function spawnMain(
  args: readonly string[],
  environment: Record<string, string> = {},
  { fileLimit, descriptors }: ProcessLimits = {},
): ChildProcess {
  const command = [process.execPath, MAIN, ...args];
  // The limit is a soft one, so that it can be lifted (Linux, prlimit of util-linux).
  if (fileLimit !== undefined) command.unshift('prlimit', `--fsize=${fileLimit}:`);
  if (descriptors !== undefined) command.unshift('prlimit', `--nofile=${descriptors}:${descriptors}`);
  const [program = '', ...rest] = command;
  return spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
}

function collect(child: ChildProcess): () => { stdout: string; stderr: string } {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return () => ({ stdout, stderr });
}
