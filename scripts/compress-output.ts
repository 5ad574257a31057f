import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const compress = promisify(gzip);

/** Text that is fetched by address. Pages are made for every request, and typefaces are compressed already. */
const COMPRESSED = /\.(js|css|svg|json)$/;

/** Below this many bytes a packet holds the file as it is. */
const WORTHWHILE = 1_000;

/** Puts a gzipped copy (`x.js.gz`) beside every file of a build, so that the server sends it without doing the work each time. */
export function compressOutput(): Plugin {
  return {
    name: 'coscribe-compress-output',
    apply: 'build',
    async writeBundle({ dir = '' }, bundle) {
      const write = async (name: string) => {
        const content = await readFile(join(dir, name));
        if (content.length < WORTHWHILE) return;
        await writeFile(join(dir, `${name}.gz`), await compress(content, { level: 9 }));
      };
      await Promise.all(
        Object.keys(bundle)
          .filter((name) => COMPRESSED.test(name) && !name.startsWith('.'))
          .map(write),
      );
    },
  };
}
