import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { HostSite } from '../host-page.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** The versions that are tested, by package. */
export const VERSIONS: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(`${FOLDER}package.json`, 'utf8'),
).dependencies;

/** Bundles the pages with these names and serves them from memory. */
export async function openSite(pages: readonly string[]): Promise<HostSite> {
  const { outputFiles } = await build({
    entryPoints: pages.map((page) => `${FOLDER}pages/${page}.mjs`),
    bundle: true,
    format: 'esm',
    // Esbuild names the files after it; nothing is written.
    outdir: FOLDER,
    write: false,
    loader: { '.ttf': 'dataurl', '.woff': 'dataurl', '.woff2': 'dataurl' },
    logLevel: 'error',
  });
  const site = await HostSite.open();
  const styled = new Set<string>();
  for (const { path, text } of outputFiles) {
    site.put(`/${basename(path)}`, text);
    if (extname(path) === '.css') styled.add(basename(path, '.css'));
  }
  for (const page of pages) {
    const style = styled.has(page) ? `<link rel="stylesheet" href="/${page}.css">` : '';
    site.put(
      `/${page}.html`,
      `<!doctype html><title>${page}</title>${style}<style>main { height: 400px }</style><main></main>` +
        `<script type="module" src="/${page}.js"></script>`,
    );
  }
  return site;
}
