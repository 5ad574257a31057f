import { expect, it } from 'vitest';
import { type Action, higherRole, isRole, may, ROLES, type Role } from './roles.ts';

const ACTIONS: readonly Action[] = ['read', 'be-seen', 'write', 'rename', 'share'];

// Written down a second time on purpose: the tests over WebSocket and HTTP ask `may` what to expect.
it('[SEC-2] the table of roles and actions is this one', () => {
  const table = ROLES.map((role) => [role, ACTIONS.filter((action) => may(role, action))]);
  expect(table).toEqual([
    ['viewer', ['read']],
    ['commenter', ['read', 'be-seen']],
    ['editor', ['read', 'be-seen', 'write', 'rename']],
    ['owner', ['read', 'be-seen', 'write', 'rename', 'share']],
  ]);
});

it('[SEC-2] what is no role may do nothing', () => {
  for (const name of ['admin', '', 'Owner', '__proto__', 'constructor', null, undefined, 3]) {
    expect(isRole(name)).toBe(false);
    expect(ACTIONS.filter((action) => may(name as Role, action))).toEqual([]);
  }
});

it('of two roles the higher counts, and any is more than none', () => {
  expect(higherRole('viewer', 'editor')).toBe('editor');
  expect(higherRole('owner', 'commenter')).toBe('owner');
  expect(higherRole(null, 'viewer')).toBe('viewer');
  expect(higherRole('viewer', null)).toBe('viewer');
  expect(higherRole(null, null)).toBeNull();
});
