import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './source-files.ts';

const PAGE = join(ROOT, 'docs/reliability.md');

/** The parts of the page that runs write, each with the last run of its kind. */
export type Section = 'attack' | 'chaos' | 'chaos-any' | 'chaos-http' | 'formatting';

/** The rows that say when, how and where. */
export function circumstances(command: string): string[] {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
  const [cpu] = cpus();
  const machine = `${cpus().length} x ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, ${type()} ${release()}, Node.js ${process.versions.node}`;
  return [
    '| | |',
    '| --- | --- |',
    `| date | ${new Date().toISOString().slice(0, 10)}, commit ${commit} |`,
    `| command | ${command} |`,
    `| machine | ${machine} |`,
  ];
}

/** Puts what a run came to in the place of the run before. */
export function writeReport(section: Section, table: string): void {
  const [begin, end] = [`<!-- ${section}: begin -->`, `<!-- ${section}: end -->`];
  const page = readFileSync(PAGE, 'utf8');
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`docs/reliability.md has lost its marks ${begin}`);
  writeFileSync(PAGE, `${before}${begin}\n\n${table}\n\n${end}${after}`);
}
