import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../scripts/source-files.ts';
import { DARK } from '../web/editor/palette.ts';
import { ATTRIBUTES } from '../web/element/attributes.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const page = read('docs/embedding.md');

/** The words in code marks in the first cells of the table below a heading line. */
function firstCells(header: string): string[] {
  const [, rows = ''] = new RegExp(`^\\| ${header} \\|.*\\n\\| ---.*\\n((?:\\|.*\\n)+)`, 'm').exec(page) ?? [];
  return rows
    .split('\n')
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, word = '']) => word));
}

test('docs/embedding.md lists every attribute of the element', () => {
  expect(firstCells('attribute').sort()).toEqual([...ATTRIBUTES].sort());
});

test('docs/embedding.md lists every event of the element', () => {
  const [, details = ''] =
    /interface ElementEventDetails \{(.*?)\n\}/s.exec(read('web/element/element-events.ts')) ?? [];
  const events = [...details.matchAll(/^ {2}(\w+): /gm)].map(([, name]) => name);
  expect(events.length).toBeGreaterThan(5);
  expect(firstCells('event')).toEqual(events);
});

test('docs/embedding.md lists every custom property and part', () => {
  const { tokens, ...colors } = DARK;
  const rules = [read('web/editor/editor-rules.ts'), read('web/element/element-style.ts')].join('\n');
  const used = [...rules.matchAll(/var\((--cs-[a-z-]+)/g)].map(([, name]) => name);
  const names = [...Object.keys(colors).map((name) => `--cs-${name}`), ...used].filter(
    (name) => !name?.startsWith('--cs-person'),
  );
  expect([...new Set(names)].sort()).toEqual(
    firstCells('custom property')
      .filter((name) => name !== '--cs-token-…')
      .sort(),
  );
  const [row = ''] = /^\| `--cs-token-….*$/m.exec(page) ?? [];
  expect([...row.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort()).toEqual(Object.keys(tokens).sort());
  const [parts = ''] = /^Parts: .*$/m.exec(page) ?? [];
  const real = [...rules.matchAll(/^\[part='(\w+)'\] \{/gm)].map(([, name]) => name);
  expect([...new Set(real)].filter((name) => !parts.includes(`\`${name}\``))).toEqual([]);
});

test('the package has the name that the pages install', () => {
  const { name, version } = JSON.parse(read('package.json'));
  for (const text of [page, read('README.md')]) expect(text).toContain(`${name}-${version}.tgz`);
});
