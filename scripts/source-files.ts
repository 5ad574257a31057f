import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceFile } from './architecture.ts';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Every folder with code or tests of ours. */
export const CODE_FOLDERS = ['protocol', 'server', 'web', 'e2e', 'bench', 'scripts', 'docs', 'examples'];

/** Reads the TypeScript and JavaScript files below some folders of the checkout. */
export function readSourceFiles(folders: readonly string[] = CODE_FOLDERS): SourceFile[] {
  return folders
    .filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
    )
    .map((path) => path.split(sep).join('/'))
    .filter((path) => /\.(ts|tsx|mts|mjs|js)$/.test(path) && !path.includes('node_modules/'))
    .sort()
    .map((path) => ({ path, source: readFileSync(join(ROOT, path), 'utf8') }));
}
