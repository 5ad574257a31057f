import { expect, it } from 'vitest';
import { emptyTally, runFolderFaults } from '../testing/folder-fault-run.ts';

// `npm run fuzz -- --only folder` makes thousands; docs/reliability.md has the last long run.
it('[DUR-15, DUR-3] any single fault of a data folder ends in exact text or in a refusal in words', async () => {
  const tally = emptyTally();
  await runFolderFaults(20_261_150, 200, tally);
  expect(tally.exact + tally.refused).toBe(200);
  expect(tally.exact).toBeGreaterThan(20);
  expect(tally.refused).toBeGreaterThan(60);
  expect(tally.kinds.size).toBe(8);
}, 300_000);
