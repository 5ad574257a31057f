import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Authenticator } from '../access/authenticator.ts';
import { type Clock, systemClock } from '../clock.ts';
import { SETTINGS, type Settings } from '../config/settings.ts';
import { type Logger, silentLogger } from '../log/logger.ts';
import { type CoscribeServer, startServer } from '../server.ts';
import { LevelStore } from '../store/level-store.ts';
import type { Store } from '../store/store.ts';

export interface TestServerOptions {
  /** What differs from the defaults. The port is a free one unless given. */
  settings?: Partial<Settings>;
  /** Instead of LevelDB in a fresh folder. */
  store?: Store;
  authenticator?: Authenticator;
  clock?: Clock;
  logger?: Logger;
  /** Of the module for other pages. */
  partsFolder?: string;
  version?: string;
}

/** A real server on 127.0.0.1 with a real store. Stop it at the end of the test. */
export async function startTestServer(options: TestServerOptions = {}): Promise<CoscribeServer> {
  const defaults = Object.fromEntries(Object.entries(SETTINGS).map(([name, setting]) => [name, setting.default]));
  const settings = { ...(defaults as unknown as Settings), port: 0, ...options.settings };
  return startServer({
    settings,
    store: options.store ?? (await LevelStore.open(await freshFolder())),
    ...(options.authenticator === undefined ? {} : { authenticator: options.authenticator }),
    clock: options.clock ?? systemClock,
    logger: options.logger ?? silentLogger,
    siteFolder: null,
    partsFolder: options.partsFolder ?? null,
    ...(options.version === undefined ? {} : { version: options.version }),
  });
}

/** A folder of its own for a test's data. */
export function freshFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'coscribe-test-'));
}
