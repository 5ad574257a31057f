import './node-version.mjs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { createServer as createSocket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureInstalled } from './install.mjs';
import { ROOT, TOOLS } from './project.mjs';
import { main, runTool, StepFailed } from './run.mjs';

// `npm run dev -- [server options]`: Vite serves the site with hot reload and passes /api and /sync on to a server that
// is compiled and restarted when its code changes. One address, one Ctrl-C.

/** What the server is made of. */
const SERVER_SOURCES = ['server', 'protocol'];
/** An editor that saves several files does so within this many milliseconds. */
const SETTLE_MS = 100;
/** How long the server may take to start, and to store and stop before it is ended hard, in milliseconds. */
const START_MS = 30_000;
const STOP_MS = 10_000;

/** @returns {Promise<number>} a port that is free now */
async function freePort() {
  const socket = createSocket().listen(0, '127.0.0.1');
  await once(socket, 'listening');
  const address = socket.address();
  socket.close();
  if (address === null || typeof address === 'string') throw new Error('a TCP socket has no port');
  return address.port;
}

/** The server process of the moment: started, waited for, stopped and started again. */
class ServerProcess {
  /** @type {import('node:child_process').ChildProcess | null} */
  #child = null;
  #url;
  #args;
  #log;

  /**
   * @param {number} port
   * @param {readonly string[]} args options for the server
   * @param {NodeJS.WritableStream} log where its log lines go
   */
  constructor(port, args, log) {
    this.#url = `http://127.0.0.1:${port}`;
    this.#args = ['serve', ...args, '--host', '127.0.0.1', '--port', String(port)];
    this.#log = log;
  }

  /** Where Vite finds it. */
  get url() {
    return this.#url;
  }

  /** @returns {Promise<boolean>} whether it is ready; a server that ends instead has said why */
  async start() {
    const child = spawn(process.execPath, ['--enable-source-maps', join(ROOT, 'dist/server/main.js'), ...this.#args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    child.stdout.pipe(this.#log, { end: false });
    const until = performance.now() + START_MS;
    while (child.exitCode === null && child.signalCode === null && performance.now() < until) {
      const ready = await fetch(`${this.#url}/readyz`).then(
        (response) => response.ok,
        () => false,
      );
      if (ready) return true;
      await delay(50);
    }
    return false;
  }

  async stop() {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const hard = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(hard);
  }
}

/** @param {{ exitOnSignal?: boolean }} [options] */
function compile(options) {
  return runTool(TOOLS.tsc, ['-b', ...SERVER_SOURCES, '--pretty'], options);
}

/**
 * Calls `changed` after the server's sources changed, one call at a time; what changes during one leads to one more.
 * @param {() => Promise<void>} changed
 */
function watchSources(changed) {
  /** @type {NodeJS.Timeout | undefined} */
  let settle;
  let queue = Promise.resolve();
  const watchers = SERVER_SOURCES.map((folder) =>
    watch(join(ROOT, folder), { recursive: true }, (_event, file) => {
      if (file === null || !file.endsWith('.ts') || file.endsWith('.test.ts')) return;
      clearTimeout(settle);
      settle = setTimeout(() => {
        queue = queue.then(changed);
      }, SETTLE_MS);
    }),
  );
  return () => {
    clearTimeout(settle);
    for (const watcher of watchers) watcher.close();
  };
}

await main(async () => {
  await ensureInstalled();
  const first = await compile();
  if (first.code !== 0) throw new StepFailed('The server does not compile: the lines above say where.', first.output);

  // The server's own address is of no use to anybody here; its warnings are.
  const { default: pretty } = await import('pino-pretty');
  const log = pretty({ minimumLevel: 'warn', ignore: 'pid,hostname' });
  const server = new ServerProcess(await freePort(), process.argv.slice(2), log);
  process.env.COSCRIBE_DEV_SERVER = server.url;

  const { createServer } = await import('vite');
  const vite = await createServer({ root: join(ROOT, 'web/app'), configFile: join(ROOT, 'vite.config.ts') });

  let ending = false;
  const unwatch = watchSources(async () => {
    const { code, output } = await compile({ exitOnSignal: false });
    if (ending) return;
    if (code !== 0) return console.error(output.trimEnd());
    await server.stop();
    if (await server.start()) console.error('The server runs the new code.');
  });
  const end = async () => {
    if (ending) return;
    ending = true;
    unwatch();
    await Promise.all([vite.close(), server.stop()]);
    process.exit(process.exitCode ?? 0);
  };
  // Vite would end the process at SIGTERM before the server has stopped.
  process.removeAllListeners('SIGTERM');
  process.on('SIGINT', end);
  process.on('SIGTERM', end);

  if (!(await server.start())) {
    process.exitCode = 1;
    return end();
  }
  await vite.listen();
  console.error(`\nOpen ${vite.resolvedUrls?.local[0]} (hot reload; Ctrl-C stops everything).\n`);
});
