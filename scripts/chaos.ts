import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ALL_TROUBLES, type ChaosReport, runChaos, type Trouble } from '../server/testing/chaos-harness.ts';
import { ROOT } from './source-files.ts';

// `npm run chaos`: makes every kind of trouble for a real server under people who type, and writes what came of it into
// docs/reliability.md. Ends by itself; exit code 1 when anything was lost, doubled or different.

const PAGE = join(ROOT, 'docs/reliability.md');
const [BEGIN, END] = ['<!-- chaos: begin -->', '<!-- chaos: end -->'];

const USAGE = `npm run chaos -- [--cycles 50] [--minutes N] [--seed S] [--only ${ALL_TROUBLES.join(',')}] [--dry]
  --minutes  begin no cycle after this many minutes; without --cycles as many as fit
  --seed     makes the same troubles in the same order (not at the same instants)
  --dry      leave docs/reliability.md alone`;

interface Options {
  readonly cycles: number;
  readonly timeLimit: number;
  readonly seed: number;
  readonly troubles: readonly Trouble[];
  readonly dry: boolean;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      cycles: { type: 'string' },
      minutes: { type: 'string' },
      seed: { type: 'string' },
      only: { type: 'string' },
      dry: { type: 'boolean', default: false },
    },
  });
  const number = (name: 'cycles' | 'minutes' | 'seed', otherwise: number) => {
    const value = Number(values[name] ?? otherwise);
    if (Number.isNaN(value) || value < 0) throw new Error(`--${name} must be a number, 0 or more`);
    return value;
  };
  const minutes = number('minutes', Number.POSITIVE_INFINITY);
  const only = values.only?.split(',') ?? ALL_TROUBLES;
  const troubles = ALL_TROUBLES.filter((trouble) => only.includes(trouble));
  if (troubles.length !== only.length) throw new Error(`--only takes some of ${ALL_TROUBLES.join(',')}`);
  return {
    cycles: number('cycles', values.minutes === undefined ? 50 : Number.POSITIVE_INFINITY),
    timeLimit: minutes * 60_000,
    seed: number('seed', Date.now() % 1_000_000),
    troubles,
    dry: values.dry,
  };
}

/** The report as it stands on the page. */
function describe(report: ChaosReport, { seed }: Options, seconds: number): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
  const [cpu] = cpus();
  const machine = `${cpus().length} x ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, ${type()} ${release()}, Node.js ${process.versions.node}`;
  const made = Object.entries(report.made).map(([trouble, times]) => `${trouble} ${times}`);
  const number = (value: number) => value.toLocaleString('en-US');
  return [
    '| | |',
    '| --- | --- |',
    `| date | ${new Date().toISOString().slice(0, 10)}, commit ${commit} |`,
    `| command | \`npm run chaos -- ${process.argv.slice(2).join(' ') || `--seed ${seed}`}\`, seed ${seed}, ${Math.round(seconds)} s |`,
    `| machine | ${machine} |`,
    `| cycles | ${report.cycles}: ${made.join(', ')} |`,
    `| edits | ${number(report.edits)} |`,
    `| updates acknowledged | ${number(report.acknowledged)}, looked for ${number(report.checks)} times |`,
    `| lost | ${report.lost} |`,
    `| duplicates | ${report.duplicated} |`,
    `| copies that differ at the end | ${report.diverged} |`,
    `| stops by SIGTERM without exit code 0 | ${report.failedStops} |`,
  ].join('\n');
}

function writeReport(table: string): void {
  const page = readFileSync(PAGE, 'utf8');
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${PAGE} lacks ${BEGIN} or ${END}`);
  writeFileSync(PAGE, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`);
}

async function main(): Promise<void> {
  const options = readOptions();
  if (!existsSync(join(ROOT, 'dist/server/main.js'))) throw new Error('There is no build yet: npm run build');
  const dataFolder = await mkdtemp(join(tmpdir(), 'coscribe-chaos-'));
  console.log(`Seed ${options.seed}.`);
  const started = performance.now();
  const report = await runChaos({
    ...options,
    people: 12,
    documents: 3,
    pause: 60,
    quiet: 1_500,
    dataFolder,
    onCycle: (line) => console.log(line),
  });
  const table = describe(report, options, (performance.now() - started) / 1000);
  console.log(table);
  if (!options.dry) writeReport(table);
  const clean = report.lost + report.duplicated + report.diverged + report.failedStops === 0;
  if (clean) await rm(dataFolder, { recursive: true });
  else console.error(`Not clean. Replay with --seed ${options.seed}; the data is in ${dataFolder}`);
  process.exitCode = clean ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? `${error.message}\n\n${USAGE}` : error);
  process.exitCode = 1;
});
