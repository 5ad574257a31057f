import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../scripts/source-files.ts';

const packages = ['package.json', 'e2e/other-editors/package.json'].map((file) => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
  return Object.entries<string>({ ...devDependencies, ...dependencies });
});

/** What is installed, an alias (`npm:…@version`) under the name that imports use. */
const INSTALLED = new Map(
  packages.flat().map(([name, version]) => [name, version.slice(version.lastIndexOf('@') + 1)] as const),
);

const rows = readFileSync(join(ROOT, 'docs/reliability.md'), 'utf8')
  .split('<!-- clients: begin -->')[1]
  ?.split('<!-- clients: end -->')[0]
  ?.split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| --- '))
  .slice(1)
  .map((line) => line.split(' | '));

it('reliability.md names the versions of other clients that the tests run, and the tests', () => {
  expect(rows?.map(([client]) => client?.slice(2))).toEqual([
    'y-websocket',
    'y-sweet',
    'Hocuspocus',
    'ProseMirror',
    'Tiptap',
    'Quill',
    'BlockNote',
    'Lexical',
    'Monaco',
  ]);
  for (const [client, tested = '', , test = ''] of rows ?? []) {
    const named = [...tested.matchAll(/([@\w./-]+) (\d+\.\d+\.\d+)/g)].map(([, name = '', version]) => [name, version]);
    expect(named, client).not.toEqual([]);
    expect(named, client).toEqual(named.map(([name = '']) => [name, INSTALLED.get(name)]));
    expect(existsSync(join(ROOT, test.replace(/[`| ]/g, ''))), test).toBe(true);
  }
});
