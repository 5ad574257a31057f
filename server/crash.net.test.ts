import { expect, it } from 'vitest';
import { runCrashes } from './testing/crash-harness.ts';
import { freshFolder } from './testing/test-server.ts';

it.each([
  ['SIGKILL', 5, 1],
  ['SIGTERM', 2, 2],
] as const)(
  '[DUR-1, DUR-5] under %s, %d times, nothing that was called saved is lost',
  async (signal, cycles, seed) => {
    const dataFolder = await freshFolder();
    const report = await runCrashes({
      cycles,
      people: 12,
      documents: 3,
      pause: 15,
      life: 800,
      seed,
      dataFolder,
      signal,
    });
    expect(report).toMatchObject({ lost: 0, diverged: 0, duplicated: 0 });
    expect(report.saved).toBeGreaterThan(100);
  },
);
