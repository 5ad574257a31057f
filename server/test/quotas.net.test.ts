import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { encodeToken } from '../../protocol/messages.ts';
import type { Authenticator } from '../access/authenticator.ts';
import { systemClock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import { LevelStore } from '../store/level-store.ts';
import { LogRecord } from '../testing/log-record.ts';
import { startForTest } from '../testing/start-for-test.ts';
import { freshFolder, startTestServer } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

/** What a request is answered, from an address that a proxy on this machine names. */
async function ask(
  url: string,
  { method = 'GET', token, address = '203.0.113.1' }: { method?: string; token?: string; address?: string } = {},
) {
  const response = await fetch(url, {
    method,
    headers: { 'x-forwarded-for': address, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
  });
  const text = await response.text();
  const code: string | null = text.startsWith('{"error"') ? JSON.parse(text).error.code : null;
  return { status: response.status, code, retryAfter: response.headers.get('retry-after') };
}

const PROXIED = { trustProxy: ['loopback'] } as const;

/** Knows everybody by what they call themselves. */
const trusting: Authenticator = {
  authorize: ({ token }) => ({
    granted: true,
    role: 'editor',
    person: token === null ? null : { id: token, name: token, color: null, avatar: null },
    expiresAt: null,
    through: 'token',
  }),
};

describe('requests', () => {
  it('[SEC-10, SEC-4] are counted for each address; over the limit 429 says when to come again', async () => {
    const { url } = await startForTest({ settings: { ...PROXIED, maxRequestsPerSecond: 1 } });
    const answers = [await ask(`${url}/api/documents/notes`)];
    while (answers.at(-1)?.status !== 429) answers.push(await ask(`${url}/api/documents/notes`));
    expect(answers.slice(0, 10).map(({ status }) => status)).toEqual(Array(10).fill(404));
    expect(answers.at(-1)).toEqual({ status: 429, code: 'rate-limited', retryAfter: '1' });
    expect((await ask(`${url}/api/documents/notes`, { address: '203.0.113.2' })).status).toBe(404);
  });
});

describe('what is left', () => {
  const fields = (response: Response) => [response.headers.get('ratelimit-policy'), response.headers.get('ratelimit')];

  it('[SEC-10] is in the answers of the API, in those over a limit too, and not in those to the API key', async () => {
    // Time stands still, so that nothing is given back meanwhile.
    const clock = { ...systemClock, now: () => 0 };
    const apiKey = 'k'.repeat(32);
    const { url } = await startForTest({
      settings: { maxRequestsPerSecond: 1, maxDocumentsPerHour: 2, apiKey },
      clock,
    });
    const address = `${url}/api/documents/notes`;
    expect(fields(await fetch(address))).toEqual(['"requests";q=10;w=10', '"requests";r=9;t=1']);
    const withKey = await fetch(address, { headers: { authorization: `Bearer ${apiKey}` } });
    expect(fields(withKey)).toEqual([null, null]);
    expect(fields(await fetch(address, { method: 'PUT' }))).toEqual([
      '"requests";q=10;w=10, "documents";q=2;w=3600',
      '"requests";r=8;t=2, "documents";r=1;t=1800',
    ]);
    for (let left = 7; left >= 0; left--) await fetch(address);
    const refused = await fetch(address);
    expect([refused.status, ...fields(refused)]).toEqual([429, '"requests";q=10;w=10', '"requests";r=0;t=10']);
    // The site's files are no API.
    expect(fields(await fetch(`${url}/healthz`))).toEqual([null, null]);
  });

  it('[SEC-10] is in the answer to a refused upgrade', async () => {
    const clock = { ...systemClock, now: () => 0 };
    const { url } = await startForTest({ settings: { maxRequestsPerSecond: 1, maxConnectionsPerAddress: 1 }, clock });
    await WireClient.join(url, 'notes');
    const upgrade = request(`${url}/sync/notes`, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-version': '13',
      },
    });
    const answer = once(upgrade, 'response');
    upgrade.end();
    const [{ statusCode, headers }] = await answer;
    expect([statusCode, headers['ratelimit-policy'], headers.ratelimit]).toEqual([
      429,
      '"requests";q=10;w=10',
      '"requests";r=8;t=2',
    ]);
  });
});

