import { existsSync } from 'node:fs';
import { chromium } from 'playwright';

/** Where Linux distributions and macOS put a Chromium that Playwright can drive. */
const SYSTEM_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
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
 * The Chromium to test with: COSCRIBE_CHROMIUM, else Playwright's own download, else one of the system.
 * @returns {string | null} its path, or null when there is none
 */
export function findChromium() {
  const candidates = [process.env.COSCRIBE_CHROMIUM, chromium.executablePath(), ...SYSTEM_PATHS];
  return candidates.find((path) => path && existsSync(path)) ?? null;
}
