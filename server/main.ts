#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { OpenAccess } from './auth/open-access.ts';
import { systemClock } from './clock.ts';
import { type Command, ConfigError, readCommand } from './config.ts';
import { type CoscribeServer, startServer } from './server.ts';
import { LevelStore } from './store/level-store.ts';
import { StoreError } from './store/store.ts';

/** Longest time that a stop may take, in milliseconds; then the process ends with an error. */
const GRACE_PERIOD = 10_000;

/** The package's folder seen from dist/server/main.js. */
const PACKAGE_FOLDER = fileURLToPath(new URL('../..', import.meta.url));
const SITE_FOLDER = fileURLToPath(new URL('../web', import.meta.url));

async function serve({ settings, given }: Extract<Command, { kind: 'serve' }>): Promise<void> {
  const onTerminal = process.stdout.isTTY === true;
  const level = onTerminal && !given.has('logLevel') ? 'warn' : settings.logLevel;
  const logger = pino(
    { level, base: null },
    onTerminal ? (await import('pino-pretty')).default({ colorize: true, ignore: 'hostname' }) : pino.destination(1),
  );
  const store = await LevelStore.open(settings.data);
  let server: CoscribeServer;
  try {
    server = await startServer({
      settings,
      store,
      authenticator: new OpenAccess(),
      clock: systemClock,
      logger,
      siteFolder: SITE_FOLDER,
    });
  } catch (error) {
    await store.close();
    throw error;
  }

  // Before the address is told: whoever reads it may stop the server at once.
  const stop = (signal: string) => {
    logger.info({ signal }, 'Stopping.');
    setTimeout(() => {
      logger.error({}, `Not everything could be stored within ${GRACE_PERIOD / 1000} s.`);
      process.exit(1);
    }, GRACE_PERIOD).unref();
    server.stop().then(
      () => process.exit(0),
      (err: unknown) => {
        logger.error({ err }, 'The server could not stop in order.');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // The doors catch what goes wrong (SEC-12). Should something slip by all the same, people keep their connections.
  process.on('uncaughtException', (err) => logger.error({ err }, 'An error was caught nowhere else.'));
  process.on('unhandledRejection', (err) => logger.error({ err }, 'A rejection was caught nowhere else.'));

  const dataFolder = resolve(settings.data);
  if (onTerminal) {
    process.stdout.write(`Coscribe is at ${server.url}\nDocuments are kept in ${dataFolder}\nCtrl+C stops it.\n`);
  } else {
    logger.info({ url: server.url, data: dataFolder }, `Coscribe is at ${server.url}`);
  }
}

/** One line for the person at the command line; null when the error is a defect of ours. */
function explanation(error: unknown): string | null {
  if (error instanceof ConfigError || error instanceof StoreError) return error.message;
  if (!(error instanceof Error) || !('code' in error)) return null;
  switch (error.code) {
    case 'EADDRINUSE':
      return 'The port is in use by another process. Stop that one, or choose another with --port.';
    case 'EACCES':
      return 'The port may not be used by this user. Choose one above 1023 with --port.';
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'The address to listen on is not one of this machine. Choose another with --host.';
    default:
      return null;
  }
}

try {
  const command = readCommand();
  switch (command.kind) {
    case 'help':
      process.stdout.write(command.text);
      break;
    case 'version':
      process.stdout.write(`${JSON.parse(readFileSync(resolve(PACKAGE_FOLDER, 'package.json'), 'utf8')).version}\n`);
      break;
    case 'serve':
      await serve(command);
      break;
    default:
      command satisfies never;
  }
} catch (error) {
  const line = explanation(error);
  process.stderr.write(line === null ? `${error instanceof Error ? error.stack : error}\n` : `coscribe: ${line}\n`);
  process.exitCode = 1;
}
