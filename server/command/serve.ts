import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { systemClock } from '../clock.ts';
import type { SettingName, Settings } from '../config/settings.ts';
import { StateThread } from '../document/state-thread.ts';
import { descriptorLimit } from '../edge/descriptors.ts';
import { startWarnings } from '../edge/start-warnings.ts';
import { LogThrottle } from '../log/log-throttle.ts';
import { type CoscribeServer, startServer } from '../server.ts';
import { LevelStore } from '../store/level-store.ts';
import { type AdminEndpoint, openAdminEndpoint } from './admin-endpoint.ts';
import { processTerminal } from './terminal.ts';
import { verifyProgress } from './verify-progress.ts';

/** Longest time that a stop may take, in milliseconds; then the process ends with an error. */
const GRACE_PERIOD = 10_000;

const SITE_FOLDER = fileURLToPath(new URL('../../web', import.meta.url));
const PARTS_FOLDER = fileURLToPath(new URL('../../embed', import.meta.url));

/** `coscribe serve`: serves until a signal stops it. Resolves when it listens; rejects when it cannot. */
export async function serve({
  settings,
  given,
  version,
}: {
  readonly settings: Settings;
  readonly given: ReadonlySet<SettingName>;
  /** Of the package. */
  readonly version: string;
}): Promise<void> {
  const onTerminal = process.stdout.isTTY === true;
  const level = onTerminal && !given.has('logLevel') ? 'warn' : settings.logLevel;
  const logger = pino(
    { level, base: null },
    onTerminal ? (await import('pino-pretty')).default({ colorize: true, ignore: 'hostname' }) : pino.destination(1),
  );
  const descriptors = descriptorLimit();
  const tell = (line: string) => (onTerminal ? processTerminal.say(line) : logger.info({}, line));
  const store = await LevelStore.open(settings.data, {
    clock: systemClock,
    onProgress: verifyProgress(systemClock, tell),
  });
  let server: CoscribeServer;
  try {
    server = await startServer({
      settings,
      store,
      clock: systemClock,
      states: new StateThread(systemClock),
      tell,
      descriptors,
      logger,
      version,
      siteFolder: SITE_FOLDER,
      partsFolder: PARTS_FOLDER,
    });
  } catch (error) {
    await store.close();
    throw error;
  }
  const admin = await openAdminEndpoint(settings.data, {
    backup: () => server.backup(),
    api: server.command,
    logger,
  }).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });

  // Before the address is told: anyone who reads it may stop the server at once.
  const stop = (signal: string) => {
    logger.info({ signal }, 'Stopping.');
    setTimeout(() => {
      logger.error({}, `Not everything could be stored within ${GRACE_PERIOD / 1000} s.`);
      process.exit(1);
    }, GRACE_PERIOD).unref();
    stopInOrder(server, admin).then(
      () => process.exit(0),
      (err: unknown) => {
        logger.error({ err }, 'The server could not stop in order.');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // The usual way to tell a server that runs in the background of a new certificate.
  const { reloadCertificate } = server;
  if (reloadCertificate !== null && !onTerminal) process.on('SIGHUP', () => void reloadCertificate());
  // The doors catch what goes wrong (SEC-12). Should something slip by all the same, people keep their connections.
  const lastResort = new LogThrottle(logger, systemClock);
  process.on('uncaughtException', (err) => lastResort.error({ err }, 'An error was caught nowhere else.'));
  process.on('unhandledRejection', (err) => lastResort.error({ err }, 'A rejection was caught nowhere else.'));

  const dataFolder = resolve(settings.data);
  if (onTerminal) {
    processTerminal.say(`Coscribe is at ${server.url}\nDocuments are kept in ${dataFolder}\nCtrl+C stops it.`);
  } else {
    logger.info({ url: server.url, data: dataFolder }, `Coscribe is at ${server.url}`);
  }
  for (const warning of startWarnings(settings, server.url.startsWith('https:'), descriptors)) {
    if (onTerminal) processTerminal.warn(`Warning: ${warning}`);
    else logger.warn({}, warning);
  }
}

async function stopInOrder(server: CoscribeServer, admin: AdminEndpoint): Promise<void> {
  await admin.close();
  await server.stop();
}
