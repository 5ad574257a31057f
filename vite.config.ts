import { defineConfig } from 'vite';

/** Where `npm run dev` runs the Coscribe server behind Vite's. */
const DEV_SERVER = process.env['COSCRIBE_DEV_SERVER'] ?? 'http://127.0.0.1:1234';

// The site (web/app), built into dist/web, from where the server serves it.
export default defineConfig({
  root: 'web/app',
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: true,
    manifest: true,
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': DEV_SERVER,
      '/sync': { target: DEV_SERVER, ws: true },
    },
  },
});
