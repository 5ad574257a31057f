import { TOOLS } from './project.mjs';
import { runTool } from './run.mjs';

// The checks that need no test runner; `npm run check` and `npm test` both start with them.

/** Types of everything: product, tests, scripts. */
export const types = {
  name: 'types',
  check: () => runTool(TOOLS.tsc, ['-b', '.', 'scripts', '--pretty', 'false']),
};

/** Lint, format and the order of imports. */
export const lint = {
  name: 'lint',
  check: () => runTool(TOOLS.biome, ['check', '--error-on-warnings', '--max-diagnostics=100', '.']),
};
