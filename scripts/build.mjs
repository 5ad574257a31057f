import './node-version.mjs';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fingerprint } from './freshness.mjs';
import { ensureInstalled } from './install.mjs';
import { ROOT, TOOLS } from './project.mjs';
import { duration, main, runTool, StepFailed } from './run.mjs';

/**
 * What the product consists of. Each is built when its sources differ from those of its last build.
 * `output` is there after a good build; `commands` make it, in order.
 */
const PIECES = {
  server: {
    sources: ['server', 'protocol'],
    output: 'dist/server/main.js',
    commands: [[TOOLS.tsc, '-b', 'protocol', 'server']],
  },
  web: {
    sources: ['web', 'protocol', 'vite.config.ts', 'scripts/compress-output.ts', 'scripts/third-party-notices.ts'],
    output: 'dist/web/.vite/manifest.json',
    commands: [
      [TOOLS.tsc, '-b', 'protocol', 'web'],
      [TOOLS.vite, 'build', '--logLevel', 'warn'],
    ],
  },
  // For other people's pages: modules for their bundlers, and one that needs none.
  parts: {
    sources: [
      'web/editor',
      'web/element',
      'web/provider',
      'web/tsconfig.package.json',
      'protocol',
      'vite.embed.config.ts',
      'scripts/compress-output.ts',
      'scripts/third-party-notices.ts',
    ],
    output: 'dist/embed/coscribe-editor.js',
    commands: [
      [TOOLS.tsc, '-b', 'protocol', 'web/tsconfig.package.json'],
      [TOOLS.vite, 'build', '--config', 'vite.embed.config.ts', '--logLevel', 'error'],
    ],
  },
};

/** Decide about every build: the compiler's settings and the versions of the dependencies. */
const SHARED_SOURCES = ['tsconfig.base.json', 'package.json', 'package-lock.json'];

/** @param {string} path */
const isProduct = (path) => !/\.(test|spec)\.ts$/.test(path) && !path.includes('/testing/');

/**
 * Builds what is missing or stale into dist/; does nothing, quickly, when all is fresh.
 * @param {readonly (keyof typeof PIECES)[]} [names]
 * @throws {StepFailed} when the sources do not build
 */
export async function ensureBuilt(names = ['server', 'web', 'parts']) {
  const started = performance.now();
  const stale = names
    .map((name) => ({
      ...PIECES[name],
      stampFile: join(ROOT, `dist/.built-${name}`),
      wanted: fingerprint(ROOT, [...PIECES[name].sources, ...SHARED_SOURCES], isProduct),
    }))
    .filter(({ stampFile, wanted, output }) => !(isFile(stampFile, wanted) && existsSync(join(ROOT, output))));
  if (stale.length === 0) return false;

  console.error('Building …');
  // One after the other: all compile protocol/ first.
  for (const { commands, output, stampFile, wanted } of stale) {
    // A stamp must never outlive a build that was broken off.
    rmSync(stampFile, { force: true });
    // The compiler trusts its own notes over what is in the folder.
    if (!existsSync(join(ROOT, output))) {
      for (const folder of ['server', 'browser']) {
        rmSync(join(ROOT, `dist/${folder}/tsconfig.tsbuildinfo`), { force: true });
      }
    }
    for (const [tool, ...args] of commands) {
      const ended = await runTool(/** @type {string} */ (tool), args);
      if (ended.code !== 0) throw new StepFailed('The build failed: the lines above say where.', ended.output);
    }
    mkdirSync(join(ROOT, 'dist'), { recursive: true });
    writeFileSync(stampFile, wanted);
  }
  console.error(`Built in ${duration(performance.now() - started)}.`);
  return true;
}

/**
 * @param {string} path
 * @param {string} content
 */
function isFile(path, content) {
  return existsSync(path) && readFileSync(path, 'utf8') === content;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    if (process.argv.includes('--clean')) rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
    await ensureInstalled();
    if (!(await ensureBuilt())) console.error('Already built: dist/ is fresh.');
  });
}
