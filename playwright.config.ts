import { defineConfig } from 'playwright/test';
import { CHROMIUM_ARGS, findTestChromium } from './scripts/chromium.mjs';

const report = process.env['COSCRIBE_TEST_REPORT'];
const executablePath = findTestChromium();

// Browser tests. They run against the built product (`npm test` builds it), each with servers of its own on port 0.
export default defineConfig({
  testDir: 'e2e',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  // Many times what a test takes on an idle machine: one with eight other things to do is as good as any.
  timeout: 240_000,
  expect: { timeout: 60_000 },
  reporter: [
    ['line'],
    ['./scripts/running-tests-playwright.mjs'],
    ...(report === undefined ? [] : [['json', { outputFile: report }] as const]),
  ],
  use: {
    screenshot: 'only-on-failure',
    // It costs a quarter of a visit; where a page has to come without a network, the file says `test.use({ serviceWorkers: 'allow' })`.
    serviceWorkers: 'block',
    launchOptions: { args: CHROMIUM_ARGS, ...(executablePath === null ? {} : { executablePath }) },
  },
});
