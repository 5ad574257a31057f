import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** Folders that are made, hidden, or belong to packages. */
const NOT_OURS = new Set(['node_modules', 'dist', 'coscribe-data', 'test-results']);

/** The folders of the block under "## Folders", each by its path from the checkout: indentation says what lies in what. */
function namedFolders(): string[] {
  const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  const block = page.slice(page.indexOf('## Folders'), page.indexOf('Imports run one way'));
  const parents: string[] = [];
  return block
    .split('\n')
    .filter((line) => /^ {4,}[a-z]/.test(line))
    .flatMap((line) => {
      const depth = (line.search(/\S/) - 4) / 2;
      const names = /^(?:[a-z0-9-]+\/ ?)+/.exec(line.trim())?.[0].trim().split(' ') ?? [];
      parents.length = depth;
      const paths = names.map((name) => [...parents, name.slice(0, -1)].join('/'));
      parents[depth] = names[0]?.slice(0, -1) ?? '';
      return paths;
    });
}

function foldersIn(path: string): string[] {
  return readdirSync(join(ROOT, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !NOT_OURS.has(entry.name))
    .map(({ name }) => (path === '' ? name : `${path}/${name}`));
}

test('the folders of architecture.md are the folders on disk', () => {
  const onDisk = ['', 'server', 'web', 'web/app'].flatMap(foldersIn);
  const inEditor = foldersIn('web/editor')
    .concat(foldersIn('web/provider'))
    .filter((path) => !path.endsWith('/testing'));
  expect(namedFolders().sort()).toEqual([...onDisk, ...inEditor].sort());
});

test('what stands at the root of the server is what the page says', () => {
  const files = readdirSync(join(ROOT, 'server')).filter((name) => name.endsWith('.ts'));
  expect(files.sort()).toEqual(['clock.ts', 'index.ts', 'main.ts', 'server.ts']);
});
