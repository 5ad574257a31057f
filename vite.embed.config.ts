import { defineConfig } from 'vite';
import { compressOutput } from './scripts/compress-output.ts';
import { plainImports } from './scripts/plain-imports.ts';
import { plainLogging } from './scripts/plain-logging.ts';
import { thirdPartyNotices } from './scripts/third-party-notices.ts';

// The element as one module for a plain <script type="module">, with a file for every language beside it.
export default defineConfig({
  publicDir: false,
  plugins: [plainLogging(), plainImports(), thirdPartyNotices('coscribe-editor/'), compressOutput()],
  build: {
    outDir: 'dist/embed',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    modulePreload: false,
    rolldownOptions: {
      input: { 'coscribe-editor': 'web/element/self-contained.ts' },
      // The exports of the module may gain some for the languages, so that no second file is needed for them.
      preserveEntrySignatures: 'allow-extension',
      // Yjs brings lib0's logging, that its DOM functions, and those schemas that nothing uses: 2 kB.
      treeshake: { manualPureFunctions: ['$'] },
      output: { entryFileNames: '[name].js', chunkFileNames: 'coscribe-editor/[name]-[hash].js' },
    },
  },
});
