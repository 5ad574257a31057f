import './node-version.mjs';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { lint, types } from './checks.mjs';
import { ensureInstalled } from './install.mjs';
import { ROOT, TOOLS } from './project.mjs';
import { duration, main, runTool, StepFailed } from './run.mjs';
import { describeRunningTests, RUNNING_TESTS_VARIABLE } from './running-tests.mjs';
import {
  countPlaywright,
  countsLine,
  countVitest,
  failuresOfPlaywright,
  failuresOfVitest,
  sum,
  withExitCode,
} from './test-report.mjs';

/** The kinds of tests, in the order they run: what fails fastest first. */
const PARTS = ['unit', 'fuzz', 'disk', 'net', 'e2e'];

/** A part that takes longer hangs: many times what it takes, also on a machine that has other things to do. */
const PART_LIMIT_MS = 40 * 60_000;

const RUNNING_TESTS_REPORTER = join(ROOT, 'scripts/running-tests-vitest.mjs');

/** Real editing sessions, where a folder beside the checkout has them; without them the tests make their own. */
const TRACES = join(ROOT, '../shared/traces');

/**
 * `npm test -- [part …] [what the runner understands: a file filter, -t or -g and a title]`
 * @param {readonly string[]} args
 */
function parse(args) {
  const isPart = (/** @type {string} */ arg) => PARTS.includes(arg);
  const firstOther = args.findIndex((arg) => !isPart(arg));
  const parts = firstOther === -1 ? [...args] : args.slice(0, firstOther);
  const rest = firstOther === -1 ? [] : args.slice(firstOther);
  if (rest.length > 0 && parts.length === 0) {
    throw new StepFailed(
      `"${rest[0]}" is not a part of the tests. Say which first: npm test -- ${PARTS.join('|')} [filter]`,
    );
  }
  return { whole: parts.length === 0, parts: parts.length === 0 ? PARTS : parts, rest };
}

/**
 * Runs one part with its output in the open.
 * @param {string} part
 * @param {readonly string[]} rest for the runner
 * @param {NodeJS.ProcessEnv} env
 * @param {string} folder for what the runner reports
 */
async function runPart(part, rest, env, folder) {
  const reportFile = join(folder, `${part}.json`);
  const runningFile = join(folder, `${part}-running.json`);
  console.log(`\n── ${part}`);
  const isBrowser = part === 'e2e';
  const args = isBrowser
    ? ['test', '--pass-with-no-tests', ...rest]
    : [
        'run',
        '--project',
        part,
        '--passWithNoTests',
        '--reporter=default',
        '--reporter=json',
        `--reporter=${RUNNING_TESTS_REPORTER}`,
        `--outputFile=${reportFile}`,
        ...rest,
      ];
  const { code, ms, timedOut } = await runTool(isBrowser ? TOOLS.playwright : TOOLS.vitest, args, {
    show: true,
    limitMs: PART_LIMIT_MS,
    env: {
      ...env,
      [RUNNING_TESTS_VARIABLE]: runningFile,
      ...(isBrowser ? { COSCRIBE_TEST_REPORT: reportFile } : {}),
    },
  });
  if (timedOut) {
    console.log(`${part} was ended after ${duration(ms)}: something hangs.`);
    console.log(existsSync(runningFile) ? describeRunningTests(runningFile) : 'Its runner did not even begin.');
  }
  const report = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, 'utf8')) : null;
  const none = { passed: 0, failed: 0, skipped: 0 };
  const counts = report === null ? none : isBrowser ? countPlaywright(report) : countVitest(report);
  const failures = report === null ? [] : isBrowser ? failuresOfPlaywright(report) : failuresOfVitest(report);
  return { part, ms, counts: withExitCode(counts, code), failures };
}

await main(async () => {
  const { whole, parts, rest } = parse(process.argv.slice(2));
  await ensureInstalled();
  await ensureBuilt();

  /** @type {NodeJS.ProcessEnv} */
  const env = {};
  if (parts.includes('e2e')) {
    const { ensureChromium } = await import('./chromium.mjs');
    env.COSCRIBE_CHROMIUM = await ensureChromium();
    const { ensureEngines } = await import('./engines.mjs');
    await ensureEngines();
    await ensureInstalled(join(ROOT, 'e2e/other-editors'));
  }
  if (parts.includes('net')) {
    const { ensureNginx } = await import('./nginx.mjs');
    await ensureNginx();
    const { ensureDebianPrograms } = await import('./debian-programs.mjs');
    await ensureDebianPrograms();
  }
  if (process.env.COSCRIBE_TRACES === undefined && existsSync(TRACES)) env.COSCRIBE_TRACES = TRACES;

  const results = [];
  if (whole) {
    for (const { name, check } of [types, lint]) {
      console.log(`── ${name}`);
      const { code, output, ms } = await check();
      if (code !== 0) console.log(output.trimEnd());
      results.push({ part: name, ms, counts: { passed: 0, failed: code === 0 ? 0 : 1, skipped: 0 }, failures: [] });
    }
  }
  const reports = mkdtempSync(join(tmpdir(), 'coscribe-test-'));
  try {
    for (const part of parts) results.push(await runPart(part, rest, env, reports));
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }

  const all = sum(results.map(({ counts }) => counts));
  console.log('\n── summary');
  for (const { part, ms, counts } of results) {
    const words =
      part === types.name || part === lint.name ? (counts.failed === 0 ? 'fine' : 'FAILED') : countsLine(counts);
    console.log(`${part.padEnd(6)} ${duration(ms).padStart(12)}  ${words}`);
  }
  // Once more: of a long output often only the end is kept.
  for (const failure of results.flatMap(({ failures }) => failures)) console.log(`\nFAILED ${failure}`);
  if (all.passed + all.failed === 0) console.log('Not a single test ran.');
  console.log(countsLine(all));
  if (all.failed > 0 || all.passed === 0) process.exitCode = 1;
});
