import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { decodeAwarenessEntries } from '../../protocol/awareness-entries.ts';
import { encodeAwareness, encodeSyncStep2, encodeToken } from '../../protocol/messages.ts';
import { type Action, may, ROLES, type Role } from '../../protocol/roles.ts';
import { SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '../../protocol/version.ts';
import type { Access, Authenticator } from '../access/authenticator.ts';
import { systemClock } from '../clock.ts';
import type { Settings } from '../config/settings.ts';
import { decodeBackup } from '../document/backup-format.ts';
import { restore } from '../document/restore.ts';
import type { CoscribeServer } from '../server.ts';
import { LevelStore } from '../store/level-store.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { FailingStore } from '../testing/failing-store.ts';
import { EDITOR } from '../testing/grants.ts';
import { LogRecord } from '../testing/log-record.ts';
import { freshFolder, startTestServer, type TestServerOptions } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

const running: CoscribeServer[] = [];

afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

async function start(settings: Partial<Settings> = {}, options: TestServerOptions = {}): Promise<CoscribeServer> {
  const server = await startTestServer({ settings, ...options });
  running.push(server);
  return server;
}

const ownerKey = () => `own.${randomBytes(32).toString('base64url')}`;

/** What the HTTP API answers. */
async function ask(server: CoscribeServer, method: string, path: string, token: string | null, body?: unknown) {
  const response = await fetch(`${server.url}/api/documents/${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

const protocols = (token: string | null) =>
  token === null ? [SUBPROTOCOL] : [SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX + token];

function join(server: CoscribeServer, token: string | null, name = 'minutes'): Promise<WireClient> {
  return WireClient.join(server.url, name, { protocols: protocols(token) });
}

/** How a connection attempt is refused. */
async function refused(server: CoscribeServer, token: string | null, name = 'minutes') {
  const client = new WireClient(server.url, name, { protocols: protocols(token) });
  return client.untilClosed();
}

/** A server with a private document, its owner's key, and a link of every role. */
async function shared(settings: Partial<Settings> = {}, options: TestServerOptions = {}) {
  const server = await start({ access: 'private', ...settings }, options);
  const owner = ownerKey();
  expect((await ask(server, 'PUT', 'minutes', owner, { content: 'Agenda' })).status).toBe(201);
  const links = new Map<Role, { id: string; link: string }>();
  for (const role of ROLES) links.set(role, (await ask(server, 'POST', 'minutes/links', owner, { role })).body);
  const linkOf = (role: Role) => links.get(role) ?? { id: '', link: '' };
  return { server, owner, linkOf };
}

/** A presence update of a client id of its own. */
function presence(clock: number): Uint8Array {
  const state = Buffer.from(JSON.stringify({ user: { name: 'Somebody' } }));
  return encodeAwareness(Buffer.concat([Buffer.from([1, 77, clock, state.length]), state]));
}

function sees(client: WireClient, clientId: number): boolean {
  const entries = client.received.flatMap((message) =>
    message.type === 'awareness' ? decodeAwarenessEntries(message.update) : [],
  );
  const last = entries.filter((entry) => entry.clientId === clientId).at(-1);
  return last !== undefined && Buffer.from(last.state).toString() !== 'null';
}

function lastRole(client: WireClient): Role | undefined {
  return client.received
    .flatMap((message) => {
      if (message.type === 'welcome') return message.welcome.role;
      return message.type === 'notice' && message.notice.type === 'access' ? message.notice.role : [];
    })
    .at(-1);
}

describe('the table of roles and actions', () => {
  it.each(ROLES)('[SEC-1, SEC-2] holds over WebSocket for a link as %s', async (role) => {
    const { server, owner, linkOf } = await shared();
    const watcher = await join(server, owner);
    const client = await join(server, linkOf(role).link);
    expect([client.text, lastRole(client)]).toEqual(['Agenda', role]);

    client.send(presence(1));
    client.insert(0, 'x');
    if (may(role, 'write')) {
      await client.untilStored();
      await watcher.until(() => watcher.text === 'xAgenda', 'the edit');
    } else {
      expect(await client.untilClosed()).toMatchObject({ code: 4403 });
    }
    expect((await ask(server, 'GET', 'minutes/text', owner)).body).toBe(may(role, 'write') ? 'xAgenda' : 'Agenda');
    if (may(role, 'write')) {
      await watcher.until(() => sees(watcher, 77), 'the name of the writer');
      return;
    }
    expect(watcher.text).toBe('Agenda');
    // The same edit as an answer to the server's question: no way round.
    const answering = await join(server, linkOf(role).link);
    const doc = new Y.Doc();
    doc.getText('content').insert(0, 'y');
    answering.send(encodeSyncStep2(Y.encodeStateAsUpdate(doc)));
    expect(await answering.untilClosed()).toMatchObject({ code: 4403 });
    expect((await ask(server, 'GET', 'minutes/text', owner)).body).toBe('Agenda');
  });

  const REQUESTS: readonly { action: Action; method: string; path: string; body?: unknown; ok: number }[] = [
    { action: 'read', method: 'GET', path: 'minutes', ok: 200 },
    { action: 'read', method: 'GET', path: 'minutes/text', ok: 200 },
    { action: 'read', method: 'GET', path: 'minutes/access', ok: 200 },
    { action: 'rename', method: 'PATCH', path: 'minutes', body: { title: 'Minutes' }, ok: 200 },
    { action: 'write', method: 'PUT', path: 'minutes', body: { content: 'again' }, ok: 409 },
    { action: 'share', method: 'PATCH', path: 'minutes/access', body: { anyone: null }, ok: 200 },
    { action: 'share', method: 'POST', path: 'minutes/links', body: { role: 'viewer' }, ok: 201 },
    { action: 'share', method: 'PATCH', path: 'minutes/links/none', body: { label: 'x' }, ok: 404 },
    { action: 'share', method: 'DELETE', path: 'minutes/links/none', ok: 404 },
  ];

  it('[SEC-2] is tried over HTTP with every route of a document', () => {
    const page = readFileSync(new URL('../../docs/http-api.md', import.meta.url), 'utf8');
    const routes = [...page.matchAll(/^\| `([A-Z]+) \/api\/documents\/<name>(\S*)` \|/gm)].map(
      ([, method, below = '']) => `${method} minutes${below.replace('<id>', 'none')}`,
    );
    // A ticket is what somebody without access asks for.
    expect(routes.filter((route) => route !== 'POST minutes/ticket').sort()).toEqual(
      REQUESTS.map(({ method, path }) => `${method} ${path}`).sort(),
    );
  });

  it.each(ROLES)('[SEC-1, SEC-2] holds over HTTP for a link as %s', async (role) => {
    const { server, linkOf } = await shared();
    for (const { action, method, path, body, ok } of REQUESTS) {
      const { status } = await ask(server, method, path, linkOf(role).link, body);
      expect({ method, path, status }).toEqual({ method, path, status: may(role, action) ? ok : 403 });
    }
  });

  it('[SEC-1] holds over HTTP for somebody without a credential, whether the document exists or not', async () => {
    const { server } = await shared();
    for (const { method, path, body } of REQUESTS) {
      for (const at of [path, path.replace('minutes', 'other')]) {
        expect({ method, at, ...(await ask(server, method, at, null, body)) }).toMatchObject({ status: 401 });
      }
    }
    expect(await refused(server, null)).toMatchObject({ code: 4401 });
  });

  it('[SEC-2] shows a commenter to others, and a viewer only where the setting says so', async () => {
    const hidden = await shared();
    const watcher = await join(hidden.server, hidden.owner);
    const viewer = await join(hidden.server, hidden.linkOf('viewer').link);
    viewer.send(presence(1));
    const commenter = await join(hidden.server, hidden.linkOf('commenter').link);
    commenter.send(presence(2));
    await watcher.until(() => sees(watcher, 77), 'the commenter');
    const states = watcher.received.flatMap((message) =>
      message.type === 'awareness' ? decodeAwarenessEntries(message.update) : [],
    );
    expect(states.map(({ clock }) => clock)).not.toContain(1);

    const shown = await shared({ viewerPresence: 'shown' });
    const owner = await join(shown.server, shown.owner);
    const reader = await join(shown.server, shown.linkOf('viewer').link);
    reader.send(presence(1));
    await owner.until(() => sees(owner, 77), 'the viewer');
  });
});

describe('share links', () => {
  it('[SEC-3] revoking closes the connections that came through a link at once, and keeps them out', async () => {
    const { server, owner, linkOf } = await shared();
    const { id, link } = linkOf('editor');
    const through = await Promise.all([join(server, link), join(server, link)]);
    const others = await Promise.all([join(server, owner), join(server, linkOf('viewer').link)]);
    expect((await ask(server, 'DELETE', `minutes/links/${id}`, owner)).status).toBe(204);
    for (const client of through) expect(await client.untilClosed()).toMatchObject({ code: 4403 });
    expect(await refused(server, link)).toMatchObject({ code: 4403 });
    expect((await ask(server, 'GET', 'minutes/text', link)).status).toBe(403);
    expect(others.map(({ closed }) => closed)).toEqual([null, null]);
    expect((await ask(server, 'GET', 'minutes/access', owner)).body.links).toHaveLength(3);
  });

  it('[SEC-3] a revoked link lets nobody in whose question was open when it was revoked', async () => {
    const { server, owner, linkOf } = await shared();
    const { id, link } = linkOf('editor');
    const attempts = Array.from(
      { length: 40 },
      () => new WireClient(server.url, 'minutes', { protocols: protocols(link) }),
    );
    const gone = ask(server, 'DELETE', `minutes/links/${id}`, owner);
    for (const client of attempts) expect(await client.untilClosed()).toMatchObject({ code: 4403 });
    expect((await gone).status).toBe(204);
  });

  it('[SEC-3] a link that is revoked while a password is hashed makes and changes no other link', async () => {
    const { server, owner, linkOf } = await shared();
    const [{ id, link }, viewer] = [linkOf('owner'), linkOf('viewer')];
    const last = { role: 'owner', password: 'long enough to take its time' };
    const waiting = [
      ask(server, 'POST', 'minutes/links', link, last),
      ask(server, 'PATCH', `minutes/links/${viewer.id}`, link, last),
    ];
    // They have been let in when another request has been answered.
    expect((await ask(server, 'GET', 'minutes/text', link)).status).toBe(200);
    expect((await ask(server, 'DELETE', `minutes/links/${id}`, owner)).status).toBe(204);
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([403, 403]);
    const { links } = (await ask(server, 'GET', 'minutes/access', owner)).body;
    expect(links.map(({ role }: { role: Role }) => role).sort()).toEqual(['commenter', 'editor', 'viewer']);
  });

  it('[SEC-3] a link that is revoked while the document is loaded reads and renames nothing', async () => {
    const folder = await freshFolder();
    const { server: before, owner, linkOf } = await shared({}, { store: await LevelStore.open(folder) });
    await before.stop();
    const store = new FailingStore(await LevelStore.open(folder));
    const server = await start({ access: 'private' }, { store });
    const { id, link } = linkOf('editor');
    expect((await ask(server, 'GET', 'minutes/access', link)).status).toBe(200);
    store.stall();
    const waiting = [
      ask(server, 'GET', 'minutes/text', link),
      ask(server, 'PATCH', 'minutes', link, { title: 'Mine' }),
    ];
    expect((await ask(server, 'GET', 'minutes/access', link)).status).toBe(200);
    const gone = ask(server, 'DELETE', `minutes/links/${id}`, owner);
    await expect.poll(async () => (await ask(server, 'GET', 'minutes/access', link)).status).toBe(403);
    store.proceed();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([403, 403]);
    expect((await gone).status).toBe(204);
    expect((await ask(server, 'GET', 'minutes', owner)).body.title).toBe('');
  });

  it('[SEC-2] another role is in force at once, both ways, without a reconnect', async () => {
    const { server, owner, linkOf } = await shared();
    const { id, link } = linkOf('editor');
    const client = await join(server, link);
    client.send(presence(1));
    const watcher = await join(server, owner);
    await watcher.until(() => sees(watcher, 77), 'the editor');
    await ask(server, 'PATCH', `minutes/links/${id}`, owner, { role: 'viewer' });
    await client.until(() => lastRole(client) === 'viewer', 'being a viewer');
    await watcher.until(() => !sees(watcher, 77), 'the viewer not being seen');
    await ask(server, 'PATCH', `minutes/links/${id}`, owner, { role: 'editor' });
    await client.until(() => lastRole(client) === 'editor', 'being an editor');
    client.insert(0, 'x');
    await client.untilStored();
    await ask(server, 'PATCH', `minutes/links/${id}`, owner, { role: 'viewer' });
    await client.until(() => lastRole(client) === 'viewer', 'being a viewer again');
    client.insert(0, 'y');
    expect(await client.untilClosed()).toMatchObject({ code: 4403 });
    expect((await ask(server, 'GET', 'minutes/text', owner)).body).toBe('xAgenda');
  });

  it('[SEC-1] an expired link closes its connections and lets nobody in', async () => {
    // The server's wall clock, moved by the test; its timers are real.
    let ahead = 0;
    const clock = { ...systemClock, date: () => Date.now() + ahead };
    const { server, owner, linkOf } = await shared({}, { clock });
    const { id, link } = linkOf('editor');
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const changed = await ask(server, 'PATCH', `minutes/links/${id}`, owner, { expiresAt });
    expect(changed.body).toMatchObject({ id, expiresAt });
    const client = await join(server, link);
    const welcome = client.received.flatMap((message) => (message.type === 'welcome' ? message.welcome : []))[0];
    expect(welcome?.expiresIn).toBeGreaterThan(50_000);
    ahead = 61_000;
    // A new token makes the server look again, as its own timer would.
    client.send(encodeToken(link));
    expect(await client.untilClosed()).toMatchObject({ code: 4403 });
    expect(await refused(server, link)).toMatchObject({ code: 4403 });
  });

  it('[SEC-1] an expired access is looked at when its time has come', async () => {
    const { server, owner, linkOf } = await shared();
    const { id, link } = linkOf('editor');
    await ask(server, 'PATCH', `minutes/links/${id}`, owner, { expiresAt: new Date(Date.now() + 1_500).toISOString() });
    const client = new WireClient(server.url, 'minutes', { protocols: protocols(link) });
    expect(await client.untilClosed()).toMatchObject({ code: 4403, reason: 'The link has expired.' });
  });

  it('says what is wrong with a link that cannot be made', async () => {
    const { server, owner } = await shared();
    const make = async (body: unknown) => {
      const { status, body: answer } = await ask(server, 'POST', 'minutes/links', owner, body);
      return [status, answer.error.code];
    };
    expect(await make({ role: 'king' })).toEqual([400, 'bad-request']);
    expect(await make({ role: 'viewer', expiresAt: '2001-01-01T00:00:00Z' })).toEqual([400, 'invalid-expiry']);
    expect(await make({ role: 'viewer', expiresAt: 'tomorrow' })).toEqual([400, 'invalid-expiry']);
    expect(await make({ role: 'viewer', password: '' })).toEqual([400, 'bad-request']);
    expect(await make({ role: 'viewer', secret: 'mine' })).toEqual([400, 'bad-request']);
  });

  it('[SEC-1] are kept over a restart and in a backup, with the owners', async () => {
    const folder = await freshFolder();
    const { server, owner, linkOf } = await shared({}, { store: await LevelStore.open(folder) });
    const restored = new MemoryStore();
    await restore(restored, (await decodeBackup(server.backup())).entries);
    await server.stop();
    for (const store of [await LevelStore.open(folder), restored]) {
      const again = await start({ access: 'private' }, { store });
      expect((await join(again, linkOf('viewer').link)).text).toBe('Agenda');
      expect((await ask(again, 'GET', 'minutes/access', owner)).body.links).toHaveLength(4);
      expect(await refused(again, null)).toMatchObject({ code: 4401 });
    }
  });
});

describe('links with a password', () => {
  async function guarded() {
    const world = await shared();
    const made = await ask(world.server, 'POST', 'minutes/links', world.owner, { role: 'editor', password: 'höhle 7' });
    expect(made.body).toMatchObject({ hasPassword: true, role: 'editor' });
    expect(JSON.stringify(made.body)).not.toContain('scrypt');
    const link: string = made.body.link;
    const enter = (password: string) => ask(world.server, 'POST', 'minutes/ticket', null, { link, password });
    return { ...world, link, id: made.body.id as string, enter };
  }

  it('[SEC-1] asks for the password, and takes the ticket that it is exchanged for', async () => {
    const { server, link, enter } = await guarded();
    expect(await refused(server, link)).toMatchObject({ code: 4402 });
    expect(await ask(server, 'GET', 'minutes/text', link)).toMatchObject({
      status: 401,
      body: { error: { code: 'password-needed' } },
    });
    expect(await enter('hohle 7')).toMatchObject({ status: 403, body: { error: { code: 'wrong-password' } } });
    // The umlaut as two characters, as some keyboards write it.
    const { status, body } = await enter('ho\u0308hle 7');
    expect(status).toBe(200);
    const client = await join(server, body.token);
    client.insert(0, 'x');
    await client.untilStored();
    expect(await refused(server, body.token, 'other')).toMatchObject({ code: 4403 });
  });

  it('[SEC-3] a new password, and revoking, end the tickets of the old one at once', async () => {
    const { server, owner, id, enter } = await guarded();
    const first = (await enter('höhle 7')).body.token;
    const client = await join(server, first);
    await ask(server, 'PATCH', `minutes/links/${id}`, owner, { password: 'other' });
    expect(await client.untilClosed()).toMatchObject({ code: 4402 });
    const second = (await enter('other')).body.token;
    const later = await join(server, second);
    await ask(server, 'DELETE', `minutes/links/${id}`, owner);
    expect(await later.untilClosed()).toMatchObject({ code: 4403 });
    for (const ticket of [first, second]) expect(await refused(server, ticket)).toMatchObject({ code: 4403 });
  });

  it('[SEC-1, SEC-4, SEC-10] slows anyone who guesses, also at once and from all of one IPv6 network', async () => {
    const log = new LogRecord();
    // Time stands still for anyone who has to wait, however long the guesses take.
    const clock = { ...systemClock, now: () => 0 };
    const { server, owner } = await shared({ trustProxy: ['loopback'] }, { logger: log.logger, clock });
    const made = await ask(server, 'POST', 'minutes/links', owner, { role: 'viewer', password: 'right' });
    const enter = async (address: string, password = 'wrong') => {
      const { status, headers } = await fetch(`${server.url}/api/documents/minutes/ticket`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
        body: JSON.stringify({ link: made.body.link, password }),
      });
      return `${status} ${headers.get('retry-after')}`;
    };
    const guesses = () => Promise.all(Array.from({ length: 8 }, (_, i) => enter(`2001:db8:7::${i}`)));
    const answers = [...(await guesses()), ...(await guesses())];
    // Six were looked at, however many came at once; those for whom there was no room did not count.
    expect(answers.filter((answer) => answer === '403 null')).toHaveLength(6);
    expect(new Set(answers)).toEqual(new Set(['403 null', '429 5', '429 1']));
    // A flood of passwords from one address, here of an owner, keeps nobody else out.
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${owner}` };
    const body = '{"role":"viewer","password":"x"}';
    const flood = Array.from({ length: 12 }, () =>
      fetch(`${server.url}/api/documents/minutes/links`, { method: 'POST', headers, body }),
    );
    expect(await enter('198.51.100.7', 'right')).toBe('200 null');
    const slowed = (await Promise.all(flood)).filter(({ status }) => status === 429);
    expect(slowed[0]?.headers.get('retry-after')).toBe('5');
    expect(log.events.find(({ security }) => security === 'rate-limited')).toMatchObject({
      address: expect.stringMatching(/^2001:db8:7::\d$/),
      document: 'minutes',
    });
  });
});

