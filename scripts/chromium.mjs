import { existsSync } from 'node:fs';
import { chromium } from 'playwright';
import { TOOLS } from './project.mjs';
import { duration, run, runTool, StepFailed } from './run.mjs';
import { installSystemPackage } from './system-package.mjs';

/** Where Linux distributions, macOS and Windows put a Chromium that Playwright can drive. */
const SYSTEM_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Keeps the browser from looking for anything beyond this machine; in containers its own sandbox cannot start. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Where Linux distributions put the headless shell: the same engine without the browser's own windows around it, so that a page
 * opens in a third of the computing time.
 */
const SHELL_PATHS = ['/usr/bin/chromium-headless-shell', '/usr/lib64/chromium-browser/headless_shell'];

/** @returns {string[]} every Chromium on this machine: Playwright's own download, the system's */
function browsers() {
  return [chromium.executablePath(), ...SYSTEM_PATHS].filter((path) => existsSync(path));
}

/** @returns {string[]} what the tests can use, the best first: COSCRIBE_CHROMIUM, a headless shell, any other Chromium */
function candidates() {
  return [process.env.COSCRIBE_CHROMIUM ?? '', ...SHELL_PATHS].filter((path) => existsSync(path)).concat(browsers());
}

/**
 * The Chromium that people use, with its windows: what is measured with.
 * @returns {string | null} its path, or null when there is none
 */
export function findChromium() {
  return [process.env.COSCRIBE_CHROMIUM ?? ''].filter((path) => existsSync(path)).concat(browsers())[0] ?? null;
}

/**
 * The Chromium to test with: COSCRIBE_CHROMIUM, else a headless shell, else Playwright's own download, else one of the system.
 * @returns {string | null} its path, or null when there is none
 */
export function findTestChromium() {
  return candidates()[0] ?? null;
}

/** Where Playwright downloads its browsers from; asked first, so that a closed network costs seconds, not minutes. */
const DOWNLOADS = 'https://cdn.playwright.dev';
const PROBE_MS = 5_000;
const DOWNLOAD_MS = 180_000;

/** The shell is a package of its own in Debian and Fedora only. */
const SHELL_PACKAGE_NAMES = {
  apt: ['chromium-headless-shell'],
  dnf: ['chromium-headless'],
  apk: ['chromium'],
  pacman: ['chromium'],
  brew: ['--cask', 'google-chrome'],
};

const PACKAGE_NAMES = {
  apt: ['chromium'],
  dnf: ['chromium'],
  apk: ['chromium'],
  pacman: ['chromium'],
  brew: ['--cask', 'google-chrome'],
};

/**
 * A Chromium that starts: one that is there, else Playwright's download, else a package of the system.
 * @returns {Promise<string>} its path
 * @throws {StepFailed} when there is none and none could be had
 */
export async function ensureChromium() {
  const started = performance.now();
  const present = await firstThatStarts();
  if (present !== null) return present;

  console.error('Getting a Chromium for the browser tests …');
  let output = '';
  const install = [SHELL_PACKAGE_NAMES, PACKAGE_NAMES].map((names) => () => installSystemPackage(names));
  for (const attempt of [download, ...install]) {
    output += await attempt();
    const path = await firstThatStarts();
    if (path !== null) {
      console.error(`Got ${path} in ${duration(performance.now() - started)}.`);
      return path;
    }
  }
  throw new StepFailed(
    'No Chromium for the browser tests, and none could be installed. Install Chromium or Chrome with your package manager, or set COSCRIBE_CHROMIUM to the path of one, then run npm test again.',
    output,
  );
}

/** A browser that is there may still lack a library, or be a stub that only says how to get the real one. */
async function firstThatStarts() {
  for (const path of candidates()) {
    const { code, output } = await run(path, ['--version', ...CHROMIUM_ARGS], { limitMs: 20_000 });
    if (code === 0 && /chrom|headless/i.test(output)) return path;
  }
  return null;
}

async function download() {
  try {
    await fetch(DOWNLOADS, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) });
  } catch (error) {
    return `${DOWNLOADS} cannot be reached (${error instanceof Error ? error.message : error}).\n`;
  }
  return (await runTool(TOOLS.playwright, ['install', '--no-shell', 'chromium'], { limitMs: DOWNLOAD_MS })).output;
}
