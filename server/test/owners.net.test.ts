import { describe, expect, it } from 'vitest';
import { ask, join, lastRole, ownerKey } from '../testing/shared-document.ts';
import { startForTest } from '../testing/start-for-test.ts';
import { JWT_SECRET, makeToken } from '../testing/token-source.ts';

describe('owners', () => {
  it('[SEC-1] anyone who creates a document owns it, and nobody else', async () => {
    const server = await startForTest();
    const owner = ownerKey();
    expect((await ask(server, 'PUT', 'minutes', owner, { content: 'Agenda' })).status).toBe(201);
    expect((await ask(server, 'GET', 'minutes/access', owner)).body).toEqual({
      role: 'owner',
      person: null,
      anyone: 'editor',
      owners: [{ kind: 'key' }],
      links: [],
    });
    // Open access: everybody else edits, and neither shares nor sees links.
    expect((await ask(server, 'GET', 'minutes/access', null)).body).toEqual({
      role: 'editor',
      person: null,
      anyone: 'editor',
    });
    expect((await ask(server, 'PATCH', 'minutes/access', null, { anyone: null })).status).toBe(403);
    expect((await ask(server, 'PUT', 'minutes', ownerKey(), { content: 'mine' })).status).toBe(403);
    const guest = await join(server, null);
    expect((await ask(server, 'PATCH', 'minutes/access', owner, { anyone: 'viewer' })).status).toBe(200);
    await guest.until(() => lastRole(guest) === 'viewer', 'being a viewer');
    expect((await ask(server, 'PATCH', 'minutes/access', owner, { anyone: null })).body.anyone).toBe(null);
    expect(await guest.untilClosed()).toMatchObject({ code: 4401 });
  });

  it.each(['own.', 'own.me', `own.${'k'.repeat(42)}`, `own.${'k'.repeat(44)}`, `own.${'k'.repeat(42)}.`])(
    '[SEC-1] nobody owns a document by a key that could be guessed: %s',
    async (key) => {
      const server = await startForTest();
      expect(await ask(server, 'PUT', 'minutes', key, {})).toMatchObject({
        status: 403,
        body: { error: { code: 'forbidden' } },
      });
      expect((await ask(server, 'GET', 'minutes', null)).status).toBe(404);
    },
  );

  it('[SEC-1, SYN-4] of many who create at once one becomes the owner', async () => {
    const server = await startForTest({ settings: { access: 'private' } });
    const keys = Array.from({ length: 10 }, ownerKey);
    const answers = await Promise.all(keys.map((key, i) => ask(server, 'PUT', 'race', key, { content: `copy ${i}` })));
    const winners = keys.filter((_, i) => answers[i]?.status === 201);
    expect(winners).toHaveLength(1);
    for (const key of keys) {
      const { status } = await ask(server, 'GET', 'race/access', key);
      expect(status).toBe(winners.includes(key) ? 200 : 403);
    }
  });

  it('[SEC-1] nobody becomes the owner of a document that exists', async () => {
    const server = await startForTest();
    const early = await join(server, null, 'old');
    early.insert(0, 'written by everybody');
    await early.untilStored();
    expect((await ask(server, 'PUT', 'old', ownerKey(), { content: 'mine' })).status).toBe(409);
    expect((await ask(server, 'GET', 'old/access', null)).body.role).toBe('editor');
  });

  it('lets only people, or only the entitled, create where it is set so', async () => {
    for (const create of ['known', 'entitled'] as const) {
      const server = await startForTest({ settings: { access: 'private', create } });
      expect((await ask(server, 'PUT', 'minutes', ownerKey(), { content: 'x' })).status).toBe(401);
    }
  });

  it('takes `anyone` for the new document, and says when nobody would own it', async () => {
    const server = await startForTest();
    const owner = ownerKey();
    expect((await ask(server, 'PUT', 'a', owner, { content: '', anyone: 'viewer' })).status).toBe(201);
    expect((await ask(server, 'GET', 'a/access', null)).body.anyone).toBe('viewer');
    expect((await ask(server, 'PUT', 'b', null, { content: '', anyone: 'viewer' })).body.error.code).toBe('no-owner');
  });
});

const apiKey = 'k'.repeat(40);
const backend = { access: 'private', jwtSecret: JWT_SECRET, apiKey } as const;
const tokenOf = (sub: string, role: string) => makeToken({ sub, rights: [{ prefix: 'team/', role }] });
const PLAN = 'team%2Fplan';

describe('[SEC-16] a creation by token gives no more than the token', () => {
  it.each(['anyone', 'known', 'entitled'] as const)('and takes no owner key beside it, for create %s', async (create) => {
    const server = await startForTest({ settings: { ...backend, create } });
    const key = ownerKey();
    for (const role of ['viewer', 'commenter', 'editor', 'owner']) {
      const token = await tokenOf('mallory', role);
      for (const both of [`${token}~${key}`, `${key}~${token}`]) {
        const answer = await ask(server, 'PUT', PLAN, both, { content: 'mine' });
        expect([role, answer.status]).toEqual([role, 403]);
        expect(answer.body.error.message).toContain('Leave the owner key out.');
      }
    }
    expect((await ask(server, 'GET', PLAN, apiKey)).status).toBe(404);
  });

  it('so that an editor owns nothing when the token is gone', async () => {
    const server = await startForTest({ settings: backend });
    expect((await ask(server, 'PUT', PLAN, await tokenOf('mallory', 'editor'), { content: 'x' })).status).toBe(201);
    expect((await ask(server, 'GET', `${PLAN}/access`, apiKey)).body.owners).toEqual([]);
    expect((await ask(server, 'GET', `${PLAN}/access`, await tokenOf('mallory', 'editor'))).body.role).toBe('editor');
    const without = await makeToken({ sub: 'mallory', rights: [] });
    expect((await ask(server, 'GET', `${PLAN}/access`, without)).status).toBe(403);
  });

  it('and an owner’s makes the person the owner', async () => {
    const server = await startForTest({ settings: backend });
    expect((await ask(server, 'PUT', PLAN, await tokenOf('alice', 'owner'), { content: 'x' })).status).toBe(201);
    const without = await makeToken({ sub: 'alice', rights: [] });
    expect((await ask(server, 'GET', `${PLAN}/access`, without)).body.role).toBe('owner');
  });

  it.each([
    ['closed', null],
    ['opened', 'editor'],
  ] as const)('and nobody claims a name that the API key has %s', async (_how, anyone) => {
    const server = await startForTest({ settings: { ...backend, access: 'open', create: 'anyone' } });
    expect((await ask(server, 'PATCH', 'taken/access', apiKey, { anyone })).status).toBe(200);
    expect((await ask(server, 'PUT', 'taken', ownerKey(), { content: 'mine' })).status).toBe(403);
    await ask(server, 'PUT', 'taken', await makeToken({ sub: 'mallory', rights: [] }), { content: 'mine' });
    expect((await ask(server, 'GET', 'taken/access', apiKey)).body).toMatchObject({ owners: [], anyone });
  });
});
