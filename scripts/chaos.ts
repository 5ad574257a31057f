import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ALL_TROUBLES, type ChaosReport, runChaos, type Trouble } from '../server/testing/chaos-harness.ts';
import { type FormattingReport, runFormatting } from '../server/testing/formatting-harness.ts';
import { circumstances, writeReport } from './reliability-page.ts';
import { ROOT } from './source-files.ts';

// `npm run chaos`: makes every kind of trouble for a real server under people who type, and writes what came of it into
// docs/reliability.md. Ends by itself; exit code 1 when anything was lost, doubled or different.

/** Documents of the formatting runs that are open at a time. */
const FORMATTED_TOGETHER = 20;

const USAGE = `npm run chaos -- [--cycles 50] [--minutes N] [--seed S] [--only ${ALL_TROUBLES.join(',')}] [--documents any] [--http] [--dry]
npm run chaos -- --formatting 200 [--seed S] [--dry]
  --documents any  people format what they write
  --http           half of the people have no WebSocket
  --formatting     six people format everything that Yjs has, in this many documents of a seed each, over cuts and restarts
  --minutes  begin no cycle after this many minutes; without --cycles as many as fit
  --seed     makes the same troubles in the same order (not at the same instants)
  --dry      leave docs/reliability.md alone`;

interface Options {
  readonly cycles: number;
  readonly timeLimit: number;
  readonly seed: number;
  readonly troubles: readonly Trouble[];
  readonly kind: 'text' | 'any';
  readonly overHttp: boolean;
  /** How many seeds of formatting to run instead of the troubles; 0 for none. */
  readonly formatting: number;
  readonly dry: boolean;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      cycles: { type: 'string' },
      minutes: { type: 'string' },
      seed: { type: 'string' },
      only: { type: 'string' },
      documents: { type: 'string', default: 'text' },
      formatting: { type: 'string' },
      http: { type: 'boolean', default: false },
      dry: { type: 'boolean', default: false },
    },
  });
  const number = (name: 'cycles' | 'minutes' | 'seed' | 'formatting', otherwise: number) => {
    const value = Number(values[name] ?? otherwise);
    if (Number.isNaN(value) || value < 0) throw new Error(`--${name} must be a number, 0 or more`);
    return value;
  };
  const minutes = number('minutes', Number.POSITIVE_INFINITY);
  const only = values.only?.split(',') ?? ALL_TROUBLES;
  const troubles = ALL_TROUBLES.filter((trouble) => only.includes(trouble));
  if (troubles.length !== only.length) throw new Error(`--only takes some of ${ALL_TROUBLES.join(',')}`);
  if (values.documents !== 'text' && values.documents !== 'any') throw new Error('--documents is text or any');
  return {
    cycles: number('cycles', values.minutes === undefined ? 50 : Number.POSITIVE_INFINITY),
    timeLimit: minutes * 60_000,
    seed: number('seed', Date.now() % 1_000_000),
    troubles,
    kind: values.documents,
    overHttp: values.http,
    formatting: number('formatting', 0),
    dry: values.dry,
  };
}

function command({ seed }: Options, seconds: number): string {
  return `\`npm run chaos -- ${process.argv.slice(2).join(' ') || `--seed ${seed}`}\`, seed ${seed}, ${Math.round(seconds)} s`;
}

const number = (value: number) => value.toLocaleString('en-US');

/** What came of the troubles, as rows. */
function describeChaos(report: ChaosReport): string[] {
  const made = Object.entries(report.made).map(([trouble, times]) => `${trouble} ${times}`);
  return [
    `| cycles | ${report.cycles}: ${made.join(', ')} |`,
    `| edits | ${number(report.edits)} |`,
    `| updates acknowledged | ${number(report.acknowledged)}, looked for ${number(report.checks)} times |`,
    `| lost | ${report.lost} |`,
    `| duplicates | ${report.duplicated} |`,
    `| copies that differ at the end | ${report.diverged} |`,
    `| stops by SIGTERM without exit code 0 | ${report.failedStops} |`,
  ];
}

/** What came of the formatting, as rows. */
function describeFormatting(report: FormattingReport, seeds: number): string[] {
  return [
    `| seeds | ${number(seeds)}, six people each |`,
    `| edits | ${number(report.edits)} |`,
    `| connections cut or taken up again | ${number(report.cuts)} |`,
    `| restarts in the midst of it | SIGKILL ${report.kills}, SIGTERM ${report.stops} |`,
    `| seeds that did not end equal, before or after SIGKILL | ${report.failed.length} |`,
  ];
}

/** Runs the troubles; rows for the page, and whether nothing was wrong. */
async function makeTroubles(options: Options, dataFolder: string): Promise<{ rows: string[]; clean: boolean }> {
  const report = await runChaos({
    ...options,
    people: 12,
    documents: 3,
    pause: 60,
    quiet: 1_500,
    dataFolder,
    onCycle: (line) => console.log(line),
  });
  const clean = report.lost + report.duplicated + report.diverged + report.failedStops === 0;
  return { rows: describeChaos(report), clean };
}

async function format({ seed, formatting }: Options, dataFolder: string): Promise<{ rows: string[]; clean: boolean }> {
  const seeds = Array.from({ length: formatting }, (_, i) => seed + i);
  const onProgress = (line: string) => console.log(line);
  const report = await runFormatting({ seeds, together: FORMATTED_TOGETHER, dataFolder, onProgress });
  for (const line of report.failed) console.error(line);
  return { rows: describeFormatting(report, formatting), clean: report.failed.length === 0 };
}

async function main(): Promise<void> {
  const options = readOptions();
  if (!existsSync(join(ROOT, 'dist/server/main.js'))) throw new Error('There is no build yet: npm run build');
  const dataFolder = await mkdtemp(join(tmpdir(), 'coscribe-chaos-'));
  console.log(`Seed ${options.seed}.`);
  const started = performance.now();
  const { rows, clean } = await (options.formatting > 0 ? format : makeTroubles)(options, dataFolder);
  const table = [...circumstances(command(options, (performance.now() - started) / 1000)), ...rows].join('\n');
  console.log(table);
  const section =
    options.formatting > 0
      ? 'formatting'
      : options.overHttp
        ? 'chaos-http'
        : options.kind === 'any'
          ? 'chaos-any'
          : 'chaos';
  if (!options.dry) writeReport(section, table);
  if (clean) await rm(dataFolder, { recursive: true });
  else console.error(`Not clean. Replay with --seed ${options.seed}; the data is in ${dataFolder}`);
  process.exitCode = clean ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? `${error.message}\n\n${USAGE}` : error);
  process.exitCode = 1;
});
