import { defineConfig } from 'playwright/test';
import { CHROMIUM_ARGS, findTestChromium } from './scripts/chromium.mjs';

const executablePath = findTestChromium();

// Browser tests. They run against the built product (`npm test` builds it), each with servers of its own on port 0.
export default defineConfig({
  testDir: 'e2e',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: process.env['COSCRIBE_TEST_REPORT']
    ? [['line'], ['json', { outputFile: process.env['COSCRIBE_TEST_REPORT'] }]]
    : [['line']],
  use: {
    screenshot: 'only-on-failure',
    launchOptions: { args: CHROMIUM_ARGS, ...(executablePath === null ? {} : { executablePath }) },
  },
});
