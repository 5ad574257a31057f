import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../scripts/source-files.ts';
import { SECURITY_EVENTS } from '../server/audit.ts';

test('docs/access.md lists every security event with its level', () => {
  const page = readFileSync(join(ROOT, 'docs/access.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (warn|info) \|/gm)].map(([, name, level]) => [name, level]);
  expect(rows).toEqual(Object.entries(SECURITY_EVENTS).map(([name, { level }]) => [name, level]));
});
