import { expect, it } from 'vitest';
import { runChaos, type Trouble } from '../testing/chaos-harness.ts';
import { freshFolder } from '../testing/test-server.ts';

// `npm run chaos` does the same for longer (docs/reliability.md).
it.each<{ name: string; troubles: Trouble[]; seed: number }>([
  { name: 'kill -9 and SIGTERM', troubles: ['kill', 'stop'], seed: 1 },
  { name: 'a frozen process and a network that fails', troubles: ['freeze', 'reset', 'stall', 'throttle'], seed: 2 },
  { name: 'a disk that is full, then hangs', troubles: ['full', 'hang'], seed: 3 },
])('[DUR-1, DUR-5, DUR-9] under $name, nothing that was called saved is lost', async ({ troubles, seed }) => {
  const report = await runChaos({
    cycles: troubles.length,
    people: 8,
    documents: 2,
    pause: 30,
    quiet: 300,
    troubles,
    inTurn: true,
    longestTrouble: 800,
    seed,
    dataFolder: await freshFolder(),
  });
  expect(report).toMatchObject({ cycles: troubles.length, lost: 0, diverged: 0, duplicated: 0, failedStops: 0 });
  expect(report.acknowledged).toBeGreaterThan(100);
});
