import { existsSync } from 'node:fs';
import { run } from './run.mjs';

const PACKAGE_MS = 240_000;

/**
 * What a package is called, by package manager, with the options that it needs.
 * @typedef {Readonly<Record<'apt' | 'dnf' | 'apk' | 'pacman' | 'brew', readonly string[]>>} PackageNames
 */

/**
 * How package managers install, by the command whose presence tells the system.
 * @type {readonly {
 *   name: keyof PackageNames,
 *   command: string,
 *   asRoot: boolean,
 *   steps: (names: readonly string[]) => readonly string[][],
 * }[]}
 */
const PACKAGE_MANAGERS = [
  {
    name: 'apt',
    command: '/usr/bin/apt-get',
    asRoot: true,
    steps: (names) => [
      ['apt-get', 'update', '-q'],
      ['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...names],
    ],
  },
  { name: 'dnf', command: '/usr/bin/dnf', asRoot: true, steps: (names) => [['dnf', 'install', '-y', ...names]] },
  { name: 'apk', command: '/sbin/apk', asRoot: true, steps: (names) => [['apk', 'add', '--no-cache', ...names]] },
  {
    name: 'pacman',
    command: '/usr/bin/pacman',
    asRoot: true,
    steps: (names) => [['pacman', '-S', '--noconfirm', ...names]],
  },
  ...['/opt/homebrew/bin/brew', '/usr/local/bin/brew'].map((command) => ({
    name: /** @type {const} */ ('brew'),
    command,
    asRoot: false,
    steps: (/** @type {readonly string[]} */ names) => [['brew', 'install', ...names]],
  })),
];

/**
 * Installs a package of the system, as root or with a sudo that asks nothing. Never rejects.
 * @param {PackageNames} names
 * @returns {Promise<string>} what the commands printed; whether it worked shows by what is there afterwards
 */
export async function installSystemPackage(names) {
  const manager = PACKAGE_MANAGERS.find(({ command }) => existsSync(command));
  if (manager === undefined) return 'No package manager that is known here.\n';
  const prefix = !manager.asRoot || process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  let output = '';
  for (const step of manager.steps(names[manager.name])) {
    const [command = '', ...args] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', ...step];
    // A failed refresh of the package lists may still leave usable ones behind: go on.
    output += (await run(command, args, { limitMs: PACKAGE_MS })).output;
  }
  return output;
}
