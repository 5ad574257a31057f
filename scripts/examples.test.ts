import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './source-files.ts';

const read = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
const { version } = read('package.json');
const examples = readdirSync(join(ROOT, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
  .map(({ name }) => name);

test('every example says what it is, and is in the list', () => {
  const list = readFileSync(join(ROOT, 'examples/README.md'), 'utf8');
  for (const name of examples) {
    expect(list).toContain(`[${name}](${name})`);
    expect(readFileSync(join(ROOT, 'examples', name, 'README.md'), 'utf8')).toMatch(/^# /);
  }
});

describe.each(examples.filter((name) => existsSync(join(ROOT, 'examples', name, 'package.json'))))('%s', (name) => {
  test('names the package of this version, and of all others the versions that it was tested with', () => {
    const { dependencies, devDependencies } = read(`examples/${name}/package.json`);
    const named = Object.entries({ ...dependencies, ...devDependencies });
    const expected = named.map(([dependency]) => [
      dependency,
      dependency === 'coscribe'
        ? `file:../../coscribe-${version}.tgz`
        : `^${read(`node_modules/${dependency}/package.json`).version}`,
    ]);
    expect(named).toEqual(expected);
  });
});
