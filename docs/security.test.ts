import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../scripts/source-files.ts';
import { SETTINGS } from '../server/config/settings.ts';

const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');

test('security.md names settings that exist, and every limit', () => {
  const named = new Set([...page.matchAll(/`([a-z]+(?:[A-Z][a-zA-Z]*)+)`/g)].map(([, name = '']) => name));
  expect([...named].filter((name) => !Object.hasOwn(SETTINGS, name))).toEqual([]);
  const limits = Object.keys(SETTINGS).filter((name) => name.startsWith('max'));
  expect(limits.filter((name) => !named.has(name))).toEqual([]);
});
