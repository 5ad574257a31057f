import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { send } from '@fastify/send';
import type { FastifyInstance } from 'fastify';

/** For files with a hash of their content in the name: a browser may keep them for ever. */
const FOREVER = 'public, max-age=31536000, immutable';
const HASHED_NAME = /-[\w-]{8}\.\w+$/;

export interface BuiltFilesOptions {
  /** Folder of a build. */
  readonly folder: string;
  /** Which of its files are served, by their paths in it, with slashes. */
  readonly includes: (path: string) => boolean;
  /** The folder in it where the build puts files with a hash in their names. */
  readonly hashedFolder: string;
}

/**
 * Serves the files of a build, each at its own path. Only what is there when the server starts is served, so no path of a
 * request ever reaches the disk. A packed copy that the build put beside a file (`x.js.br`, `x.js.gz`) goes to clients that take it.
 */
export function serveBuiltFiles(app: FastifyInstance, options: BuiltFilesOptions): void {
  const { folder, includes, hashedFolder } = options;
  for (const path of filesIn(folder)) {
    if (/\.(gz|br|map)$/.test(path) || !includes(path)) continue;
    const packings = PACKINGS.filter(({ ending }) => existsSync(join(folder, path + ending)));
    const cacheControl = path.startsWith(`${hashedFolder}/`) && HASHED_NAME.test(path) ? FOREVER : 'no-cache';
    app.get(`/${path}`, async (request, reply) => {
      const packing = packings.find(({ encoding }) => takes(encoding, request.headers['accept-encoding']));
      const file = encodeURI(`/${path}${packing?.ending ?? ''}`);
      const found = await send(request.raw, file, { root: folder, cacheControl: false, dotfiles: 'allow' });
      // Gone since the server started: a newer build may have replaced it.
      if (found.statusCode === 404) return reply.callNotFound();
      // What the name of the copy says about its type is not what the file is.
      const type = packing === undefined ? {} : { 'content-type': typeOf(path) };
      reply.code(found.statusCode).headers({ ...found.headers, ...type, 'cache-control': cacheControl });
      if (packings.length > 0) reply.header('vary', 'Accept-Encoding');
      if (packing !== undefined) reply.header('content-encoding', packing.encoding);
      return reply.send(found.stream);
    });
  }
}

/** How copies are packed, the smaller one first. Browsers take Brotli over https and from their own machine. */
const PACKINGS = [
  { encoding: 'br', ending: '.br' },
  { encoding: 'gzip', ending: '.gz' },
] as const;

/** Only what builds make is packed. */
const TYPES: Readonly<Record<string, string>> = {
  js: 'application/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  json: 'application/json; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
};

function typeOf(path: string): string {
  return TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

/** Whether an Accept-Encoding header lets a packing pass: it is named, or everything is, and not with a weight of zero. */
export function takes(encoding: 'br' | 'gzip', header: string | string[] | undefined): boolean {
  const entries = String(header ?? '')
    .toLowerCase()
    .split(',')
    .map((entry) => entry.split(';').map((part) => part.trim()));
  const entry = entries.find(([name]) => name === encoding) ?? entries.find(([name]) => name === '*');
  if (entry === undefined) return false;
  return !entry.slice(1).some((part) => /^q\s*=\s*0(\.0*)?$/.test(part));
}
