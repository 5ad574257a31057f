/*
 * Lets the pages open without a network, so that a reload while offline shows the text that is on the device. It answers only
 * for what it can answer truly: pages come from the server whenever it answers, files with a hash in their name never change.
 * The texts themselves are none of its business; they are in the provider's offline copy.
 *
 * install: fetch all files a document needs -> activate: drop the files of older builds -> answer
 */

/** What this worker uses of its global scope and events; TypeScript's own declarations of them exclude those of pages. */
interface WorkerScope {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  addEventListener(
    type: 'install' | 'activate',
    listener: (event: { waitUntil(work: Promise<unknown>): void }) => void,
  ): void;
  addEventListener(
    type: 'fetch',
    listener: (event: { readonly request: Request; respondWith(answer: Promise<Response>): void }) => void,
  ): void;
}

/** The files of this build as paths from the root of the site, put in by vite.config.ts. */
declare const __COSCRIBE_BUILD__: { readonly version: string; readonly files: readonly string[] };

const worker = self as unknown as WorkerScope;
const { version, files } = __COSCRIBE_BUILD__;
/** Where the site begins on its host; several may be on one, and share what a browser keeps for it. */
const ROOT = new URL('.', worker.location.href).pathname;
const CACHES = `coscribe:${ROOT}:`;
const CACHE = CACHES + version;
/** One page serves all documents, so that it is kept once. */
const PAGES = { start: ROOT, document: `${ROOT}d/` } as const;
/** How long a page waits for a server that does not answer before the kept one is shown, in milliseconds. */
const PATIENCE = 4_000;

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(activate()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== worker.location.origin) return;
  if (url.pathname.startsWith(`${ROOT}assets/`)) event.respondWith(file(request));
  else if (request.mode === 'navigate' && url.pathname === PAGES.start) event.respondWith(page(request, PAGES.start));
  else if (request.mode === 'navigate' && url.pathname.startsWith(PAGES.document))
    event.respondWith(page(request, PAGES.document));
});

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll([...files.map((name) => ROOT + name), ...Object.values(PAGES)]);
}

async function activate(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(CACHES) && name !== CACHE).map((name) => caches.delete(name)),
  );
  await worker.clients.claim();
}

/** A file whose name changes with its content: the kept one is as good as the server's. */
async function file(request: Request): Promise<Response> {
  const kept = await caches.match(request.url);
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  if (response.ok) {
    const cache = await caches.open(CACHE);
    await cache.put(request.url, response.clone());
  }
  return response;
}

/** A page as the server has it now; without the server, as it was. */
async function page(request: Request, key: string): Promise<Response> {
  const kept = await caches.match(key);
  if (kept === undefined) return await fetch(request);
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
  } catch {
    return kept;
  }
}
