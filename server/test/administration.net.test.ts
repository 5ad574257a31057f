import { describe, expect, it, onTestFinished } from 'vitest';
import { CLOSE_CODES } from '../../protocol/close-codes.ts';
import { systemClock } from '../clock.ts';
import type { Settings } from '../config/settings.ts';
import type { CoscribeServer } from '../server.ts';
import { LevelStore } from '../store/level-store.ts';
import { LogRecord } from '../testing/log-record.ts';
import { ask, join, ownerKey, protocols, refused } from '../testing/shared-document.ts';
import { startForTest } from '../testing/start-for-test.ts';
import { freshFolder, startTestServer } from '../testing/test-server.ts';
import { JWT_SECRET, makeToken } from '../testing/token-source.ts';
import { WireClient } from '../testing/wire-client.ts';

const KEY = 'k'.repeat(32);
const SETTINGS = { jwtSecret: JWT_SECRET, apiKey: KEY, trustProxy: ['loopback'] } as const;

/** Asks what only the API key may. */
async function command(server: CoscribeServer, method: string, path: string, body?: unknown, key: string | null = KEY) {
  const response = await fetch(`${server.url}/api/${path}`, {
    method,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

/** A server whose data outlives it. */
async function lasting(settings: Partial<Settings> = {}) {
  const folder = await freshFolder();
  let server = await startTestServer({ settings: { ...SETTINGS, ...settings }, store: await LevelStore.open(folder) });
  onTestFinished(() => server.stop());
  return {
    get server() {
      return server;
    },
    async restart() {
      await server.stop();
      server = await startTestServer({ settings: { ...SETTINGS, ...settings }, store: await LevelStore.open(folder) });
    },
  };
}

const at = (address: string) => ({ headers: { 'x-forwarded-for': address } });

/** A client at an address that a proxy on this machine names. */
const joinFrom = (server: CoscribeServer, address: string, token: string | null = null) =>
  WireClient.join(server.url, 'minutes', { protocols: protocols(token), ...at(address) });

async function refusedFrom(server: CoscribeServer, address: string) {
  return new WireClient(server.url, 'minutes', { protocols: protocols(null), ...at(address) }).untilClosed();
}

const statusFrom = async (server: CoscribeServer, address: string, path = 'api/documents/minutes') =>
  (await fetch(`${server.url}/${path}`, at(address))).status;

const FORBIDDEN = { code: CLOSE_CODES.forbidden.code, reason: expect.stringMatching(/banned/) };

describe('what only the API key may', () => {
  it.each([
    ['GET', 'admin/bans', undefined],
    ['POST', 'admin/bans', { person: 'mallory' }],
    ['DELETE', 'admin/bans/some', undefined],
    ['POST', 'admin/revocations', { person: 'mallory' }],
    ['GET', 'admin/frozen', undefined],
    ['PUT', 'documents/minutes/frozen', {}],
    ['DELETE', 'documents/minutes/frozen', undefined],
  ])('[SEC-18] %s %s', async (method, path, body) => {
    const server = await startForTest({ settings: SETTINGS });
    const owner = ownerKey();
    await ask(server, 'PUT', 'minutes', owner, {});
    for (const key of [null, owner, await makeToken({ sub: 'ada' })]) {
      expect((await command(server, method, path, body, key)).status).toBe(403);
    }
    expect((await command(server, method, path, body)).status).not.toBe(403);
  });
});

describe('a person who is banned', () => {
  it('[SEC-18] is out at once and stays out over a restart, by any token, until the ban is lifted', async () => {
    const world = await lasting();
    const { server } = world;
    const mallory = () => makeToken({ sub: 'mallory' });
    const both = async () => `${await makeToken({ sub: 'eve' })}~${await mallory()}`;
    const alice = await join(server, await makeToken({ sub: 'alice' }));
    const client = await join(server, await mallory());
    const made = await command(server, 'POST', 'admin/bans', { person: 'mallory', reason: 'Spam.' });
    expect(made).toMatchObject({ status: 201, body: { person: 'mallory', reason: 'Spam.', expiresAt: null } });
    expect(await client.untilClosed()).toMatchObject(FORBIDDEN);
    await world.restart();
    for (const token of [await mallory(), await both()]) {
      expect(await refused(world.server, token)).toMatchObject(FORBIDDEN);
      expect((await ask(world.server, 'GET', 'minutes', token)).status).toBe(403);
      expect((await ask(world.server, 'PUT', 'new', token, {})).status).toBe(403);
    }
    expect((await command(world.server, 'GET', 'admin/bans')).body).toEqual({ bans: [made.body] });
    expect((await command(world.server, 'DELETE', `admin/bans/${made.body.id}`)).status).toBe(204);
    expect((await command(world.server, 'DELETE', `admin/bans/${made.body.id}`)).status).toBe(404);
    await world.restart();
    await join(world.server, await mallory());
    expect(await alice.untilClosed()).toMatchObject({ code: CLOSE_CODES.restart.code });
  });
});

describe('an address that is banned', () => {
  it.each([
    ['192.0.2.7', ['192.0.2.7', '::ffff:192.0.2.7'], ['192.0.2.8']],
    ['192.0.2.0/24', ['192.0.2.7', '192.0.2.255'], ['192.0.3.1']],
    ['2001:db8:1:2::9', ['2001:db8:1:2::1', '2001:db8:1:2:ffff::'], ['2001:db8:1:3::1']],
    ['2001:db8:1::/48', ['2001:db8:1:2::1', '2001:db8:1:ffff::1'], ['2001:db8:2::1']],
  ])(
    '[SEC-18] %s is out at once and stays out over a restart, and nobody beside it',
    async (address, inside, outside) => {
      const world = await lasting();
      const { server } = world;
      const bad = await Promise.all(inside.map((from) => joinFrom(server, from)));
      const good = await Promise.all(outside.map((from) => joinFrom(server, from)));
      expect((await command(server, 'POST', 'admin/bans', { address })).status).toBe(201);
      for (const client of bad) expect(await client.untilClosed()).toMatchObject(FORBIDDEN);
      for (const client of good) {
        client.insert(0, 'still here');
        await client.untilStored();
      }
      await world.restart();
      for (const from of inside) {
        expect(await refusedFrom(world.server, from)).toMatchObject(FORBIDDEN);
        expect(await statusFrom(world.server, from)).toBe(403);
      }
      for (const from of outside) expect(await statusFrom(world.server, from)).toBe(200);
      // The API key lifts a ban from wherever it comes.
      const [{ id }] = (await command(world.server, 'GET', 'admin/bans')).body.bans;
      const lifted = await fetch(`${world.server.url}/api/admin/bans/${id}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${KEY}`, 'x-forwarded-for': inside[0] ?? '' },
      });
      expect(lifted.status).toBe(204);
      for (const from of inside) expect(await statusFrom(world.server, from)).toBe(200);
    },
  );

  it('[SEC-18] is let in again when the ban ends, also where a wider one had stood beside it', async () => {
    let time = Date.UTC(2030, 0, 1);
    const clock = { ...systemClock, date: () => time };
    const server = await startForTest({ settings: SETTINGS, clock });
    const wish = { address: '192.0.2.7', expiresAt: '2030-01-01T01:00:00Z' };
    expect((await command(server, 'POST', 'admin/bans', wish)).status).toBe(201);
    expect((await command(server, 'POST', 'admin/bans', { ...wish, address: '192.0.2.0/24' })).status).toBe(201);
    expect(await statusFrom(server, '192.0.2.7')).toBe(403);
    time += 60 * 60 * 1000;
    expect(await statusFrom(server, '192.0.2.7')).toBe(404);
    expect((await command(server, 'GET', 'admin/bans')).body).toEqual({ bans: [] });
  });

  it.each([
    [{ address: 'example.org' }, 'invalid-address'],
    [{ address: '::/0' }, 'invalid-address'],
    [{ address: '192.0.2.7', expiresAt: '2001-01-01T00:00:00Z' }, 'invalid-time'],
    [{ address: '192.0.2.7', person: 'mallory' }, 'bad-request'],
    [{}, 'bad-request'],
  ])('[SEC-18] is refused when it is none: %j', async (wish, code) => {
    const server = await startForTest({ settings: SETTINGS });
    expect(await command(server, 'POST', 'admin/bans', wish)).toMatchObject({ status: 400, body: { error: { code } } });
  });
});

describe('tokens of a person that are revoked', () => {
  it('[SEC-18] are void when they are from before, also after a restart; new ones are good', async () => {
    const world = await lasting();
    const now = Math.floor(Date.now() / 1000);
    const old = await makeToken({ sub: 'ada', iat: now - 60 });
    const timeless = await makeToken({ sub: 'ada' });
    const fresh = await makeToken({ sub: 'ada', iat: now - 10 });
    const other = await makeToken({ sub: 'bob', iat: now - 60 });
    const clients = await Promise.all([old, timeless, fresh, other].map((token) => join(world.server, token)));
    const before = new Date((now - 30) * 1000).toISOString();
    expect(await command(world.server, 'POST', 'admin/revocations', { person: 'ada', before })).toEqual({
      status: 201,
      body: { person: 'ada', before },
    });
    for (const client of clients.slice(0, 2)) {
      expect(await client.untilClosed()).toMatchObject({ code: CLOSE_CODES.unauthenticated.code });
    }
    for (const client of clients.slice(2)) {
      client.insert(0, 'still here');
      await client.untilStored();
    }
    await world.restart();
    for (const token of [old, timeless]) {
      expect((await refused(world.server, token)).code).toBe(CLOSE_CODES.unauthenticated.code);
      expect((await ask(world.server, 'GET', 'minutes', token)).status).toBe(401);
    }
    for (const token of [fresh, other]) expect((await ask(world.server, 'GET', 'minutes', token)).status).toBe(200);
    // An earlier time takes nothing back, and nobody says what is good in the future.
    const earlier = { person: 'ada', before: '2001-01-01T00:00:00Z' };
    expect((await command(world.server, 'POST', 'admin/revocations', earlier)).body).toEqual({ person: 'ada', before });
    const later = { person: 'ada', before: '2999-01-01T00:00:00Z' };
    expect((await command(world.server, 'POST', 'admin/revocations', later)).status).toBe(400);
  });
});

describe('a frozen document', () => {
  it('[SEC-18] is read by everybody and written in by nobody, over a restart, until it is thawed', async () => {
    const world = await lasting();
    const { server } = world;
    const owner = ownerKey();
    await ask(server, 'PUT', 'minutes', owner, { content: 'Agenda' });
    const [guest, olive] = [await join(server, null), await join(server, owner)];
    const roles = (client: WireClient) =>
      client.received.flatMap((message) =>
        message.type === 'notice' && message.notice.type === 'access' ? [message.notice] : [],
      );
    const frozen = await command(server, 'PUT', 'documents/minutes/frozen', { reason: 'A dispute.' });
    expect(frozen).toMatchObject({ status: 200, body: { document: 'minutes', reason: 'A dispute.' } });
    for (const client of [guest, olive]) {
      await client.until(() => roles(client).at(-1)?.frozen === true, 'hearing of it');
      expect(roles(client).at(-1)).toMatchObject({ role: 'commenter', frozen: true });
      client.insert(0, 'too late');
      expect(await client.untilClosed()).toMatchObject({
        code: CLOSE_CODES.forbidden.code,
        reason: expect.stringMatching(/frozen/),
      });
    }
    await world.restart();
    const late = await join(world.server, owner);
    expect(late.text).toBe('Agenda');
    expect(late.received.flatMap((message) => (message.type === 'welcome' ? message.welcome : []))[0]).toMatchObject({
      role: 'commenter',
      frozen: true,
    });
    const no = { status: 403, body: { error: { code: 'frozen' } } };
    for (const key of [owner, KEY]) {
      expect(await ask(world.server, 'PATCH', 'minutes', key, { title: 'Mine' })).toMatchObject(no);
      // Owners still see and change who has access.
      expect((await ask(world.server, 'POST', 'minutes/links', key, { role: 'viewer' })).status).toBe(201);
    }
    expect((await command(world.server, 'GET', 'admin/frozen')).body).toEqual({ frozen: [frozen.body] });
    expect((await command(world.server, 'DELETE', 'documents/minutes/frozen')).status).toBe(204);
    expect((await command(world.server, 'DELETE', 'documents/minutes/frozen')).status).toBe(404);
    await late.until(() => roles(late).at(-1)?.role === 'owner', 'being an owner again');
    expect(roles(late).at(-1)?.frozen).toBe(undefined);
    late.insert(0, 'Now: ');
    await late.untilStored();
  });

  it('[SEC-18] is created by nobody before it is thawed', async () => {
    const server = await startForTest({ settings: SETTINGS });
    await command(server, 'PUT', 'documents/minutes/frozen', {});
    for (const key of [null, ownerKey(), KEY]) {
      expect((await ask(server, 'PUT', 'minutes', key, { content: 'x' })).status).toBe(403);
    }
    const guest = await join(server, null);
    guest.insert(0, 'x');
    expect((await guest.untilClosed()).code).toBe(CLOSE_CODES.forbidden.code);
  });
});

it('[SEC-18] what the API key does to people and documents is in the log', async () => {
  const log = new LogRecord();
  const server = await startForTest({ settings: SETTINGS, logger: log.logger });
  const { id } = (await command(server, 'POST', 'admin/bans', { person: 'mallory' })).body;
  await command(server, 'DELETE', `admin/bans/${id}`);
  await command(server, 'POST', 'admin/bans', { address: '192.0.2.7' });
  await command(server, 'POST', 'admin/revocations', { person: 'ada' });
  await command(server, 'PUT', 'documents/minutes/frozen', {});
  await command(server, 'DELETE', 'documents/minutes/frozen');
  expect(log.events.map(({ security, person, document, through }) => [security, person ?? document, through])).toEqual([
    ['banned', 'mallory', 'api key'],
    ['unbanned', 'mallory', 'api key'],
    ['banned', undefined, 'api key'],
    ['tokens-revoked', 'ada', 'api key'],
    ['frozen', 'minutes', 'api key'],
    ['unfrozen', 'minutes', 'api key'],
  ]);
});
