import { onTestFinished } from 'vitest';
import type { CoscribeServer } from '../server.ts';
import { startTestServer, type TestServerOptions } from './test-server.ts';

/** A real server on 127.0.0.1 with a real store, which is stopped when the test that runs is over. */
export async function startForTest(options: TestServerOptions = {}): Promise<CoscribeServer> {
  const server = await startTestServer(options);
  onTestFinished(() => server.stop());
  return server;
}
