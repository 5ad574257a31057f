import './node-version.mjs';
import { join } from 'node:path';
import { BUDGET_BYTES, measurePage } from './budget.mjs';
import { ensureBuilt } from './build.mjs';
import { lint, types } from './checks.mjs';
import { ensureInstalled } from './install.mjs';
import { ROOT, TOOLS } from './project.mjs';
import { duration, main, runTool, StepFailed } from './run.mjs';

/** Unit tests without the long seeded ones; the architecture, the spec and the other checks of documents are among them. */
const unit = {
  name: 'unit',
  check: async () => {
    const ended = await runTool(TOOLS.vitest, ['run', '--project', 'unit', '--reporter=dot'], { limitMs: 300_000 });
    const counts = /^\s*Tests\s+(.*)$/m.exec(ended.output)?.[1];
    return { ...ended, note: ended.timedOut ? 'something hangs: ended by the time limit' : counts };
  },
};

/** Size of the script that a document page needs. */
const budget = {
  name: 'budget',
  check: async () => {
    const started = performance.now();
    let output = '';
    let note;
    let code = 1;
    try {
      await ensureBuilt(['web']);
      const { files, total } = measurePage(join(ROOT, 'dist/web'));
      note = `${kilobytes(total)} of ${kilobytes(BUDGET_BYTES)} gzipped script on a document page`;
      code = total <= BUDGET_BYTES ? 0 : 1;
      output = files.map(({ file, bytes }) => `${kilobytes(bytes).padStart(9)}  ${file}`).join('\n');
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      output = `${error instanceof StepFailed ? error.output : ''}\n${error.message}`;
    }
    return { code, output, note, ms: performance.now() - started };
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
  for (const { name, check } of [types, lint, unit, budget]) {
    const { code, output, ms, note } = { note: undefined, ...(await check()) };
    console.log(`${code === 0 ? '✓' : '✗'} ${name.padEnd(7)} ${duration(ms).padStart(8)}  ${note ?? ''}`.trimEnd());
    if (code === 0) continue;
    failed.push(name);
    console.log(`${output.trim()}\n`);
  }
  if (failed.length > 0)
    throw new StepFailed(`Failed after ${duration(performance.now() - started)}: ${failed.join(', ')}`);
  console.log(`All fine in ${duration(performance.now() - started)}.`);
});
