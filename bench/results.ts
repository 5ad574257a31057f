import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { figure, type MeasuredRow } from './line.ts';
import { LINES } from './lines.ts';

const README = fileURLToPath(new URL('README.md', import.meta.url));
const RESULTS_START = '<!-- results -->';
const RESULTS_END = '<!-- end of results -->';

const HEADER = ['line', 'work', 'ours', 'peers in the same run', 'ratio', 'target', 'met', 'load'] as const;

/** The rows of each line, by its name. */
export type Results = ReadonlyMap<string, readonly MeasuredRow[]>;

function cells(name: string, { work, ours, peers, ratio, target, met, load }: MeasuredRow): string[] {
  return [name, work, ours, peers, ratio, target, met === null ? '' : met ? 'met' : '**not met**', figure(load)];
}

function allCells(results: Results): string[][] {
  return [...results].flatMap(([name, rows]) => rows.map((row) => cells(name, row)));
}

/** Prints the rows as a table for a terminal. */
export function printTable(results: Results): void {
  const table = [[...HEADER], ...allCells(results)];
  const widths = HEADER.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  for (const row of table) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | '));
}

/**
 * Writes the rows into bench/README.md, with when, how and on what they were measured. A run of some lines replaces theirs
 * and leaves those of other runs as they are.
 */
export function writeResults(results: Results, command: string): void {
  const readme = readFileSync(README, 'utf8');
  const start = readme.indexOf(RESULTS_START);
  const end = readme.indexOf(RESULTS_END);
  if (start < 0 || end < start) throw new Error(`${README} has no place for results`);
  const isWhole = command === 'npm run bench';
  const earlier = rowsIn(readme.slice(start, end)).filter((row) => !results.has(nameIn(row)));
  const fresh = allCells(results).map((row) => `| ${row.join(' | ')} |`);
  const section = [
    '',
    `Measured ${new Date().toISOString().slice(0, 10)} with \`${command}\` at ${commit()} on ${machine()}.${isWhole ? '' : ' Rows of other lines are from earlier runs.'}`,
    '',
    `| ${HEADER.join(' | ')} |`,
    `| ${HEADER.map(() => '---').join(' | ')} |`,
    ...(isWhole ? fresh : inOrder([...earlier, ...fresh])),
    '',
  ].join('\n');
  writeFileSync(README, readme.slice(0, start + RESULTS_START.length) + section + readme.slice(end));
}

function rowsIn(section: string): string[] {
  return section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| line |'));
}

/** The name of the line that a row of the table belongs to. */
function nameIn(row: string): string {
  return row.split(' | ')[0]?.slice(2) ?? '';
}

/** Rows in the order of the lines; sorting is stable, so that those of one line stay as they are. */
function inOrder(rows: readonly string[]): string[] {
  const place = (row: string) => LINES.findIndex(({ name }) => name === nameIn(row));
  return [...rows].sort((a, b) => place(a) - place(b));
}

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'an unknown processor';
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${availableParallelism()} cores of ${model}, ${memory} GB, Linux ${release()}, Node.js ${process.version}`;
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'an unknown commit';
  }
}
