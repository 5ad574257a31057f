import { describe, expect, it } from 'vitest';
import { ask, join, lastRole, ownerKey, shareDocument } from '../testing/shared-document.ts';
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
      owners: [{ kind: 'key', id: expect.stringMatching(/^[\w-]{12}$/) }],
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

  it('[SEC-1] says apart that nobody may create here, and that the document is somebody else’s', async () => {
    const server = await startForTest({ settings: { access: 'private', jwtSecret: JWT_SECRET } });
    const owner = await makeToken({ sub: 'ada', rights: [{ prefix: '', role: 'owner' }] });
    const viewer = await makeToken({ sub: 'eve', rights: [{ document: 'minutes', role: 'viewer' }] });
    expect((await ask(server, 'PUT', 'minutes', owner, {})).status).toBe(201);
    const [taken, free] = [
      await ask(server, 'PUT', 'minutes', viewer, {}),
      await ask(server, 'PUT', 'other', await makeToken({ sub: 'eve' }), {}),
    ];
    expect([taken.status, free.status]).toEqual([403, 403]);
    expect(taken.body.error.message).toMatch(/belongs to somebody/);
    expect(free.body.error.message).toMatch(/may not create/);
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
  it.each(['anyone', 'known', 'entitled'] as const)(
    'and takes no owner key beside it, for create %s',
    async (create) => {
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
    },
  );

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

describe('[SEC-16] the owners of a document', () => {
  const owners = async (server: Awaited<ReturnType<typeof startForTest>>, token: string) =>
    (await ask(server, 'GET', 'minutes/access', token)).body.owners;
  const signed = (sub: string) => makeToken({ sub, rights: [] });

  it('hand it on: add another, remove themselves, and are out at once', async () => {
    const server = await startForTest({ settings: { ...backend, create: 'anyone' } });
    const key = ownerKey();
    await ask(server, 'PUT', 'minutes', key, { content: 'Agenda' });
    const before = await join(server, key);
    const id = 'https://id.example.org/realms/main|bob';
    const made = await ask(server, 'POST', 'minutes/owners', key, { person: id, name: 'Bob' });
    expect(made).toMatchObject({ status: 201, body: { kind: 'person', id, name: 'Bob' } });
    const [own] = await owners(server, key);
    expect((await ask(server, 'DELETE', `minutes/owners/key/${own.id}`, key)).status).toBe(204);
    expect(await before.untilClosed()).toMatchObject({ code: 4403 });
    expect((await ask(server, 'GET', 'minutes/access', key)).status).toBe(403);
    expect(await owners(server, await signed(id))).toEqual([{ kind: 'person', id, name: 'Bob' }]);
    // A key of his own, for a lost one too; the same again changes nothing.
    const second = ownerKey();
    for (const _time of [1, 2]) {
      expect((await ask(server, 'POST', 'minutes/owners', await signed(id), { key: second })).status).toBe(201);
    }
    expect(await owners(server, second)).toHaveLength(2);
    expect((await ask(server, 'DELETE', `minutes/owners/person/${encodeURIComponent(id)}`, second)).status).toBe(204);
    expect((await ask(server, 'GET', 'minutes/access', await signed(id))).status).toBe(403);
  });

  it('are never none by their own hand; by the API key they can be, and nobody claims it then', async () => {
    const server = await startForTest({ settings: { ...backend, create: 'anyone' } });
    const key = ownerKey();
    await ask(server, 'PUT', 'minutes', key, { content: 'Agenda' });
    const [own] = await owners(server, apiKey);
    const path = `minutes/owners/key/${own.id}`;
    expect((await ask(server, 'DELETE', path, key)).body.error.code).toBe('last-owner');
    expect((await ask(server, 'DELETE', path, apiKey)).status).toBe(204);
    expect((await ask(server, 'DELETE', path, apiKey)).body.error.code).toBe('no-such-owner');
    expect((await ask(server, 'PUT', 'minutes', ownerKey(), { content: 'mine' })).status).toBe(403);
    expect((await ask(server, 'POST', 'minutes/owners', apiKey, { person: 'carol' })).status).toBe(201);
    expect((await ask(server, 'GET', 'minutes/access', await signed('carol'))).body.role).toBe('owner');
  });

  it('of two who remove each other at once, one stays', async () => {
    const server = await startForTest({ settings: { ...backend, create: 'anyone' } });
    const keys = [ownerKey(), ownerKey()] as const;
    await ask(server, 'PUT', 'minutes', keys[0], { content: 'Agenda' });
    await ask(server, 'POST', 'minutes/owners', keys[0], { key: keys[1] });
    const [first, second] = await owners(server, keys[0]);
    const answers = await Promise.all([
      ask(server, 'DELETE', `minutes/owners/key/${second.id}`, keys[0]),
      ask(server, 'DELETE', `minutes/owners/key/${first.id}`, keys[1]),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 403]);
    expect(await owners(server, apiKey)).toHaveLength(1);
  });

  it('are changed by owners only, not through a link, which ends, and not to a key that could be guessed', async () => {
    const { server, owner, linkOf } = await shareDocument();
    for (const role of ['viewer', 'commenter', 'editor', 'owner'] as const) {
      const { link } = linkOf(role);
      expect((await ask(server, 'POST', 'minutes/owners', link, { key: ownerKey() })).status).toBe(403);
      const [own] = await owners(server, owner);
      expect((await ask(server, 'DELETE', `minutes/owners/key/${own.id}`, link)).status).toBe(403);
    }
    expect((await ask(server, 'POST', 'minutes/owners', null, { person: 'mallory' })).status).toBe(401);
    expect((await ask(server, 'POST', 'minutes/owners', owner, { key: 'own.me' })).status).toBe(403);
    for (const body of [{}, { person: '' }, { person: 'a', key: ownerKey() }, { person: 'x'.repeat(513) }]) {
      expect((await ask(server, 'POST', 'minutes/owners', owner, body)).status).toBe(400);
    }
    expect(await owners(server, owner)).toHaveLength(1);
  });
});
