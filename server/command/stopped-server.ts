import { systemClock } from '../clock.ts';
import { completeSettings } from '../config/config.ts';
import type { Settings } from '../config/settings.ts';
import { silentLogger } from '../log/logger.ts';
import { assembleServer } from '../server.ts';
import { LevelStore } from '../store/level-store.ts';
import { openAdminEndpoint } from './admin-endpoint.ts';
import { checkHasData } from './data-source.ts';
import { RunningServer } from './running-server.ts';
import type { Terminal } from './terminal.ts';
import { verifyProgress } from './verify-progress.ts';

/**
 * Lets `use` ask the server of a data folder that no server uses: one is put together that listens to nobody else, and stopped
 * afterwards. So a command does the same whether the server runs or not.
 * @param mayBeNew whether a folder without documents becomes one with them
 * @throws StoreError when the folder is in use or damaged, CommandError when there are no documents in it
 */
export async function withStoppedServer<T>(
  { data, documents, field, maxDocumentBytes }: Settings,
  terminal: Terminal,
  use: (server: RunningServer) => Promise<T>,
  { mayBeNew = false } = {},
): Promise<T> {
  if (!mayBeNew) await checkHasData(data);
  const store = await LevelStore.open(data, {
    onProgress: verifyProgress(systemClock, (line) => terminal.warn(line)),
  });
  const server = await assembleServer({
    settings: completeSettings({ data, documents, field, maxDocumentBytes }),
    store,
    clock: systemClock,
    logger: silentLogger,
    siteFolder: null,
    partsFolder: null,
  }).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  try {
    await server.http.ready();
    const endpoint = await openAdminEndpoint(data, {
      backup: () => server.backup(),
      api: server.command,
      logger: silentLogger,
    });
    try {
      return await use(await RunningServer.require({ server: null, apiKey: null, data }));
    } finally {
      await endpoint.close();
    }
  } finally {
    await server.stop();
  }
}
