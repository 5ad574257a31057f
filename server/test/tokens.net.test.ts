import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { exportJWK, SignJWT, UnsecuredJWT } from 'jose';
import pino from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { decodeAwarenessEntries, encodeAwarenessEntries } from '../../protocol/awareness-entries.ts';
import { encodeAwareness, encodeToken } from '../../protocol/messages.ts';
import { SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '../../protocol/version.ts';
import { CoscribeProvider, type SocketConstructor } from '../../web/provider/index.ts';
import type { CoscribeServer } from '../server.ts';
import { runCommand, ServerProcess } from '../testing/server-process.ts';
import { freshFolder, startTestServer, type TestServerOptions } from '../testing/test-server.ts';
import { JWT_SECRET, makeToken } from '../testing/token-source.ts';
import { WireClient } from '../testing/wire-client.ts';

const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A private server that takes tokens signed with the secret of the tests, unless its settings say otherwise. */
async function start({ settings, ...options }: TestServerOptions = {}): Promise<CoscribeServer> {
  const server = await startTestServer({
    settings: { access: 'private', jwtSecret: JWT_SECRET, ...settings },
    ...options,
  });
  endings.push(() => server.stop());
  return server;
}

const protocols = (token: string) => [SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX + token];
const join = (url: string, name: string, token: string) => WireClient.join(url, name, { protocols: protocols(token) });
const refused = (url: string, name: string, token: string) =>
  new WireClient(url, name, { protocols: protocols(token) }).untilClosed();

const get = (url: string, name: string, token: string) =>
  fetch(`${url}/api/documents/${name}`, { headers: { authorization: `Bearer ${token}` } });

const rights = (role: string, prefix = '') => ({ rights: [{ prefix, role }] });

describe('[SEC-1] a token opens what it is for', () => {
  it('over WebSocket, as a subprotocol and in the address, and over HTTP', async () => {
    const { url } = await start();
    const token = await makeToken({ rights: [{ document: 'team/plan', role: 'editor' }] });
    const alice = await join(url, 'team/plan', token);
    alice.insert(0, 'plan');
    await alice.untilStored();
    const bob = await WireClient.join(url, `team/plan?token=${token}`, { protocols: [] });
    expect(bob.text).toBe('plan');
    expect((await get(url, 'team%2Fplan', token)).status).toBe(200);

    expect(await refused(url, 'team/plans', token)).toMatchObject({ code: 4403 });
    expect((await get(url, 'team%2Fplans', token)).status).toBe(403);
  });

  it('and nobody without one takes its name beforehand, unless the settings say so', async () => {
    const create = async (url: string, token: string) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${url}/api/documents/team%2Fplan`, { method: 'PUT', headers })).status;
    };
    const ownerKey = `own.${'x'.repeat(43)}`;
    const { url } = await start();
    expect(await create(url, ownerKey)).toBe(401);
    expect(await create(url, await makeToken({ sub: 'mallory', rights: [] }))).toBe(403);
    expect(await create(url, await makeToken({ sub: 'alice', ...rights('editor', 'team/') }))).toBe(201);
    expect(await create((await start({ settings: { create: 'anyone' } })).url, ownerKey)).toBe(201);
    // Without tokens nobody else gives out names.
    expect(await create((await start({ settings: { jwtSecret: null } })).url, ownerKey)).toBe(201);
  });

  it.each(['known', 'entitled'] as const)(
    'and hides from others which names are taken, for create %s',
    async (create) => {
      const { url } = await start({ settings: { create } });
      const put = async (name: string, token: string) => {
        const headers = { authorization: `Bearer ${token}` };
        const response = await fetch(`${url}/api/documents/${name}`, { method: 'PUT', headers });
        return [response.status, await response.text()];
      };
      expect((await put('taken', await makeToken({ sub: 'alice', ...rights('editor') })))[0]).toBe(201);
      const ownerKey = `own.${'x'.repeat(43)}`;
      const strangers = [ownerKey, await makeToken({ rights: [] })];
      // Anyone who may create learns it by creating.
      if (create === 'entitled') strangers.push(await makeToken({ sub: 'mallory', rights: [] }));
      strangers.push(...strangers.slice(1).map((token) => `${token}~${ownerKey}`));
      for (const token of strangers) {
        const answer = await put('taken', token);
        expect(answer[0]).toBeGreaterThan(400);
        expect(answer).toEqual(await put('free', token));
      }
    },
  );

  it('with the role that it gives', async () => {
    const { url } = await start();
    const editor = await join(url, 'notes', await makeToken(rights('editor')));
    editor.insert(0, 'text');
    await editor.untilStored();
    const viewer = await join(url, 'notes', await makeToken(rights('viewer')));
    expect(viewer.text).toBe('text');
    viewer.insert(0, 'graffiti ');
    expect(await viewer.untilClosed()).toMatchObject({ code: 4403 });
    expect((await get(url, 'notes', await makeToken(rights('viewer')))).status).toBe(200);
  });

  it('and only while it is good', async () => {
    const { url } = await start({ settings: { jwtIssuer: 'backend', jwtAudience: 'coscribe' } });
    const good = { ...rights('editor'), iss: 'backend', aud: 'coscribe' };
    await join(url, 'notes', await makeToken(good));
    const bad = {
      expired: await makeToken({ ...good, exp: Date.now() / 1000 - 60 }),
      'of another issuer': await makeToken({ ...good, iss: 'mallory' }),
      'for somebody else': await makeToken({ ...good, aud: 'billing' }),
      'signed by somebody else': await makeToken(good, 'a secret of somebody else, thirty-two bytes'),
      'signed by nobody (alg: none)': new UnsecuredJWT({ ...good, exp: Date.now() / 1000 + 60 }).encode(),
      'with broken claims': await makeToken({ ...good, rights: 'all' }),
    };
    const answers = await Promise.all(
      Object.entries(bad).map(async ([kind, token]) => {
        const [{ code, reason }, response] = [await refused(url, 'notes', token), await get(url, 'notes', token)];
        return [kind, code, response.status, reason === (await response.json()).error.message];
      }),
    );
    expect(answers).toEqual(Object.keys(bad).map((kind) => [kind, 4401, 401, true]));
  });

  it('even where anybody may enter, a bad token is refused', async () => {
    const { url } = await start({ settings: { access: 'open' } });
    await WireClient.join(url, 'notes');
    expect(await refused(url, 'notes', await makeToken({ exp: 1 }))).toMatchObject({ code: 4401 });
    expect((await get(url, 'notes', await makeToken({ exp: 1 }))).status).toBe(401);
  });
});

describe('[SEC-3] a token that runs out', () => {
  /** Some seconds of tolerance for clocks that differ come on top. */
  const endsIn = (seconds: number) => ({ exp: Date.now() / 1000 - 5 + seconds });

  it('closes the connection, and another one sent before keeps it', async () => {
    const { url } = await start();
    const [alice, bob] = await Promise.all([
      join(url, 'notes', await makeToken({ ...rights('editor'), ...endsIn(2) })),
      join(url, 'notes', await makeToken({ ...rights('editor'), ...endsIn(2) })),
    ]);
    bob.send(encodeToken(await makeToken(rights('viewer'))));
    await bob.until(() => bob.received.some(({ type }) => type === 'notice'), 'the notice');
    expect(bob.received.find(({ type }) => type === 'notice')).toMatchObject({
      notice: { type: 'access', role: 'viewer', expiresIn: expect.any(Number) },
    });
    expect(await alice.untilClosed()).toMatchObject({ code: 4401 });
    expect(bob.closed).toBeNull();
  });

  it('is renewed by the provider without a reconnect', async () => {
    const { url } = await start();
    const given = [
      await makeToken({ ...rights('editor'), sub: 'alice', name: 'Alice', ...endsIn(3) }),
      await makeToken({ ...rights('owner'), sub: 'alice', name: 'Alice L.' }),
    ];
    const doc = new Y.Doc();
    const provider = new CoscribeProvider(`${url}/sync`, 'notes', doc, {
      offline: false,
      WebSocket: WebSocket as unknown as SocketConstructor,
      token: () => given.shift() ?? '',
    });
    endings.push(() => provider.destroy());
    await provider.whenSynced;
    expect([provider.role, provider.person?.name]).toEqual(['editor', 'Alice']);
    const seen: string[] = [];
    provider.on('status', (status) => seen.push(status));
    await new Promise<void>((resolve) => provider.on('role', () => resolve()));
    expect([provider.role, provider.person?.name, given.length]).toEqual(['owner', 'Alice L.', 0]);
    const saved = new Promise<void>((resolve) => provider.on('saved', (all) => all && resolve()));
    doc.getText('content').insert(0, 'still here');
    await saved;
    expect(seen).toEqual([]);
  });
});

describe('keys that another server publishes', () => {
  /** A server that answers with whatever the test says. */
  async function publish(answer: (response: ServerResponse) => void): Promise<string> {
    const server: Server = createServer((_request, response) => answer(response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    endings.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/keys`;
  }

  it('[SEC-1] check tokens over WebSocket and HTTP', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'this year' }] };
    let asked = 0;
    const jwtJwksUrl = await publish((response) => {
      asked += 1;
      response.end(JSON.stringify(jwks));
    });
    const { url } = await start({ settings: { jwtSecret: null, jwtJwksUrl } });
    const sign = (key: typeof privateKey, kid: string) =>
      new SignJWT({ exp: Date.now() / 1000 + 60, ...rights('editor') })
        .setProtectedHeader({ alg: 'ES256', kid })
        .sign(key);
    const good = await sign(privateKey, 'this year');
    const alice = await join(url, 'notes', good);
    alice.insert(0, 'text');
    await alice.untilStored();
    expect((await get(url, 'notes', good)).status).toBe(200);
    const forged = await sign(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'this year');
    expect(await refused(url, 'notes', forged)).toMatchObject({ code: 4401 });
    expect((await get(url, 'notes', await sign(privateKey, 'next year'))).status).toBe(401);
    expect((await get(url, 'notes', await makeToken(rights('editor')))).status).toBe(401);
    expect(asked).toBe(1);
  });

  it('[SEC-12] that cannot be read make clients come again, and say so in the log', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'info' }, { write: (line) => void lines.push(line) });
    const jwtJwksUrl = await publish((response) => response.writeHead(500).end());
    const { url } = await start({ settings: { jwtSecret: null, jwtJwksUrl: `${jwtJwksUrl}?key=hidden` }, logger });
    const token = await makeToken(rights('editor'));
    const { privateKey } = generateKeyPairSync('ed25519');
    const signed = await new SignJWT({ exp: Date.now() / 1000 + 60 })
      .setProtectedHeader({ alg: 'EdDSA' })
      .sign(privateKey);
    expect(await refused(url, 'notes', signed)).toMatchObject({
      code: 1013,
      reason: 'Tokens cannot be checked right now.',
    });
    expect((await get(url, 'notes', signed)).status).toBe(503);
    // What could not be good whatever the keys are needs none.
    expect(await refused(url, 'notes', token)).toMatchObject({ code: 4401 });
    const said = lines.filter((line) => line.includes('The keys that tokens are checked with cannot be read.'));
    expect(said.length).toBeGreaterThan(0);
    expect(said[0]).toContain(jwtJwksUrl);
    expect(said[0]).toContain('the answer is 500');
    expect(lines.join('')).not.toContain('hidden');
  });
});

