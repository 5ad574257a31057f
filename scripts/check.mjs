import './node-version.mjs';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAdvisories } from './advisories.mjs';
import { apiReference } from './api.mjs';
import { BUDGET_BYTES, EMBED_BUDGET_BYTES, measureEmbed, measurePage } from './budget.mjs';
import { ensureBuilt } from './build.mjs';
import { lint, types } from './checks.mjs';
import { ensureInstalled, npm } from './install.mjs';
import { ROOT, TOOLS } from './project.mjs';
import { duration, main, runTool, StepFailed } from './run.mjs';

/** Many times what the unit tests take, also on a machine that has other things to do. */
const UNIT_LIMIT_MS = 20 * 60_000;

/** Unit tests without the long seeded ones; the architecture, the spec and the other checks of documents are among them. */
const unit = {
  name: 'unit',
  check: async () => {
    const ended = await runTool(TOOLS.vitest, ['run', '--project', 'unit', '--reporter=dot'], {
      limitMs: UNIT_LIMIT_MS,
    });
    const counts = /^\s*Tests\s+(.*)$/m.exec(ended.output)?.[1];
    return { ...ended, note: ended.timedOut ? 'something hangs: ended by the time limit' : counts };
  },
};

/** Sizes of the script that a document page needs, and of the module for other people's pages. */
const budget = {
  name: 'budget',
  check: async () => {
    const started = performance.now();
    let output = '';
    let note;
    let code = 1;
    try {
      await ensureBuilt(['web', 'parts']);
      const { files, total } = measurePage(join(ROOT, 'dist/web'));
      const embed = measureEmbed(join(ROOT, 'dist/embed'));
      note =
        `${kilobytes(total)} of ${kilobytes(BUDGET_BYTES)} gzipped script on a document page, ` +
        `${kilobytes(embed)} of ${kilobytes(EMBED_BUDGET_BYTES)} in the module`;
      code = total <= BUDGET_BYTES && embed <= EMBED_BUDGET_BYTES ? 0 : 1;
      output = files.map(({ file, bytes }) => `${kilobytes(bytes).padStart(9)}  ${file}`).join('\n');
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      output = `${error instanceof StepFailed ? error.output : ''}\n${error.message}`;
    }
    return { code, output, note, ms: performance.now() - started };
  },
};

/** The package as `npm pack` makes it: whether its manifest and its types hold. */
const packaged = {
  name: 'package',
  check: async () => {
    const started = performance.now();
    const folder = mkdtempSync(join(tmpdir(), 'coscribe-package-'));
    try {
      await ensureBuilt();
      const packing = await npm(['pack', '--ignore-scripts', '--pack-destination', folder, ROOT]);
      const tarball = join(folder, readdirSync(folder)[0] ?? '');
      const steps = [
        () => runTool(TOOLS.publint, ['run', tarball, '--strict']),
        () => runTool(TOOLS.attw, [tarball, '--profile', 'esm-only']),
      ];
      let { code, output } = packing;
      for (const step of steps) if (code === 0) ({ code, output } = await step());
      return { code, output, ms: performance.now() - started };
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      return { code: 1, output: `${error.output}\n${error.message}`, ms: performance.now() - started };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Whether every exported name has a comment, and all that comments refer to exists. */
const api = { name: 'api', check: () => apiReference({ write: false }) };

/** Whether the registry knows an advisory against a package that ships. Not every registry tells. */
const advisories = {
  name: 'advisories',
  check: async () => {
    const { output, ms } = await npm(['audit', '--prefix', ROOT, '--omit=dev', '--json', '--loglevel=silent']);
    const found = readAdvisories(output);
    if (found === null) return { code: 0, output, ms, note: 'not checked: the registry does not tell' };
    return { code: found.length === 0 ? 0 : 1, output: found.join('\n'), ms, note: `${found.length} known` };
  },
};

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

await main(async () => {
  const started = performance.now();
  await ensureInstalled();
  const failed = [];
  for (const { name, check } of [types, lint, unit, budget, packaged, api, advisories]) {
    const { code, output, ms, note } = { note: undefined, ...(await check()) };
    console.log(`${code === 0 ? '✓' : '✗'} ${name.padEnd(10)} ${duration(ms).padStart(8)}  ${note ?? ''}`.trimEnd());
    if (code === 0) continue;
    failed.push(name);
    console.log(`${output.trim()}\n`);
  }
  if (failed.length > 0)
    throw new StepFailed(`Failed after ${duration(performance.now() - started)}: ${failed.join(', ')}`);
  console.log(`All fine in ${duration(performance.now() - started)}.`);
});
