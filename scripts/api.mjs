import './node-version.mjs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { ROOT } from './project.mjs';
import { duration, main, runTool, StepFailed } from './run.mjs';

const FOLDER = join(ROOT, 'scripts/api');

/**
 * Reads the doc comments of all that the package exports. typedoc needs a TypeScript of its own, so it is installed apart.
 * @param {{ write: boolean }} options whether the pages are written into dist/api, or only what is wrong is found
 */
export async function apiReference({ write }) {
  await ensureInstalled();
  await ensureInstalled(FOLDER);
  return runTool(join(FOLDER, 'node_modules/typedoc/bin/typedoc'), [
    '--options',
    join(FOLDER, 'typedoc.json'),
    '--emit',
    write ? 'docs' : 'none',
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const { code, output, ms } = await apiReference({ write: true });
    if (code !== 0) throw new StepFailed('The API reference was not written: the lines above say why.', output);
    console.log(`Written in ${duration(ms)}: dist/api/index.html`);
  });
}
