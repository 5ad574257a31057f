import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const EXAMPLES = join(ROOT, 'examples');
const TEXT = /\.(html|js|mjs|ts|tsx|vue|css|json)$/;

/** Copies of the examples as a stranger would have them: each in a folder of its own, with the packages that it declares. */
export class ExampleCopies {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(): Promise<ExampleCopies> {
    return new ExampleCopies(await mkdtemp(join(tmpdir(), 'coscribe-examples-')));
  }

  /** Where the finished pages are, each example's in a folder of its name. */
  get site(): string {
    return join(this.#folder, 'site');
  }

  /**
   * Copies an example, with other addresses in its sources. In place of an installation the packages that it declares, and no
   * others, are links to those of the checkout; `coscribe` is the checkout itself.
   * @returns the folder of the copy
   */
  async copy(name: string, addresses: Readonly<Record<string, string>> = {}): Promise<string> {
    const folder = join(this.#folder, name);
    await cp(join(EXAMPLES, name), folder, {
      recursive: true,
      filter: (path) => !/\/(node_modules|dist|coscribe-data)$/.test(path),
    });
    for (const path of await readdir(folder, { recursive: true })) {
      if (!TEXT.test(path)) continue;
      const source = await readFile(join(folder, path), 'utf8');
      await writeFile(join(folder, path), replaced(source, addresses));
    }
    for (const dependency of await dependenciesOf(folder)) {
      const link = join(folder, 'node_modules', dependency);
      await mkdir(dirname(link), { recursive: true });
      await symlink(dependency === 'coscribe' ? ROOT : join(ROOT, 'node_modules', dependency), link);
    }
    return folder;
  }

  /** Puts an example into the site as it is: there is nothing to build. */
  async publish(name: string, addresses: Readonly<Record<string, string>>): Promise<void> {
    await cp(await this.copy(name, addresses), join(this.site, name), { recursive: true });
  }

  /**
   * Builds an example with Vite and its own settings, and puts the result into the site. Not for production: React mounts twice
   * in strict mode only while one develops.
   */
  async build(name: string, addresses: Readonly<Record<string, string>>): Promise<void> {
    await build({
      root: await this.copy(name, addresses),
      base: './',
      mode: 'development',
      logLevel: 'warn',
      define: { 'process.env.NODE_ENV': '"development"' },
      build: { outDir: join(this.site, name), emptyOutDir: true, minify: false, chunkSizeWarningLimit: 10_000 },
    });
  }

  /** Puts the finished pages of an example into the site once more, with other addresses. */
  async republish(name: string, as: string, addresses: Readonly<Record<string, string>>): Promise<void> {
    const folder = join(this.site, as);
    await cp(join(this.site, name), folder, { recursive: true });
    for (const path of await readdir(folder, { recursive: true })) {
      if (!TEXT.test(path)) continue;
      const source = await readFile(join(folder, path), 'utf8');
      await writeFile(join(folder, path), replaced(source, addresses));
    }
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function dependenciesOf(folder: string): Promise<string[]> {
  const files = await readdir(folder);
  if (!files.includes('package.json')) return [];
  const { dependencies = {}, devDependencies = {} } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  return Object.keys({ ...dependencies, ...devDependencies });
}

function replaced(source: string, addresses: Readonly<Record<string, string>>): string {
  return Object.entries(addresses).reduce((text, [from, to]) => text.replaceAll(from, to), source);
}
