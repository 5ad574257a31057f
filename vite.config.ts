import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineConfig, type Plugin, transformWithOxc } from 'vite';
import { compressOutput } from './scripts/compress-output.ts';
import { thirdPartyNotices } from './scripts/third-party-notices.ts';

/** Where `npm run dev` runs the Coscribe server behind Vite's. */
const DEV_SERVER = process.env['COSCRIBE_DEV_SERVER'] ?? 'http://127.0.0.1:1234';

const ROOT = join(import.meta.dirname, 'web/app');
const PAGES = ['index', 'document', '404', 'error', 'sign-in-failed', 'reference', 'admin'];
/** Pages that show what a server says of itself: nobody has a use for them offline. */
const ONLY_ONLINE = ['reference', 'admin'];
const WORKER = 'service-worker';
const EARLY = ['browser-age', 'early-theme', 'early-fonts'].map((name) => join(ROOT, `early/${name}.ts`));
const EARLY_IN_DEV = '/@early.js';

/** Shows in development the pages that the server shows at the same addresses. */
function serverRoutes(): Plugin {
  return {
    name: 'coscribe-server-routes',
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        if (request.url?.startsWith('/d/')) request.url = '/document.html';
        if (request.url === '/reference' || request.url === '/admin') request.url += '.html';
        next();
      });
      return () => {
        server.middlewares.use(async (request, response, next) => {
          const path = new URL(request.url ?? '/', 'http://localhost').pathname;
          if (path === '/' || (path.endsWith('.html') && existsSync(join(ROOT, path)))) return next();
          const page = await readFile(join(ROOT, '404.html'), 'utf8');
          response.writeHead(404, { 'Content-Type': 'text/html' });
          response.end(await server.transformIndexHtml('/404.html', page));
        });
      };
    },
  };
}

/**
 * Puts what is in early/ into the head of every page as one small blocking script. Vite itself only bundles module scripts, and
 * those run after the first paint, and not at all in old browsers.
 */
function earlyScript(): Plugin {
  const compile = async () => {
    const scripts = EARLY.map(async (file) => {
      const { code } = await transformWithOxc(await readFile(file, 'utf8'), file, {
        sourcemap: false,
        target: 'es2015',
      });
      return code;
    });
    return (await Promise.all(scripts)).join('');
  };
  return {
    name: 'coscribe-early-script',
    configureServer(server) {
      server.middlewares.use(EARLY_IN_DEV, async (_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/javascript' });
        response.end(await compile());
      });
    },
    async buildStart() {
      for (const file of EARLY) this.addWatchFile(file);
      if (this.environment.mode === 'build') {
        this.emitFile({ type: 'asset', name: 'early.js', source: await compile() });
      }
    },
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const src = bundle === undefined ? EARLY_IN_DEV : assetPath(bundle, 'early.js');
        return [{ tag: 'script', attrs: { src }, injectTo: 'head-prepend' }];
      },
    },
  };
}

/**
 * Lets every page fetch its typeface together with its styles, so that the first letters are not set twice: but for document
 * pages, which ask for it later on a first visit (theme/late-fonts.ts).
 */
function fontPreload(): Plugin {
  return {
    name: 'coscribe-font-preload',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle, path }) {
        if (bundle === undefined || path === '/document.html') return [];
        const href = assetPath(bundle, 'literata-latin-wght-normal.woff2');
        const attrs = { rel: 'preload', as: 'font', type: 'font/woff2', href, crossorigin: true };
        return [{ tag: 'link', attrs, injectTo: 'head-prepend' }];
      },
    },
  };
}

/**
 * Lets a document page fetch what shows the document together with what connects to it, and after that: the connection is then made
 * while the editor is still on its way.
 */
function partsPreload(): Plugin {
  return {
    name: 'coscribe-parts-preload',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle, path }) {
        if (bundle === undefined || path !== '/document.html') return [];
        const files = new Set<string>();
        const take = (fileName: string) => {
          const chunk = bundle[fileName];
          if (chunk?.type !== 'chunk' || files.has(fileName)) return;
          files.add(fileName);
          for (const imported of chunk.imports) take(imported);
        };
        const parts = Object.values(bundle).find(
          (output) => output.type === 'chunk' && output.facadeModuleId === join(ROOT, 'show-document.ts'),
        );
        if (parts === undefined) throw new Error('show-document.ts is missing from the bundle');
        take(parts.fileName);
        const size = (fileName: string) => {
          const output = bundle[fileName];
          return output?.type === 'chunk' ? output.code.length : 0;
        };
        // The longest first, before what connects too: a browser fetches few at once, and one that begins last is waited for alone.
        return [...files]
          .sort((a, b) => size(b) - size(a))
          .map((fileName) => `/${fileName}`)
          .filter((href) => !html.includes(`"${href}"`))
          .map((href, at) => ({
            tag: 'link',
            attrs: { rel: 'modulepreload', crossorigin: true, href },
            injectTo: at === 0 ? 'head-prepend' : 'head',
          }));
      },
    },
  };
}

