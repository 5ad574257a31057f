import { parseArgs } from 'node:util';
import { emptyTally, runFolderFaults } from '../server/testing/folder-fault-run.ts';
import { runMessageFuzz, runRawFuzz } from '../server/testing/hostile-traffic.ts';
import { type Outcome, Simulation } from '../server/testing/simulation.ts';
import { startTestServer } from '../server/testing/test-server.ts';
import { runHonestSession, runHostileSession } from '../server/testing/update-mutants.ts';

/*
 * `npm run fuzz`: everything that runs from seeds, over and over, without end or for `--minutes N`. Stops at the first failure
 * and prints the command that replays it. `--seed S` begins at that seed, `--only KIND` leaves the others out.
 */

const USAGE =
  'npm run fuzz -- [--minutes N] [--rounds N] [--seed S] [--only honest|rich|gate|any|schedules|messages|frames|folder]';

/** Faults of data folders in one run. */
const FAULTS_A_RUN = 50;

/** How those of all runs ended. */
const faults = emptyTally();

/** One kind of run: throws when the seed finds something. */
const KINDS = {
  honest: async (seed) => runHonestSession(seed),
  rich: async (seed) => runHonestSession(seed, { kind: 'any' }),
  gate: async (seed) => void runHostileSession(seed),
  any: async (seed) => void runHostileSession(seed, { kind: 'any' }),
  schedules: async (seed) => checkOutcome(await new Simulation(seed).run(2 + (seed % 4), 60 + (seed % 5) * 40)),
  messages: (seed, url) => runMessageFuzz(url, seed, 300),
  frames: (seed, url) => runRawFuzz(url, seed, 48),
  folder: (seed) => runFolderFaults(seed * FAULTS_A_RUN, FAULTS_A_RUN, faults),
} as const satisfies Record<string, (seed: number, url: string) => Promise<void>>;

type Kind = keyof typeof KINDS;

/** How often a kind runs in a round: those in memory take a tenth of a second, those with sockets a whole one. */
const RUNS: Readonly<Record<Kind, number>> = {
  honest: 4,
  rich: 4,
  gate: 8,
  any: 4,
  schedules: 10,
  messages: 1,
  frames: 1,
  folder: 1,
};

function checkOutcome({ texts, storedText, lost, allSaved, idleMessages }: Outcome): void {
  if (new Set([...texts, storedText]).size !== 1) throw new Error('not everybody has the same text');
  if (lost > 0) throw new Error(`${lost} updates that were called saved are lost`);
  if (!allSaved) throw new Error('somebody has unsaved changes although all is well again');
  if (idleMessages > 0) throw new Error(`${idleMessages} messages were sent while nobody did anything`);
}

function readOptions(): { minutes: number; rounds: number; seed: number; kinds: Kind[] } {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: 'Infinity' },
      rounds: { type: 'string', default: 'Infinity' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
      only: { type: 'string' },
    },
  });
  const [minutes, rounds, seed] = [Number(values.minutes), Number(values.rounds), Number(values.seed)];
  const all = Object.keys(KINDS) as Kind[];
  const kinds = values.only === undefined ? all : all.filter((kind) => kind === values.only);
  if (!(minutes > 0 && rounds > 0 && Number.isInteger(seed)) || kinds.length === 0) throw new Error(`Usage: ${USAGE}`);
  return { minutes, rounds, seed, kinds };
}

/** Runs one kind with one seed; false when it failed, which it has said. */
async function runOne(kind: Kind, seed: number, url: string): Promise<boolean> {
  try {
    await KINDS[kind](seed, url);
    return true;
  } catch (error) {
    console.error(error);
    console.error(
      `\n${kind} fails with the seed ${seed}. Again: npm run fuzz -- --only ${kind} --seed ${seed} --rounds 1`,
    );
    return false;
  }
}

async function main(): Promise<void> {
  const { minutes, rounds, seed: first, kinds } = readOptions();
  const server = await startTestServer({ settings: { unloadAfter: 1 } });
  const counts = new Map<Kind, number>();
  const ends = performance.now() + minutes * 60_000;
  let [seed, round, failed] = [first, 0, false];
  let toldAt = performance.now();
  const tell = () => {
    const runs = [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
    console.log(
      `seeds ${first} to ${seed - 1}, no failure: ${runs}; ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MB`,
    );
    if (faults.kinds.size > 0) {
      const kinds = [...faults.kinds].sort().map(([kind, count]) => `${kind} ${count}`);
      console.log(`data folders: ${faults.exact} exact, ${faults.refused} refused (${kinds.join(', ')})`);
    }
  };
  console.log(`Begins with the seed ${first}. Ctrl+C ends it.`);
  for (; !failed && round < rounds && performance.now() < ends; round++) {
    // A replay is one run with the very seed.
    const runs = rounds === 1 && kinds.length === 1 ? 1 : Math.max(...kinds.map((kind) => RUNS[kind]));
    for (let run = 0; run < runs && !failed && performance.now() < ends; run++) {
      for (const kind of kinds) {
        if (run >= RUNS[kind]) continue;
        failed ||= !(await runOne(kind, seed, server.url));
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
      }
      seed += 1;
    }
    if (performance.now() - toldAt > 10_000) {
      toldAt = performance.now();
      tell();
    }
  }
  if (failed) process.exitCode = 1;
  else tell();
  await server.stop();
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
