import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, readSourceFiles } from '../scripts/source-files.ts';

const page = readFileSync(join(ROOT, 'docs/http-api.md'), 'utf8');
const sources = readSourceFiles(['server']).filter(
  ({ path }) => path.startsWith('server/http/') && !path.includes('.test.'),
);

test('docs/http-api.md lists every code that a handler answers with', () => {
  const codes = sources.flatMap(({ source }) =>
    [...source.matchAll(/(?:HttpError\(\s*[^,]+,|errorBody\()\s*'([a-z-]+)'/g)].map(([, code]) => code ?? ''),
  );
  expect(codes.length).toBeGreaterThan(5);
  expect([...new Set(codes)].filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});