describe('bodies of requests', () => {
  /** The head of a request whose body never comes, and the status that it is answered with all the same. */
  function announce(url: string, method: string, bytes: number | null, address = '203.0.113.1') {
    const length = bytes === null ? { 'transfer-encoding': 'chunked' } : { 'content-length': bytes };
    const headers = { 'content-type': 'text/plain', 'x-forwarded-for': address, ...length };
    const sent: ClientRequest = request(url, { method, headers });
    const status = new Promise<number>((resolve) => {
      sent.on('response', (response) => resolve(response.resume().statusCode ?? 0));
      sent.on('error', () => resolve(0));
    });
    sent.flushHeaders();
    return { status, end: () => void sent.destroy() };
  }

  async function put(url: string, bytes: number, address = '203.0.113.1'): Promise<Response> {
    const headers = { 'content-type': 'text/plain', 'x-forwarded-for': address };
    return fetch(url, { method: 'PUT', headers, body: 'x'.repeat(bytes) });
  }

  it('[SEC-10] are short, but for the text of a new document', async () => {
    const { url } = await startForTest();
    const at = `${url}/api/documents/notes`;
    const sent = [
      ['POST', '/ticket'],
      ['POST', '/links'],
      ['PATCH', '/access'],
      ['PATCH', ''],
      ['POST', '/none'],
    ];
    for (const [method = '', path = ''] of sent) {
      const { status, end } = announce(at + path, method, 20_000);
      expect({ method, path, status: await status }).toEqual({ method, path, status: 413 });
      end();
    }
    expect((await put(at, 100_000)).status).toBe(201);
  });

  it('[SEC-1, SEC-10] are not waited for when their sender may not create the document', async () => {
    const { url } = await startForTest({ settings: { access: 'private' } });
    const { status, end } = announce(`${url}/api/documents/notes`, 'PUT', 1_000_000);
    expect(await status).toBe(401);
    end();
  });

  it('[SEC-10] count as what their address may send', async () => {
    const { url } = await startForTest({
      settings: { ...PROXIED, maxMessageBytes: 4_096, maxBytesPerSecondPerAddress: 1_024 },
    });
    const at = `${url}/api/documents/notes`;
    expect([(await put(at, 4_000)).status, (await put(at, 4_000)).status]).toEqual([201, 409]);
    const slowed = await put(at, 4_000);
    expect([slowed.status, slowed.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^[34]$/)]);
    expect((await put(at, 4_000, '203.0.113.2')).status).toBe(409);
  });

  it.each([
    ['of a known length', 100_000],
    ['of a length that nobody tells', null],
  ])('[SEC-10] %s: only a few may be on their way from one address', async (_what, bytes) => {
    const { url } = await startForTest({ settings: { ...PROXIED, maxMessageBytes: 100_000 } });
    const at = `${url}/api/documents`;
    const open = Array.from({ length: 4 }, (_, i) => announce(`${at}/${i}`, 'PUT', bytes));
    // The server has seen the heads of all when it refuses the first.
    await expect.poll(async () => (await put(`${at}/probe`, 1)).status).toBe(429);
    expect((await put(`${at}/probe`, 1, '203.0.113.2')).status).not.toBe(429);
    for (const { end } of open) end();
    await expect.poll(async () => (await put(`${at}/probe`, 1)).status).toBe(409);
  });

  it('[SEC-14] that would take long to parse are refused before', async () => {
    const { url } = await startForTest();
    const answer = await fetch(`${url}/api/documents/notes`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: `[${'[],'.repeat(100_000)}0]`,
    });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { error: { code: 'bad-request', message: 'The body holds much more than what is asked for.' } },
    ]);
  });
});