describe('owners', () => {
  it('[SEC-1] anyone who creates a document owns it, and nobody else', async () => {
    const server = await start();
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
      const server = await start();
      expect(await ask(server, 'PUT', 'minutes', key, {})).toMatchObject({
        status: 403,
        body: { error: { code: 'forbidden' } },
      });
      expect((await ask(server, 'GET', 'minutes', null)).status).toBe(404);
    },
  );

  it('[SEC-1, SYN-4] of many who create at once one becomes the owner', async () => {
    const server = await start({ access: 'private' });
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
    const server = await start();
    const early = await join(server, null, 'old');
    early.insert(0, 'written by everybody');
    await early.untilStored();
    expect((await ask(server, 'PUT', 'old', ownerKey(), { content: 'mine' })).status).toBe(409);
    expect((await ask(server, 'GET', 'old/access', null)).body.role).toBe('editor');
  });

  it('lets only people, or only the entitled, create where it is set so', async () => {
    for (const create of ['known', 'entitled'] as const) {
      const server = await start({ access: 'private', create });
      expect((await ask(server, 'PUT', 'minutes', ownerKey(), { content: 'x' })).status).toBe(401);
    }
  });

  it('takes `anyone` for the new document, and says when nobody would own it', async () => {
    const server = await start();
    const owner = ownerKey();
    expect((await ask(server, 'PUT', 'a', owner, { content: '', anyone: 'viewer' })).status).toBe(201);
    expect((await ask(server, 'GET', 'a/access', null)).body.anyone).toBe('viewer');
    expect((await ask(server, 'PUT', 'b', null, { content: '', anyone: 'viewer' })).body.error.code).toBe('no-owner');
  });
});

