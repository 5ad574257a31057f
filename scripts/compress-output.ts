import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

/** A step below the best: within one part in a hundred of it, in half the time. */
const BROTLI_QUALITY = 10;

const asGzip = promisify(gzip);
const asBrotli = promisify(brotliCompress);

/** Text that is fetched by address. Pages are made for every request, and typefaces are compressed already. */
const COMPRESSED = /\.(js|css|svg|json)$/;

/** Below this many bytes a packet holds the file as it is. */
const WORTHWHILE = 1_000;

/**
 * Puts packed copies (`x.js.br`, a tenth smaller, and `x.js.gz`) beside every file of a build, so that the server sends them
 * without doing the work each time.
 */
export function compressOutput(): Plugin {
  return {
    name: 'coscribe-compress-output',
    apply: 'build',
    async writeBundle({ dir = '' }, bundle) {
      const write = async (name: string) => {
        const content = await readFile(join(dir, name));
        if (content.length < WORTHWHILE) return;
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
        };
        const [gzipped, brotli] = await Promise.all([asGzip(content, { level: 9 }), asBrotli(content, { params })]);
        await Promise.all([writeFile(join(dir, `${name}.gz`), gzipped), writeFile(join(dir, `${name}.br`), brotli)]);
      };
      await Promise.all(
        Object.keys(bundle)
          .filter((name) => COMPRESSED.test(name) && !name.startsWith('.'))
          .map(write),
      );
    },
  };
}