describe('new documents', () => {
  it('[SEC-10] are counted over HTTP', async () => {
    const { url } = await startForTest({ settings: { ...PROXIED, maxDocumentsPerHour: 2 } });
    const create = (name: string, address?: string) =>
      ask(`${url}/api/documents/${name}`, { method: 'PUT', ...(address === undefined ? {} : { address }) });
    expect([(await create('a')).status, (await create('a')).status, (await create('b')).status]).toEqual([
      201, 409, 201,
    ]);
    expect(await create('c')).toEqual({
      status: 429,
      code: 'rate-limited',
      retryAfter: expect.stringMatching(/^1(800|79\d)$/),
    });
    expect((await ask(`${url}/api/documents/c`)).status).toBe(404);
    expect((await create('c', '203.0.113.2')).status).toBe(201);
  });

  it('[SEC-10] are counted when the first edit creates them; what exists can be written in', async () => {
    const { url } = await startForTest({ settings: { maxDocumentsPerHour: 1 } });
    const [alice, bob] = [await WireClient.join(url, 'first'), await WireClient.join(url, 'second')];
    for (const text of ['one', 'two']) alice.insert(0, text);
    await alice.untilStored();
    bob.insert(0, 'x');
    expect(await bob.untilClosed()).toMatchObject({
      code: 4429,
      reason: expect.stringMatching(/^retry-after=3(600|59\d); Too many documents were created in a short time\.$/),
    });
    const carol = await WireClient.join(url, 'first');
    carol.insert(0, 'three');
    await carol.untilStored();
    expect((await fetch(`${url}/api/documents/second`)).status).toBe(404);
  });

  it('[SEC-10] are counted for a person, from wherever they come', async () => {
    const { url } = await startForTest({ settings: { ...PROXIED, maxDocumentsPerHour: 1 }, authenticator: trusting });
    const write = async (name: string, address: string, person: string) => {
      const client = await WireClient.join(url, name, {
        protocols: ['coscribe.1', `coscribe.token.${person}`],
        headers: { 'x-forwarded-for': address },
      });
      client.insert(0, 'x');
      return client;
    };
    await (await write('a', '203.0.113.1', 'ada')).untilStored();
    expect(await (await write('b', '203.0.113.2', 'ada')).untilClosed()).toMatchObject({ code: 4429 });
    await (await write('c', '203.0.113.3', 'bob')).untilStored();
  });
});

describe('the disk', () => {
  const TOO_FULL = 'retry-after=60; The server stores as much as it may.';

  it('[SEC-10] is bounded: from nine tenths no new documents, then no more text, but deleting goes on', async () => {
    const { url } = await startForTest({ settings: { maxStorageBytes: 1_000_000 } });
    const alice = await WireClient.join(url, 'large');
    alice.insert(0, 'x'.repeat(930_000));
    await alice.untilStored();
    const bob = await WireClient.join(url, 'new');
    bob.insert(0, 'mine');
    expect(await bob.untilClosed()).toMatchObject({
      code: 1013,
      reason: 'retry-after=60; The server has no room for new documents.',
    });
    expect(await ask(`${url}/api/documents/new`, { method: 'PUT' })).toMatchObject({
      status: 507,
      code: 'storage-full',
    });
    alice.insert(0, 'still written');
    await alice.untilStored();
    alice.insert(0, 'x'.repeat(80_000));
    await alice.untilStored();
    alice.insert(0, 'no more');
    expect(await alice.untilClosed()).toMatchObject({ code: 1013, reason: TOO_FULL });
    const carol = await WireClient.join(url, 'large');
    carol.sendUpdate(carol.edit(() => carol.doc.getText('content').delete(0, 1_000_000)));
    await carol.untilStored();
  });

  it('[SEC-10] is shared: an address that has added much makes no new documents, and later adds no more', async () => {
    const settings = { ...PROXIED, maxStorageBytesPerDay: 10_000 } as const;
    const { url } = await startForTest({ settings });
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
    const mallory = await WireClient.join(url, 'a', from('203.0.113.1'));
    mallory.insert(0, 'x'.repeat(6_000));
    await mallory.untilStored();
    expect((await ask(`${url}/api/documents/b`, { method: 'PUT' })).status).toBe(429);
    mallory.insert(0, 'x'.repeat(1_000));
    await mallory.untilStored();
    mallory.insert(0, 'x'.repeat(5_000));
    expect(await mallory.untilClosed()).toMatchObject({
      code: 4429,
      reason: expect.stringMatching(/^retry-after=\d+; Too much was written in a day\.$/),
    });
    const bob = await WireClient.join(url, 'a', from('203.0.113.2'));
    bob.insert(0, 'still here');
    await bob.untilStored();
  });

  it('[SEC-10] is not given out again by a restart, and is given back in a day', async () => {
    const settings = { ...PROXIED, maxStorageBytesPerDay: 10_000 } as const;
    const folder = await freshFolder();
    const first = await startTestServer({ settings, store: await LevelStore.open(folder) });
    const mallory = await WireClient.join(first.url, 'a', { headers: { 'x-forwarded-for': '203.0.113.1' } });
    mallory.insert(0, 'x'.repeat(6_000));
    await mallory.untilStored();
    await first.stop();
    const second = await startTestServer({ settings, store: await LevelStore.open(folder) });
    expect((await ask(`${second.url}/api/documents/b`, { method: 'PUT' })).status).toBe(429);
    expect((await ask(`${second.url}/api/documents/b`, { method: 'PUT', address: '203.0.113.2' })).status).toBe(201);
    await second.stop();
    const clock = { ...systemClock, date: () => Date.now() + 24 * 60 * 60 * 1000 };
    const third = await startForTest({ settings, store: await LevelStore.open(folder), clock });
    expect((await ask(`${third.url}/api/documents/c`, { method: 'PUT' })).status).toBe(201);
  });
});

