import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../scripts/source-files.ts';

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
const contributing = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');

/** Our own pages: those at the top of the checkout and those in docs/. */
const pages = ['.', 'docs'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

/** Names of the package scripts that a text tells people to run. */
function commandsIn(text: string): string[] {
  return [...text.matchAll(/\bnpm (?:run ([a-z][a-z:-]*)|(start|test)\b)/g)].map(([, run, own]) => run ?? own ?? '');
}

test('every npm command in our pages exists', () => {
  const missing = pages.flatMap((page) =>
    commandsIn(readFileSync(join(ROOT, page), 'utf8'))
      .filter((command) => !(command in scripts))
      .map((command) => `${page}: npm run ${command}`),
  );
  expect(missing).toEqual([]);
});

test('CONTRIBUTING.md explains every npm command', () => {
  const explained = new Set(commandsIn(contributing));
  expect(Object.keys(scripts).filter((script) => !explained.has(script))).toEqual([]);
});

test('commands are found in prose and in code', () => {
  expect(commandsIn('`npm start`, npm test -- unit\n```\nnpm run check\n```')).toEqual(['start', 'test', 'check']);
});