it('[SEC-3] no part of a token is ever in what the server writes', async () => {
  const server = await ServerProcess.start(
    await freshFolder(),
    ['--port', '0', '--access', 'private', '--log-level', 'debug'],
    { environment: { COSCRIBE_JWT_SECRET: JWT_SECRET } },
  );
  endings.push(() => server.end('SIGTERM'));
  const { url } = server;
  const good = await makeToken({ ...rights('editor'), sub: 'alice' });
  const bad = await makeToken({ ...rights('editor'), exp: 1 });
  const forged = await makeToken(rights('owner'), 'a secret of somebody else, thirty-two bytes');
  const keys = ['link.0123456789012345678901234567890123456789012', 'own.guessed-by-somebody'];
  const tokens = [good, bad, forged, `${good}~${bad}`, ...keys, 'zq81xx.zq82xx.zq83xx', 'xyzzy'];

  const visits = tokens.map(async (token) => {
    const client = new WireClient(url, 'notes', { protocols: protocols(token) });
    const stock = new WireClient(url, `notes?token=${token}`, { protocols: [] });
    await get(url, 'notes', token);
    for (const path of ['api/documents/notes', 'sync/notes', 'nowhere']) await fetch(`${url}/${path}?token=${token}`);
    await client.until(() => client.received.length > 0 || client.closed !== null, 'an answer');
    if (token === good) {
      expect(client.closed).toBeNull();
      client.send(encodeToken(forged));
      stock.socket.close();
    }
    await client.untilClosed();
    await stock.untilClosed();
  });
  await Promise.all(visits);
  const broken = new WireClient(url, `%ff?token=${good}`, { protocols: protocols(good) });
  await broken.untilClosed();

  await server.end('SIGTERM');
  const log = server.output.stdout + server.output.stderr;
  expect(log).toContain('refused');
  for (const token of tokens) {
    for (const part of token.split(/[.~]/).filter((text) => text.length > 4)) expect(log).not.toContain(part);
  }
});