describe('tokens that are not good', () => {
  const bad = {
    protocols: ['coscribe.1', 'coscribe.token.own.made-up'],
    headers: { 'x-forwarded-for': '203.0.113.1' },
  };

  it('[SEC-10] make their address wait, over HTTP and WebSocket, and nobody else', async () => {
    const log = new LogRecord();
    const { url } = await startForTest({ settings: { ...PROXIED, maxRefusedTokensPerMinute: 3 }, logger: log.logger });
    const at = `${url}/api/documents/notes`;
    expect((await ask(at, { token: 'own.made-up' })).status).toBe(403);
    expect((await ask(at, { token: 'nonsense' })).status).toBe(401);
    expect((await new WireClient(url, 'notes', bad).untilClosed()).code).toBe(4403);
    expect(await ask(at, { token: 'own.made-up' })).toEqual({
      status: 429,
      code: 'rate-limited',
      retryAfter: expect.stringMatching(/^(20|1\d)$/),
    });
    expect(await new WireClient(url, 'notes', bad).untilClosed()).toMatchObject({
      code: 4429,
      reason: expect.stringMatching(/^retry-after=(20|1\d); Too many tokens were refused in a short time\.$/),
    });
    const seen = log.events.map(({ security, document, code }) => [security, document, code]);
    expect(seen.slice(-2)).toEqual(Array(2).fill(['rate-limited', 'notes', 'rate-limited']));
    // Without a token there is nothing to guess, and others have done nothing.
    expect((await ask(at)).status).toBe(404);
    expect((await ask(at, { token: 'own.made-up', address: '203.0.113.2' })).status).toBe(403);
  });

  /** Takes the token `good`, for an hour, and no other. */
  const strict: Authenticator = {
    authorize: ({ token }) =>
      token === 'good' || token === 'renewed'
        ? { granted: true, role: 'editor', person: null, expiresAt: Date.now() + 3_600_000, through: 'token' }
        : { granted: false, refusal: 'unauthenticated', reason: 'Nonsense.' },
  };

  it('[SEC-10, SEC-1] brought by a neighbour shut out no good one, over HTTP, WebSocket or by a message', async () => {
    const { url } = await startForTest({ settings: { maxRefusedTokensPerMinute: 2 }, authenticator: strict });
    const at = `${url}/api/documents/notes`;
    const good = { protocols: ['coscribe.1', 'coscribe.token.good'] };
    const alice = await WireClient.join(url, 'notes', good);
    const attack = Array.from({ length: 60 }, (_, i) => ask(at, { token: `nonsense-${i}` }));
    for (let i = 0; i < 20; i++) {
      const bob = await WireClient.join(url, 'notes', good);
      expect((await ask(at, { token: 'good' })).status).toBe(404);
      await bob.leave();
    }
    expect((await Promise.all(attack)).filter(({ status }) => status === 429).length).toBeGreaterThan(50);
    alice.send(encodeToken('renewed'));
    await alice.until(() => alice.received.some(({ type }) => type === 'notice'), 'the answer');
    expect(alice.closed).toBeNull();
  });

  it('[SEC-10] count when they come by a message too', async () => {
    const { url } = await startForTest({ settings: { maxRefusedTokensPerMinute: 2 }, authenticator: strict });
    for (const code of [4401, 4401, 4429]) {
      const client = await WireClient.join(url, 'notes', { protocols: ['coscribe.1', 'coscribe.token.good'] });
      client.send(encodeToken('nonsense'));
      expect((await client.untilClosed()).code).toBe(code);
    }
  });

  it('[SEC-10] are not those that are good and allow less', async () => {
    const { url } = await startForTest({ settings: { access: 'private', maxRefusedTokensPerMinute: 1 } });
    const at = `${url}/api/documents/notes`;
    const owner = `own.${'o'.repeat(43)}`;
    await ask(at, { method: 'PUT', token: owner });
    const made = await fetch(`${at}/links`, {
      method: 'POST',
      headers: { authorization: `Bearer ${owner}`, 'content-type': 'application/json' },
      body: '{"role":"viewer"}',
    });
    const { link } = (await made.json()) as { link: string };
    for (let i = 0; i < 3; i++) {
      const renamed = await fetch(at, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${link}`, 'content-type': 'application/json' },
        body: '{"title":"mine"}',
      });
      expect(renamed.status).toBe(403);
    }
    expect((await ask(at, { token: link })).status).toBe(200);
  });
});

it('[SEC-10] a person has no more connections than they may; another person does, and one that ends makes room', async () => {
  const { url } = await startForTest({ settings: { maxConnectionsPerPerson: 2 }, authenticator: trusting });
  const as = (person: string) => ({ protocols: ['coscribe.1', `coscribe.token.${person}`] });
  const [first] = [await WireClient.join(url, 'a', as('ada')), await WireClient.join(url, 'b', as('ada'))];
  expect(await new WireClient(url, 'c', as('ada')).untilClosed()).toMatchObject({
    code: 4429,
    reason: 'retry-after=10; This person has as many connections as they may.',
  });
  await WireClient.join(url, 'c', as('bob'));
  await first.leave();
  await WireClient.join(url, 'c', as('ada'));
});

it('[SEC-10] what all connections of an address send is counted together, and closes none of another address', async () => {
  const { url } = await startForTest({ settings: { ...PROXIED, maxMessagesPerSecondPerAddress: 20 } });
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
  const crowd = await Promise.all(['a', 'b', 'c', 'd'].map((name) => WireClient.join(url, name, from('203.0.113.1'))));
  const bob = await WireClient.join(url, 'a', from('203.0.113.2'));
  // No connection sends more than 50, all together more than a hundred.
  for (const client of crowd) for (let i = 0; i < 50; i++) client.insert(0, 'x');
  const closed = await Promise.race(crowd.map((client) => client.untilClosed()));
  expect(closed).toMatchObject({
    code: 4429,
    reason: expect.stringMatching(/^retry-after=\d+; Too many messages came in a short time\.$/),
  });
  bob.insert(0, 'still here');
  await bob.untilStored();
});

describe('the API key', () => {
  const apiKey = 'k'.repeat(40);

  it('opens every document over HTTP, is counted nowhere, and opens nothing over WebSocket', async () => {
    const lines: string[] = [];
    const note = (fields: object, message: string) => void lines.push(JSON.stringify(fields) + message);
    const logger: Logger = { debug: note, info: note, warn: note, error: note };
    const { url } = await startForTest({
      settings: { access: 'private', apiKey, maxRequestsPerSecond: 1, maxDocumentsPerHour: 1 },
      logger,
    });
    const at = `${url}/api/documents/minutes`;
    const key = { authorization: `Bearer ${apiKey}` };
    expect((await fetch(at)).status).toBe(401);
    for (const name of ['minutes', 'b', 'c']) {
      expect((await ask(`${url}/api/documents/${name}`, { method: 'PUT', token: apiKey })).status).toBe(201);
    }
    for (let i = 0; i < 30; i++) expect((await ask(at, { token: apiKey })).status).toBe(200);
    const made = await fetch(`${at}/links`, {
      method: 'POST',
      headers: { ...key, 'content-type': 'application/json' },
      body: '{"role":"editor"}',
    });
    const { link } = (await made.json()) as { link: string };
    const alice = await WireClient.join(url, 'minutes', { protocols: ['coscribe.1', `coscribe.token.${link}`] });
    alice.insert(0, 'let in by the link');
    await alice.untilStored();
    const thief = new WireClient(url, 'minutes', { protocols: ['coscribe.1', `coscribe.token.${apiKey}`] });
    expect((await thief.untilClosed()).code).toBe(4401);
    expect((await ask(at, { token: `${apiKey}k` })).status).toBe(401);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => line.includes(apiKey))).toEqual([]);
  });
});
