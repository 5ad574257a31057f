import { existsSync } from 'node:fs';
import { duration } from './run.mjs';
import { installSystemPackage } from './system-package.mjs';

/** Where systems put nginx; the folders are often not in a user's PATH. */
const PATHS = [
  '/usr/sbin/nginx',
  '/usr/bin/nginx',
  '/usr/local/sbin/nginx',
  '/usr/local/bin/nginx',
  '/opt/homebrew/bin/nginx',
];

const PACKAGE_NAMES = { apt: ['nginx'], dnf: ['nginx'], apk: ['nginx'], pacman: ['nginx'], brew: ['nginx'] };

/**
 * The nginx to test behind: COSCRIBE_NGINX, else one of the system.
 * @returns {string | null} its path, or null when there is none
 */
export function findNginx() {
  return [process.env.COSCRIBE_NGINX ?? '', ...PATHS].find((path) => existsSync(path)) ?? null;
}

/** Installs nginx where there is none. Says so when it cannot be had: the tests that need it then fail and say it too. */
export async function ensureNginx() {
  if (findNginx() !== null) return;
  const started = performance.now();
  console.error('Getting an nginx for the tests behind a proxy …');
  const output = await installSystemPackage(PACKAGE_NAMES);
  const path = findNginx();
  if (path === null) console.error(`${output.trimEnd()}\nNo nginx, and none could be installed.`);
  else console.error(`Got ${path} in ${duration(performance.now() - started)}.`);
}
