import { expect, it } from 'vitest';
import { type Outcome, Simulation } from '../testing/simulation.ts';

/** Schedules run by `npm test`. A failure names its seed, which `new Simulation(seed)` replays. */
const SCHEDULES = 2_000;
const GROUPS = 20;

function check(outcome: Outcome): void {
  const [first = ''] = outcome.texts;
  expect(outcome.texts).toEqual(outcome.texts.map(() => first));
  expect(outcome.storedText).toBe(first);
  expect([outcome.lost, outcome.allSaved, outcome.idleMessages]).toEqual([0, true, 0]);
}

async function runSeed(seed: number): Promise<Outcome> {
  return new Simulation(seed).run(2 + (seed % 4), 60 + (seed % 5) * 40);
}

for (let group = 0; group < GROUPS; group++) {
  const first = (group * SCHEDULES) / GROUPS;
  const last = first + SCHEDULES / GROUPS - 1;
  it(`[SYN-1, DUR-1] seeds ${first} to ${last}: equal everywhere, nothing saved is lost, silence when idle`, async () => {
    for (let seed = first; seed <= last; seed++) {
      try {
        check(await runSeed(seed));
      } catch (cause) {
        throw new Error(`the schedule with seed ${seed} failed`, { cause });
      }
    }
  });
}
