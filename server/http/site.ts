import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isDocumentName } from '../../protocol/document-name.ts';

/** Assets carry a hash of their content in the name, so a browser may keep them for ever. */
const FOREVER = 'public, max-age=31536000, immutable';

/** Nothing but this server is ever loaded from; CodeMirror makes style elements, hence the one exception. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self' ws: wss:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');

/** Serves the built site from `folder`: the landing page, document pages and their assets. */
export async function serveSite(app: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(join(folder, 'index.html'))) return;
  await app.register(fastifyStatic, {
    root: folder,
    index: false,
    wildcard: false,
    cacheControl: false,
    globIgnore: ['**/.vite/**', '**/*.map'],
    setHeaders: (response, path) => {
      response.setHeader('Cache-Control', path.includes('/assets/') ? FOREVER : 'no-cache');
      response.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
      response.setHeader('X-Content-Type-Options', 'nosniff');
      response.setHeader('Referrer-Policy', 'no-referrer');
    },
  });
  app.get('/', (_request, reply) => reply.sendFile('index.html'));
  // One page shows all documents; the service worker keeps it under the address without a name.
  app.get('/d/', (_request, reply) => reply.sendFile('document.html'));
  app.get<{ Params: { '*': string } }>('/d/*', (request, reply) =>
    isDocumentName(request.params['*']) ? reply.sendFile('document.html') : reply.code(404).sendFile('404.html'),
  );
}

/** Whether a refusal should be a page: somebody looks at it in a browser, and there is a site to show it in. */
export function wantsPage(request: FastifyRequest, reply: FastifyReply): boolean {
  return (
    (request.method === 'GET' || request.method === 'HEAD') &&
    (request.headers.accept ?? '').includes('text/html') &&
    'sendFile' in reply
  );
}
