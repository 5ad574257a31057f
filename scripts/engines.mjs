import { existsSync } from 'node:fs';
import { duration } from './run.mjs';
import { installSystemPackage } from './system-package.mjs';

/** Where systems put a Firefox. */
const FIREFOX_PATHS = [
  '/usr/bin/firefox-esr',
  '/usr/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
];

/** Where Linux distributions put the browser that comes with WebKitGTK, its driver, and a screen in memory. */
const WEBKIT_PATHS = {
  browser: [
    '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser',
    '/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser',
    '/usr/libexec/webkit2gtk-4.1/MiniBrowser',
    '/usr/lib/webkit2gtk-4.1/MiniBrowser',
  ],
  driver: ['/usr/bin/WebKitWebDriver'],
  screen: ['/usr/bin/Xvfb'],
};

const FIREFOX_PACKAGES = {
  apt: ['firefox-esr'],
  dnf: ['firefox'],
  apk: ['firefox-esr'],
  pacman: ['firefox'],
  brew: ['--cask', 'firefox'],
};

const WEBKIT_PACKAGES = {
  apt: ['libwebkit2gtk-4.1-0', 'webkit2gtk-driver', 'xvfb'],
  dnf: ['webkit2gtk4.1', 'xorg-x11-server-Xvfb'],
  apk: ['webkit2gtk-4.1', 'xvfb'],
  pacman: ['webkit2gtk-4.1', 'xorg-server-xvfb'],
  brew: ['webkitgtk'],
};

/**
 * The Firefox to test with: COSCRIBE_FIREFOX, else one of the system.
 * @returns {string | null} its path, or null when there is none
 */
export function findFirefox() {
  return [process.env.COSCRIBE_FIREFOX ?? '', ...FIREFOX_PATHS].find((path) => existsSync(path)) ?? null;
}

/**
 * The WebKitGTK of the system.
 * @returns {{ browser: string, driver: string, screen: string } | null} its paths, or null when a part is missing
 */
export function findWebKit() {
  const browser = WEBKIT_PATHS.browser.find((path) => existsSync(path));
  const driver = WEBKIT_PATHS.driver.find((path) => existsSync(path));
  const screen = WEBKIT_PATHS.screen.find((path) => existsSync(path));
  if (browser === undefined || driver === undefined || screen === undefined) return null;
  return { browser, driver, screen };
}

/** Installs Firefox and WebKitGTK where they are missing. Says so when one cannot be had: its tests then fail and say it too. */
export async function ensureEngines() {
  await ensure('Firefox', () => findFirefox() !== null, FIREFOX_PACKAGES);
  await ensure('WebKitGTK', () => findWebKit() !== null, WEBKIT_PACKAGES);
}

/**
 * @param {string} name
 * @param {() => boolean} isThere
 * @param {import('./system-package.mjs').PackageNames} packages
 */
async function ensure(name, isThere, packages) {
  if (isThere()) return;
  const started = performance.now();
  console.error(`Getting ${name} for the tests …`);
  const output = await installSystemPackage(packages);
  if (isThere()) console.error(`Got ${name} in ${duration(performance.now() - started)}.`);
  else console.error(`${output.trimEnd()}\nNo ${name}, and none could be installed.`);
}
