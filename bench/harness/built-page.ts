import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'vite';

const PAGE_FOLDER = fileURLToPath(new URL('../browser', import.meta.url));
const MEDIA_TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

/** A page that is alone in its process is told the time in microseconds, others by some browsers in milliseconds. */
const ISOLATED = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** Builds one of the pages in bench/browser. */
export async function buildPage(page: string, outDir: string): Promise<void> {
  await build({
    root: PAGE_FOLDER,
    configFile: false,
    logLevel: 'error',
    worker: { format: 'es' },
    resolve: {
      // The peers have copies of their own; there must be one of each.
      dedupe: ['yjs', 'y-protocols', 'lib0', '@codemirror/state', '@codemirror/view'],
    },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: { polyfill: false },
      rollupOptions: { input: join(PAGE_FOLDER, page) },
    },
  });
}

/** Serves built pages, packed as our own server packs its files. @param text answers `/text?lines=N` */
export async function servePage(
  folder: string,
  text: (lines: number) => string = () => '',
): Promise<{ url: string; stop: () => void }> {
  // Packed once, as a build is: a measurement must not wait for it.
  const packed = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const send = (type: string, content: Buffer) => {
      const body = packed.get(url.href) ?? brotliCompressSync(content);
      packed.set(url.href, body);
      response.writeHead(200, { 'Content-Type': type, 'Content-Encoding': 'br', ...ISOLATED });
      response.end(body);
    };
    if (url.pathname === '/text') {
      send('text/plain; charset=utf-8', Buffer.from(text(Number(url.searchParams.get('lines')))));
      return;
    }
    readFile(join(folder, url.pathname)).then(
      (content) => send(MEDIA_TYPES[extname(url.pathname)] ?? 'application/octet-stream', content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => server.close() };
}
