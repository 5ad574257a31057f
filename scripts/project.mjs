import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout: the folder that holds package.json. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Entry files of the tools, run with this Node.js: no shell, no npx, the same on every system. */
export const TOOLS = {
  attw: join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js'),
  biome: join(ROOT, 'node_modules/@biomejs/biome/bin/biome'),
  playwright: join(ROOT, 'node_modules/playwright/cli.js'),
  publint: join(ROOT, 'node_modules/publint/src/cli.js'),
  tsc: join(ROOT, 'node_modules/typescript/bin/tsc'),
  vite: join(ROOT, 'node_modules/vite/bin/vite.js'),
  vitest: join(ROOT, 'node_modules/vitest/vitest.mjs'),
};
