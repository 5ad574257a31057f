import './node-version.mjs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { createServer as createSocket } from 'node:net';
import { join } from 'node:path';
import { ensureInstalled } from './install.mjs';
import { ROOT, TOOLS } from './project.mjs';
import { main, runTool, StepFailed } from './run.mjs';

// `npm run dev -- [server options]`: the compiler watches, the server restarts when its code changed, Vite serves the
// site with hot reload and passes /api and /sync on to the server. One address, one Ctrl-C.

/** Files of one compilation arrive within this many milliseconds of each other. */
const SETTLE_MS = 200;
/** How long the server may take to store and stop before it is ended hard, in milliseconds. */
const STOP_MS = 10_000;

const serverArgs = process.argv.slice(2);

/** @returns {Promise<number>} a port that is free now */
async function freePort() {
  const socket = createSocket().listen(0, '127.0.0.1');
  await once(socket, 'listening');
  const address = socket.address();
  socket.close();
  if (address === null || typeof address === 'string') throw new Error('a TCP socket has no port');
  return address.port;
}

/**
 * Keeps one server process of the newest code running.
 * @param {number} port
 * @param {NodeJS.WritableStream} log where its log lines go
 */
function keepServer(port, log) {
  /** @type {import('node:child_process').ChildProcess | null} */
  let child = null;
  let stopping = false;

  const start = () => {
    const started = spawn(
      process.execPath,
      ['--enable-source-maps', join(ROOT, 'dist/server/main.js'), 'serve', ...serverArgs, '--port', String(port)],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    child = started;
    started.stdout.pipe(log, { end: false });
    started.on('exit', (code, signal) => {
      if (child !== started) return;
      child = null;
      if (!stopping)
        console.error(`The server ended (${signal ?? `code ${code}`}). It starts again at the next change.`);
    });
  };
  const stop = async () => {
    const old = child;
    child = null;
    if (old === null || old.exitCode !== null || old.signalCode !== null) return;
    const ended = once(old, 'exit');
    old.kill('SIGTERM');
    const hard = setTimeout(() => old.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(hard);
  };

  // One restart at a time; changes that come during one lead to one more.
  let queue = Promise.resolve();
  /** @type {NodeJS.Timeout | undefined} */
  let settle;
  start();
  return {
    restartSoon() {
      clearTimeout(settle);
      settle = setTimeout(() => {
        queue = queue.then(stop).then(() => {
          if (stopping) return;
          console.error('Server code changed: restarting the server.');
          start();
        });
      }, SETTLE_MS);
    },
    async stop() {
      stopping = true;
      clearTimeout(settle);
      await queue;
      await stop();
    },
  };
}

await main(async () => {
  await ensureInstalled();
  const first = await runTool(TOOLS.tsc, ['-b', 'protocol', 'server']);
  if (first.code !== 0) throw new StepFailed('The server does not compile: the lines above say where.', first.output);

  const port = await freePort();
  process.env.COSCRIBE_DEV_SERVER = `http://127.0.0.1:${port}`;
  // The server's own address is of no use to anybody here; its warnings are.
  const { default: pretty } = await import('pino-pretty');
  const server = keepServer(port, pretty({ minimumLevel: 'warn', ignore: 'pid,hostname' }));

  const compiler = spawn(
    process.execPath,
    [TOOLS.tsc, '-b', 'protocol', 'server', '--watch', '--preserveWatchOutput', '--pretty'],
    { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const watchers = ['dist/server', 'dist/protocol'].map((folder) =>
    watch(join(ROOT, folder), { recursive: true }, (_event, file) => {
      if (file?.endsWith('.js')) server.restartSoon();
    }),
  );

  const vite = await (await import('vite')).createServer({
    root: join(ROOT, 'web/app'),
    configFile: join(ROOT, 'vite.config.ts'),
  });
  await vite.listen();

  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    for (const watcher of watchers) watcher.close();
    compiler.kill();
    await Promise.all([vite.close(), server.stop()]);
    process.exit(0);
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);

  console.error(`\nOpen ${vite.resolvedUrls?.local[0]} (hot reload; Ctrl-C stops everything).\n`);
});
