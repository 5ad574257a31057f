import { expect, it } from 'vitest';
import { runChaos, type Trouble } from '../testing/chaos-harness.ts';
import { runFormatting } from '../testing/formatting-harness.ts';
import { freshFolder } from '../testing/test-server.ts';

// `npm run chaos` does the same for longer (docs/reliability.md).
it.each<{ name: string; troubles: Trouble[]; seed: number; kind?: 'text' | 'any'; overHttp?: boolean }>([
  { name: 'kill -9 and SIGTERM', troubles: ['kill', 'stop'], seed: 1 },
  { name: 'a frozen process and a network that fails', troubles: ['freeze', 'reset', 'stall', 'throttle'], seed: 2 },
  { name: 'a disk that is full, then hangs', troubles: ['full', 'hang'], seed: 3 },
  {
    name: 'kill -9 and SIGTERM with formatting in documents of any kind',
    troubles: ['kill', 'stop'],
    seed: 4,
    kind: 'any',
  },
  {
    name: 'kill -9, SIGTERM, a frozen process and a network that fails with half of the people on HTTP',
    troubles: ['kill', 'stop', 'freeze', 'reset', 'stall'],
    seed: 5,
    overHttp: true,
  },
])(
  '[DUR-1, DUR-5, DUR-9] under $name, nothing that was called saved is lost',
  async ({ troubles, seed, kind = 'text', overHttp = false }) => {
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
      kind,
      overHttp,
      dataFolder: await freshFolder(),
    });
    expect(report).toMatchObject({ cycles: troubles.length, lost: 0, diverged: 0, duplicated: 0, failedStops: 0 });
    expect(report.acknowledged).toBeGreaterThan(100);
  },
);

// `npm run chaos -- --formatting 200` does the same with more of them.
it('[DUR-14] six people format, cut off and restarted at any moment, and all have the same before and after kill -9', async () => {
  const seeds = [1, 2, 3, 4, 5, 6];
  const report = await runFormatting({ seeds, together: seeds.length, dataFolder: await freshFolder() });
  expect(report.failed).toEqual([]);
  expect(report.edits).toBeGreaterThan(seeds.length * 50);
});
