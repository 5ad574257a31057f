import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { personOfToken } from './token-person.ts';

const jwt = (claims: Record<string, unknown>) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode('of the backend, 32 bytes or more'));

test('a JSON Web Token names its subject, whatever letters it has', async () => {
  expect(personOfToken(await jwt({ sub: 'u-1' }))).toBe('u-1');
  expect(personOfToken(await jwt({ sub: 'Zoë Ünal 李' }))).toBe('Zoë Ünal 李');
  expect(personOfToken(`own.${'k'.repeat(43)}~${await jwt({ sub: 'u-1' })}`)).toBe('u-1');
});

test('who shows no token, a link, a key, or a token without a subject is a guest', async () => {
  for (const token of [undefined, '', 'link.abc', 'own.abc~ticket.abc', await jwt({ rights: [] })]) {
    expect(personOfToken(token)).toBe(null);
  }
});

test('what only the server can read says nothing here', async () => {
  for (const token of ['secret', 'not.a.token', 'session.a.b.c.d.e', 'link.abc~secret', `a.${btoa('7')}`]) {
    expect(personOfToken(token)).toBe(undefined);
  }
});