describe('[SEC-15] in presence', () => {
  const said = (clientId: number, clock: number, user: object) =>
    encodeAwareness(
      encodeAwarenessEntries([{ clientId, clock, state: new TextEncoder().encode(JSON.stringify({ user })) }], 1),
    );

  /** What a client was last told about somebody. */
  const seen = (client: WireClient, clientId: number): unknown => {
    const entries = client.received.flatMap((message) =>
      message.type === 'awareness' ? decodeAwarenessEntries(message.update) : [],
    );
    const last = entries.filter((entry) => entry.clientId === clientId).at(-1);
    return last === undefined ? undefined : JSON.parse(new TextDecoder().decode(last.state));
  };

  it('a person is who the token says, and a guest nobody in particular', async () => {
    const { url } = await start({ settings: { access: 'open' } });
    const claims = { sub: 'alice', name: 'Alice', picture: 'https://pictures.example/alice.png', ...rights('editor') };
    const alice = await join(url, 'notes', await makeToken(claims));
    const mallory = await WireClient.join(url, 'notes');
    const bob = await WireClient.join(url, 'notes');
    expect(alice.received[0]).toMatchObject({
      type: 'welcome',
      welcome: { person: { id: 'alice', name: 'Alice', color: null, avatar: 'https://pictures.example/alice.png' } },
    });
    alice.send(said(1, 1, { name: 'Somebody else', color: '#00ff00', id: 'bob' }));
    mallory.send(
      said(2, 1, { name: 'Alice', id: 'alice', avatar: 'https://pictures.example/alice.png', verified: true }),
    );
    await bob.until(() => seen(bob, 1) !== undefined && seen(bob, 2) !== undefined, 'both');
    expect(seen(bob, 1)).toEqual({
      user: {
        id: 'alice',
        verified: true,
        name: 'Alice',
        color: '#00ff00',
        avatar: 'https://pictures.example/alice.png',
      },
    });
    expect(seen(bob, 2)).toEqual({ user: { name: 'Alice' } });

    // Another person from now on: gone as the one, back as the other.
    alice.send(encodeToken(await makeToken({ ...claims, sub: 'carol', name: 'Carol' })));
    await bob.until(() => seen(bob, 1) === null, 'gone');
    alice.send(said(1, 2, { name: 'Alice', id: 'alice' }));
    await bob.until(() => seen(bob, 1) !== null, 'back');
    expect(seen(bob, 1)).toMatchObject({ user: { id: 'carol', name: 'Carol' } });
  });
});