describe('an authenticator of the host', () => {
  /** Lets in anyone who says the word, as long as that is the word. */
  class Password implements Authenticator {
    word = 'sesame';
    expiresAt: number | null = null;
    fails = false;
    readonly #listeners = new Set<(documentName: string) => void>();

    async authorize({ token }: { token: string | null }): Promise<Access> {
      if (this.fails) throw new Error('the directory does not answer');
      if (token !== this.word) return { granted: false, refusal: 'unauthenticated', reason: 'Say the word.' };
      return { ...EDITOR, expiresAt: this.expiresAt };
    }

    onChange(listener: (documentName: string) => void): () => void {
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    }

    tell(): void {
      for (const listener of this.#listeners) listener('minutes');
    }
  }

  it('[SEC-1] a new token extends the access of a live connection; without one it ends with 4401', async () => {
    const authenticator = new Password();
    authenticator.expiresAt = Date.now() + 60_000;
    const server = await start({}, { authenticator });
    const [renewing, idle] = [await join(server, 'sesame'), await join(server, 'sesame')];
    authenticator.word = 'barley';
    renewing.send(encodeToken('barley'));
    await renewing.until(() => renewing.received.some(({ type }) => type === 'notice'), 'the extension');
    authenticator.tell();
    expect(await idle.untilClosed()).toMatchObject({ code: 4401 });
    renewing.insert(0, 'x');
    await renewing.untilStored();
    renewing.send(encodeToken('wrong'));
    expect(await renewing.untilClosed()).toMatchObject({ code: 4401 });
  });

  it('[SEC-1] that fails lets nobody in and nobody stay', async () => {
    const authenticator = new Password();
    const server = await start({}, { authenticator });
    const client = await join(server, 'sesame');
    authenticator.fails = true;
    authenticator.tell();
    expect(await client.untilClosed()).toMatchObject({ code: 1013 });
    expect(await refused(server, 'sesame')).toMatchObject({ code: 1011 });
    expect((await ask(server, 'GET', 'minutes/text', 'sesame')).status).toBe(500);
    expect((await ask(server, 'GET', 'minutes/access', 'sesame')).status).toBe(404);
  });

  it('[SEC-12] is not asked without end', async () => {
    const server = await start({}, { authenticator: new Password() });
    const client = await join(server, 'sesame');
    for (let i = 0; i < 200; i++) client.send(encodeToken('sesame'));
    expect(await client.untilClosed()).toMatchObject({ code: 4429 });
    expect((await join(server, 'sesame')).text).toBe('');
  });
});

it('[SEC-2] a client that has been told nothing of roles is refused its update too', async () => {
  const { server, linkOf } = await shared();
  const stock = new WireClient(server.url, `minutes?token=${linkOf('viewer').link}`, { protocols: [] });
  await stock.until(() => stock.received.some(({ type }) => type === 'sync-step-1'), 'the question');
  const doc = new Y.Doc();
  doc.getText('content').insert(0, 'x');
  stock.sendUpdate(Y.encodeStateAsUpdate(doc));
  expect(await stock.untilClosed()).toMatchObject({ code: 4403 });
  expect(stock.received.some(({ type }) => type === 'auth')).toBe(true);
});
