import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Action, may, ROLES } from '../protocol/roles.ts';
import { ROOT } from '../scripts/source-files.ts';
import { SECURITY_EVENTS } from '../server/log/audit.ts';

const page = readFileSync(join(ROOT, 'docs/access.md'), 'utf8');

test('docs/access.md has the table of roles and actions as it is', () => {
  const columns: readonly Action[] = ['read', 'be-seen', 'write', 'rename', 'share'];
  const rows = [...page.matchAll(/^\| (viewer|commenter|editor|owner) \|(.*)\|$/gm)].map(([, role, cells = '']) => [
    role,
    // "Only with a setting" is no yes.
    columns.filter((_, i) => cells.split('|')[i]?.trim() === 'yes'),
  ]);
  expect(rows).toEqual(ROLES.map((role) => [role, columns.filter((action) => may(role, action))]));
});

test('docs/access.md lists every security event with its level', () => {
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (warn|info) \|/gm)].map(([, name, level]) => [name, level]);
  expect(rows).toEqual(Object.entries(SECURITY_EVENTS).map(([name, { level }]) => [name, level]));
});