describe('coscribe token', () => {
  const environment = { COSCRIBE_JWT_SECRET: JWT_SECRET };

  it('makes one that a server with the same settings takes', async () => {
    const settings = ['--jwt-issuer', 'our office', '--jwt-audience', 'coscribe'];
    const server = await ServerProcess.start(await freshFolder(), ['--port', '0', '--access', 'private', ...settings], {
      environment,
    });
    endings.push(() => server.end('SIGTERM'));
    const make = async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await runCommand(['token', ...settings, ...args], environment);
      expect([exitCode, stderr]).toEqual([0, '']);
      return stdout.trim();
    };
    const person = ['--subject', 'alice', '--name', 'Alice', '--color', '#3366cc'];
    const alice = await join(
      server.url,
      'team/plan',
      await make('--prefix', 'team/', '--role', 'owner', '--expires-in', '2h', ...person),
    );
    expect(alice.received[0]).toMatchObject({
      welcome: { role: 'owner', person: { id: 'alice', name: 'Alice', color: '#3366cc', avatar: null } },
    });
    const viewer = await make('--document', 'team/plan', '--role', 'viewer');
    alice.insert(0, 'plan');
    await alice.untilStored();
    expect((await get(server.url, 'team%2Fplan', viewer)).status).toBe(200);
    expect((await get(server.url, 'other', viewer)).status).toBe(403);
    const { stdout, stderr } = server.output;
    expect(stdout + stderr).not.toContain(JWT_SECRET);
  });

  it.each([
    [['--role', 'viewer'], /Say for what/],
    [['--document', 'a', '--prefix', 'b', '--role', 'viewer'], /Say for what/],
    [['--document', 'a'], /Say what it allows: .*viewer\|commenter\|editor\|owner/],
    [['--document', 'a', '--role', 'admin'], /Say what it allows/],
    [['--document', 'a', '--role', 'viewer', '--name', 'Alice'], /need --subject/],
    [['--document', 'a', '--role', 'viewer', '--subject', 's', '--color', 'red'], /"color" of the token is not/],
    [['--document', '\u0001', '--role', 'viewer'], /"rights\[0\]\.document"/],
    [['--document', 'a', '--role', 'viewer', '--expires-in', 'soon'], /--expires-in is "soon"/],
    [['--document', 'a', '--role', 'viewer', '--expires-in', '400d'], /366 days at most/],
    [['surplus', '--document', 'a', '--role', 'viewer'], /Unexpected argument/],
  ])('says in one line what is wrong: %j', async (args, message) => {
    const { exitCode, stdout, stderr } = await runCommand(['token', ...args], environment);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('needs a secret, and shows none', async () => {
    const args = ['token', '--document', 'a', '--role', 'viewer'];
    const none = await runCommand(args);
    expect([none.exitCode, none.stderr]).toEqual([1, expect.stringMatching(/jwtSecret, which is not set/)]);
    const short = await runCommand(args, { COSCRIBE_JWT_SECRET: 'too short by far' });
    expect([short.exitCode, short.stderr]).toEqual([1, expect.stringMatching(/COSCRIBE_JWT_SECRET .* 32 bytes/)]);
    expect(short.stderr + short.stdout).not.toContain('too short by far');
    const help = await runCommand(['--help'], environment);
    expect(help.stdout).not.toContain(JWT_SECRET);
  });
});

it.each([
  [{ COSCRIBE_JWT_SECRET: JWT_SECRET, COSCRIBE_JWT_KEY_FILE: '/nowhere' }, /jwtSecret and jwtKeyFile are set/],
  [{ COSCRIBE_JWT_KEY_FILE: '/nowhere' }, /The key file \/nowhere \(jwtKeyFile\) cannot be read \(ENOENT\)/],
  [{ COSCRIBE_JWT_JWKS_URL: 'https://me:password@keys.example' }, /COSCRIBE_JWT_JWKS_URL .* without a password/],
  [{ COSCRIBE_JWT_AUDIENCE: 'x' }, /need jwtSecret, jwtKeyFile or jwtJwksUrl/],
])('[SEC-12] does not start with settings of tokens that cannot be: %#', async (environment, message) => {
  const { exitCode, stderr } = await runCommand(['serve', '--port', '0', '--data', await freshFolder()], environment);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).not.toMatch(/me:password|of thirty-two/);
});
