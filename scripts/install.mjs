import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './project.mjs';
import { duration, run, StepFailed } from './run.mjs';

/** Inside node_modules, so that it disappears with what it speaks of. */
const STAMP = 'node_modules/.coscribe-installed';

/**
 * Installs the dependencies with `npm ci` when they are missing, when package-lock.json changed since, or when the
 * folder came from another kind of machine (some packages are native). Otherwise reads one file and returns.
 * @param {string} [root] the checkout
 * @throws {StepFailed} when npm fails
 */
export async function ensureInstalled(root = ROOT) {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const wanted = installStamp(lock);
  const stampFile = join(root, STAMP);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return;

  // Somebody who ran npm by hand needs no second installation.
  const installedFile = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(stampFile) && existsSync(installedFile) && covers(readFileSync(installedFile, 'utf8'), lock)) {
    writeFileSync(stampFile, wanted);
    return;
  }

  console.error('Installing dependencies …');
  const { code, output, ms } = await npm(['ci', '--prefix', root, '--include=dev', '--no-audit', '--no-fund']);
  if (code !== 0) {
    const cure = output.includes('EUSAGE')
      ? 'package-lock.json does not fit package.json: a maintainer has to run npm install and commit the lock file.'
      : 'Check that the npm registry can be reached (npm ping), then run the command again.';
    throw new StepFailed(`The dependencies could not be installed; npm said why above. ${cure}`, output);
  }
  writeFileSync(stampFile, wanted);
  console.error(`Installed in ${duration(ms)}.`);
}

/**
 * What an installation depends on.
 * @param {string} lock text of package-lock.json
 */
export function installStamp(lock) {
  return `${process.platform}-${process.arch} ${createHash('sha256').update(lock).digest('hex')}\n`;
}

/**
 * Whether what npm says it installed is all that the lock file asks for. Optional packages may be missing: they are
 * for other systems.
 * @param {string} installed text of node_modules/.package-lock.json
 * @param {string} lock text of package-lock.json
 */
export function covers(installed, lock) {
  const have = JSON.parse(installed).packages;
  return Object.entries(JSON.parse(lock).packages).every(
    ([path, wanted]) => path === '' || wanted.optional || have[path]?.version === wanted.version,
  );
}

/**
 * The npm that runs this script, or the one on the path.
 * @param {readonly string[]} args
 */
export function npm(args) {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('npm-cli.js')) return run(process.execPath, [cli, ...args]);
  return process.platform === 'win32' ? run('cmd.exe', ['/d', '/c', 'npm', ...args]) : run('npm', args);
}
