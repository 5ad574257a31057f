import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedTo, removeFolder, temporaryFolder } from './harness/server-under-test.ts';
import type { Line, MeasuredRow, Row } from './line.ts';
import { LINES } from './lines.ts';
import { printTable, writeResults } from './results.ts';

const LINE_PROCESS = fileURLToPath(new URL('line-process.ts', import.meta.url));

/** The load generator runs here, the servers on core 0. */
const GENERATOR_CORE = 1;

/** No further line begins after this long, in milliseconds. */
const WHOLE_LIMIT = 600_000;

/** Runs a line in a process of its own, within its limit; what it did not bring to an end is a row that says so. */
async function runLine(line: Line): Promise<Row[]> {
  const folder = temporaryFolder();
  const file = join(folder, 'rows.json');
  const [command = '', ...args] = [
    ...pinnedTo(GENERATOR_CORE),
    process.execPath,
    '--import',
    'tsx',
    LINE_PROCESS,
    line.name,
    file,
  ];
  // A group of its own, so that its servers end with it.
  const child = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
    // Whatever it leaves behind when it is ended lies in this folder.
    env: { ...process.env, TMPDIR: folder },
  });
  const endGroup = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // The group is gone already, which is what is wanted.
    }
  };
  const interrupted = () => {
    endGroup();
    process.exit(130);
  };
  process.on('SIGINT', interrupted);
  process.on('SIGTERM', interrupted);
  let timedOut = false;
  const limit = setTimeout(() => {
    timedOut = true;
    endGroup();
  }, line.limit * 1000);
  const [code] = await once(child, 'exit');
  clearTimeout(limit);
  process.off('SIGINT', interrupted);
  process.off('SIGTERM', interrupted);
  endGroup();
  try {
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
    const why = timedOut ? `not done within ${line.limit} s` : `failed (exit code ${code})`;
    return [{ work: line.title, ours: why, peers: '', ratio: '', target: '', met: false }];
  } finally {
    removeFolder(folder);
  }
}

/** How many cores are busy, over one second. */
async function busyCores(): Promise<number> {
  const busy = () => cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  const [from, started] = [busy(), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  return (busy() - from) / (performance.now() - started);
}

const args = process.argv.slice(2);
if (args.includes('--list')) {
  for (const { name, title } of LINES) console.log(`${name.padEnd(14)} ${title}`);
} else {
  const unknown = args.filter((arg) => !LINES.some(({ name }) => name === arg));
  if (unknown.length > 0) {
    console.error(`There is no line called ${unknown.join(', ')}. npm run bench -- --list names them.`);
    process.exit(1);
  }
  const chosen = args.length === 0 ? LINES : LINES.filter(({ name }) => args.includes(name));
  const results = new Map<string, readonly MeasuredRow[]>();
  const started = performance.now();
  for (const line of chosen) {
    if (performance.now() - started > WHOLE_LIMIT) {
      console.error(`${line.name}: not run, ten minutes are over`);
      continue;
    }
    console.error(`${line.name}: ${line.title}`);
    const load = await busyCores();
    results.set(
      line.name,
      (await runLine(line)).map((row) => ({ ...row, load })),
    );
  }
  printTable(results);
  console.error(`Took ${Math.round((performance.now() - started) / 1000)} s.`);
  writeResults(results, chosen.length === LINES.length ? 'npm run bench' : `npm run bench -- ${args.join(' ')}`);
}
