import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { serveBuiltFiles } from './built-files.ts';

export interface PartsOptions {
  /** Folder of the built module with `<coscribe-editor>` (vite.embed.config.ts); null serves none. */
  readonly partsFolder: string | null;
}

/**
 * Serves `<coscribe-editor>` to pages of any site: `/coscribe-editor.js`, and below `/coscribe-editor/` the languages that it
 * fetches when they are needed. The files are the same for everybody, so any origin may read them; whether its pages may
 * open documents is another question (edge/origin-policy.ts).
 */
export async function serveParts(app: FastifyInstance, { partsFolder }: PartsOptions): Promise<void> {
  if (partsFolder === null || !existsSync(join(partsFolder, 'coscribe-editor.js'))) return;
  await app.register(async (parts) => {
    parts.addHook('onRequest', async (_request, reply) => {
      // A module from another origin is fetched with CORS; a page that isolates itself asks for the second one.
      reply.headers({ 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' });
    });
    serveBuiltFiles(parts, { folder: partsFolder, hashedFolder: 'coscribe-editor', includes: () => true });
  });
}