/** Where a file of the build is served. */
function assetPath(
  bundle: Readonly<Record<string, { type: string; fileName: string; names?: string[] }>>,
  name: string,
): string {
  const asset = Object.values(bundle).find(({ type, names }) => type === 'asset' && names?.includes(name));
  if (asset === undefined) throw new Error(`${name} is missing from the bundle`);
  return `/${asset.fileName}`;
}

/** Parts of a document page that load later and that somebody offline needs all the same: dialogs, Markdown, search, Latin letters. */
const NEEDED_OFFLINE = [
  /\/web\/app\/(?!(reference|admin)[/.])/,
  /\/web\/editor\/text\/markdown-language\.ts$/,
  /\/web\/editor\/search\/search\.ts$/,
  /\/web\/editor\/code\/typing-help\.ts$/,
];
const FONTS_OFFLINE = /^(literata-latin-wght-(normal|italic)|jetbrains-mono-latin-wght-normal)\.woff2$/;

/** Tells offline/service-worker.ts which files this build consists of. */
function serviceWorkerFiles(): Plugin {
  return {
    name: 'coscribe-service-worker-files',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const files = new Set<string>();
      const modules = Object.values(bundle).map((output) => (output.type === 'chunk' ? output.facadeModuleId : null));
      for (const pattern of NEEDED_OFFLINE) {
        // A file that was moved must not be missing only when somebody is offline.
        if (!modules.some((id) => pattern.test(id ?? ''))) throw new Error(`no part of the build is called ${pattern}`);
      }
      const take = (fileName: string) => {
        const chunk = bundle[fileName];
        if (files.has(fileName) || chunk?.type !== 'chunk' || chunk.name === WORKER) return;
        files.add(fileName);
        for (const imported of chunk.imports) take(imported);
        for (const style of chunk.viteMetadata?.importedCss ?? []) files.add(style);
      };
      for (const output of Object.values(bundle)) {
        if (output.type === 'chunk') {
          const needed = NEEDED_OFFLINE.some((pattern) => pattern.test(output.facadeModuleId ?? ''));
          if ((output.isEntry && !ONLY_ONLINE.includes(output.name)) || needed) take(output.fileName);
        } else if (output.names.some((name) => FONTS_OFFLINE.test(name) || /\.svg$|^early/.test(name))) {
          files.add(output.fileName);
        }
      }
      const worker = bundle[`${WORKER}.js`];
      if (worker?.type !== 'chunk') throw new Error('the service worker is missing from the bundle');
      const list = [...files].sort();
      const version = createHash('sha256').update(list.join('\n')).digest('hex').slice(0, 12);
      worker.code = worker.code.replaceAll('__COSCRIBE_BUILD__', `(${JSON.stringify({ version, files: list })})`);
    },
  };
}

// The site (web/app), built into dist/web, from where the server serves it.
export default defineConfig({
  root: 'web/app',
  appType: 'mpa',
  // The server may be below a path of its host, which it writes into the pages; what they load finds the rest by itself.
  experimental: { renderBuiltUrl: (_file, { hostType }) => (hostType === 'html' ? undefined : { relative: true }) },
  plugins: [
    serverRoutes(),
    fontPreload(),
    partsPreload(),
    earlyScript(),
    serviceWorkerFiles(),
    thirdPartyNotices(),
    compressOutput(),
  ],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: true,
    manifest: true,
    // Files stay files: the site's policy does not allow data: fonts, and a file can be cached.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        ...Object.fromEntries(PAGES.map((page) => [page, join(ROOT, `${page}.html`)])),
        [WORKER]: join(ROOT, 'offline/service-worker.ts'),
      },
      output: {
        // A service worker answers for the folder it is in and below, and has one name for ever.
        entryFileNames: ({ name }) => (name === WORKER ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      // With the host that the browser asked for: the server lets in pages of its own origin only.
      '/api': { target: DEV_SERVER, changeOrigin: false },
      '/auth': { target: DEV_SERVER, changeOrigin: false },
      '/sync': { target: DEV_SERVER, changeOrigin: false, ws: true },
    },
  },
});
