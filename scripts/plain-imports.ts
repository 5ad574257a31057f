import type { Plugin } from 'vite';

const HELPER_ID = '\0vite/preload-helper.js';

/**
 * Leaves dynamic imports of the module to the browser. Vite wraps them in a helper that preloads what they need, which for one module
 * with a file for every language is nothing: 0.7 kB of it after gzip.
 */
export function plainImports(): Plugin {
  return {
    name: 'plain-imports',
    enforce: 'pre',
    load: (id) => (id === HELPER_ID ? 'export const __vitePreload = (load) => load();' : null),
  };
}
