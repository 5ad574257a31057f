import { expect, it } from 'vitest';
import { bytesInUse } from '../testing/heap.ts';
import { runMessageFuzz, runRawFuzz } from '../testing/hostile-traffic.ts';
import { startForTest } from '../testing/start-for-test.ts';

// `npm run fuzz` goes on with other seeds for as long as one likes.
it.each([1, 2, 3])(
  '[SEC-6] frames that break the protocol end their socket and nothing else (seed %i)',
  async (seed) => {
    const { url } = await startForTest();
    await runRawFuzz(url, seed, 120);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  },
);

it.each([1, 2, 3])(
  '[SEC-6, SEC-7] mutants of messages harm nobody who writes in the same document (seed %i)',
  async (seed) => {
    const { url } = await startForTest();
    await runMessageFuzz(url, seed, 400);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  },
);

it('[SEC-6, SEC-13] keeps no memory of broken frames and messages', async () => {
  const { url } = await startForTest({ settings: { unloadAfter: 0 } });
  await runRawFuzz(url, 11, 160);
  await runMessageFuzz(url, 11, 200);
  const before = await bytesInUse();
  await runRawFuzz(url, 12, 320);
  await runMessageFuzz(url, 12, 400);
  expect((await bytesInUse()) - before).toBeLessThan(8 * 1024 * 1024);
});
