import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const all = ['protocol/**', 'server/**', 'web/**', 'scripts/**', 'docs/**'];
const named = (suffix: string) => all.map((folder) => `${folder}/*.${suffix}.ts`);

/** A machine with eight other things to do is as good as any: what is waited for comes, or it does not. */
const patient = (testTimeout: number) => ({
  testTimeout,
  hookTimeout: testTimeout,
  expect: { poll: { timeout: 60_000 } },
});

// One project a kind of test, told apart by file name (CONTRIBUTING.md): what a test needs decides when it runs.
export default defineConfig({
  test: {
    globalSetup: ['scripts/temporary-folder.ts'],
    // Many tests wait for sockets and processes, so that two at a time pay even on the smallest machine.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'unit',
          // The scripts are plain JavaScript, because they run before anything is installed; so are their tests.
          include: [...all.map((folder) => `${folder}/*.test.ts`), 'scripts/**/*.test.mjs'],
          ...patient(90_000),
          exclude: [...named('fuzz.test'), ...named('disk.test'), ...named('net.test'), '**/node_modules/**'],
        },
      },
      { test: { name: 'fuzz', include: named('fuzz.test'), ...patient(300_000) } },
      { test: { name: 'disk', include: named('disk.test'), ...patient(180_000) } },
      { test: { name: 'net', include: named('net.test'), ...patient(180_000) } },
    ],
  },
});
