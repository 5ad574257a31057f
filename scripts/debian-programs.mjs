import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './project.mjs';
import { duration, run } from './run.mjs';

/**
 * Programs that tests need and that come with a service: installed by apt, that would be started on this machine. So their
 * packages are only unpacked, into a folder that disappears with node_modules.
 * @type {Readonly<Record<'caddy' | 'promtool', { debian: string, variable: string }>>}
 */
const PROGRAMS = {
  caddy: { debian: 'caddy', variable: 'COSCRIBE_CADDY' },
  promtool: { debian: 'prometheus', variable: 'COSCRIBE_PROMTOOL' },
};

const FOLDER = join(ROOT, 'node_modules/.cache/debian-programs');

const DOWNLOAD_MS = 240_000;

/** @typedef {keyof typeof PROGRAMS} ProgramName */

/**
 * The program to test with: the one that its variable names, else one of the system, else an unpacked one.
 * @param {ProgramName} name
 * @returns {string} its path
 * @throws {Error} when there is none
 */
export function debianProgram(name) {
  const { debian, variable } = PROGRAMS[name];
  const path = find(name);
  if (path !== null) return path;
  throw new Error(
    `There is no ${name} to test with. \`npm test\` gets Debian's package ${debian} where it may; otherwise set ${variable} to the path of one.`,
  );
}

/** Gets those that are missing. Says so when one cannot be had: the tests that need it then fail and say it too. */
export async function ensureDebianPrograms() {
  for (const name of /** @type {ProgramName[]} */ (Object.keys(PROGRAMS))) {
    if (find(name) !== null) continue;
    const started = performance.now();
    console.error(`Getting ${name} for the tests …`);
    const output = await unpack(PROGRAMS[name].debian);
    const path = find(name);
    if (path === null) console.error(`${output.trimEnd()}\nNo ${name}, and none could be had.`);
    else console.error(`Got ${path} in ${duration(performance.now() - started)}.`);
  }
}

/** @param {ProgramName} name */
function find(name) {
  const folders = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin', join(FOLDER, 'usr/bin')];
  const paths = [process.env[PROGRAMS[name].variable] ?? '', ...folders.map((folder) => join(folder, name))];
  return paths.find((path) => existsSync(path)) ?? null;
}

/**
 * Unpacks a package of Debian without installing it. Never rejects.
 * @param {string} name
 * @returns {Promise<string>} what the commands printed
 */
async function unpack(name) {
  if (!existsSync('/usr/bin/apt-get')) return 'There is no apt-get here.\n';
  const downloads = join(FOLDER, `${name}-download`);
  mkdirSync(downloads, { recursive: true });
  // apt-get puts what it downloads where it runs.
  const download = () => run('env', ['-C', downloads, 'apt-get', 'download', '-q', name], { limitMs: DOWNLOAD_MS });
  const first = await download();
  let { output } = first;
  if (first.code !== 0) {
    // The lists of packages may be missing or old.
    const update = ['apt-get', 'update', '-q'];
    const [command = '', ...args] = process.getuid?.() === 0 ? update : ['sudo', '-n', ...update];
    output += (await run(command, args, { limitMs: DOWNLOAD_MS })).output;
    output += (await download()).output;
  }
  for (const file of readdirSync(downloads)) {
    output += (await run('dpkg-deb', ['-x', join(downloads, file), FOLDER], { limitMs: DOWNLOAD_MS })).output;
  }
  rmSync(downloads, { recursive: true });
  return output;
}
