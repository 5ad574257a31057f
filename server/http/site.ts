import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isDocumentName } from '../../protocol/document-name.ts';
import { serveBuiltFiles } from './built-files.ts';
import { makeNonce, pagePolicy } from './security-headers.ts';

const PAGES = ['index', 'document', '404', 'error', 'sign-in-failed', 'reference', 'admin'] as const;

/** A page of the site, by the name of its file. */
export type PageName = (typeof PAGES)[number];

/** Stands in a page of the build where its nonce goes. */
const NONCE_PLACEHOLDER = '{nonce}';

/** Begins a path of this site in a page of the build, which is made for a site at the root of its host. */
const SITE_PATH = /\b(href|src|content)="\/(?!\/)/g;

declare module 'fastify' {
  interface FastifyReply {
    /** Answers with a page of the site; null when there is no site. */
    sendPage: ((page: PageName) => FastifyReply) | null;
  }
}

export interface SiteOptions {
  /** Folder of the built site; null serves none. */
  readonly siteFolder: string | null;
  /** What all paths begin with (edge/base-path.ts). */
  readonly basePath: string;
  /** Who may show the pages in a frame, as a policy writes it. */
  readonly frameAncestors: string;
}

/** Serves the built site: the landing page, document pages and their assets. */
export async function serveSite(app: FastifyInstance, options: SiteOptions): Promise<void> {
  const { siteFolder, basePath, frameAncestors } = options;
  if (siteFolder === null || !existsSync(join(siteFolder, 'index.html'))) {
    app.decorateReply('sendPage', null);
    return;
  }
  const read = async (page: PageName) => {
    const html = await readFile(join(siteFolder, `${page}.html`), 'utf8');
    return [page, html.replaceAll(SITE_PATH, (_path, attribute) => `${attribute}="${basePath}/`)] as const;
  };
  const pages = new Map(await Promise.all(PAGES.map(read)));
  app.decorateReply('sendPage', function (this: FastifyReply, page: PageName): FastifyReply {
    const nonce = makeNonce();
    return this.type('text/html; charset=utf-8')
      .header('Cache-Control', 'no-cache')
      .header('Content-Security-Policy', pagePolicy(nonce, this.request.visitor, mayFrame(page, frameAncestors)))
      .send((pages.get(page) ?? '').replaceAll(NONCE_PLACEHOLDER, nonce));
  });
  app.get('/', (request, reply) => {
    // The page's service worker may answer only for what is below the slash.
    if (basePath !== '' && request.originalUrl === basePath) return reply.redirect(`${basePath}/`, 308);
    return reply.sendPage?.('index');
  });
  // One page shows all documents; the service worker keeps it under the address without a name.
  app.get('/d/', (_request, reply) => reply.sendPage?.('document'));
  app.get<{ Params: { '*': string } }>('/d/*', (request, reply) =>
    isDocumentName(request.params['*']) ? reply.sendPage?.('document') : reply.code(404).sendPage?.('404'),
  );
  app.get('/reference', (_request, reply) => reply.sendPage?.('reference'));
  app.get('/404.html', (_request, reply) => reply.code(404).sendPage?.('404'));
  await app.register(async (assets) => {
    assets.addHook('onRequest', async (request, reply) => {
      // The service worker obeys the policy that it came with.
      reply.header('Content-Security-Policy', pagePolicy(null, request.visitor, frameAncestors));
    });
    serveBuiltFiles(assets, {
      folder: siteFolder,
      hashedFolder: 'assets',
      includes: (path) => !path.startsWith('.vite/') && !/^[^/]*\.html$/.test(path),
    });
  });
}

/** Nobody shows the dashboard in a frame, whatever the setting says: a click there can delete a document. */
function mayFrame(page: PageName, frameAncestors: string): string {
  return page === 'admin' ? "'none'" : frameAncestors;
}

/** Answers with a page when somebody looks at it in a browser and there is a site to show it in; null when not. */
export function answerWithPage(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  page: PageName,
): FastifyReply | null {
  const { method, headers } = request;
  const isSeen = (method === 'GET' || method === 'HEAD') && (headers.accept ?? '').includes('text/html');
  if (!isSeen || reply.sendPage === null) return null;
  reply.code(status);
  return reply.sendPage(page);
}
