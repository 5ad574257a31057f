import { expect, it, onTestFinished } from 'vitest';
import { CLOSE_CODES } from '../../protocol/close-codes.ts';
import type { DashboardView } from '../../protocol/dashboard.ts';
import { encodeSyncStep1 } from '../../protocol/messages.ts';
import { SUBPROTOCOL } from '../../protocol/version.ts';
import { ADMIN_ROUTE_DESCRIPTIONS } from '../http/admin-route-descriptions.ts';
import type { CoscribeServer } from '../server.ts';
import { LevelStore } from '../store/level-store.ts';
import { CookieBrowser, signInAtProvider } from '../testing/cookie-browser.ts';
import { LogRecord } from '../testing/log-record.ts';
import { CLIENT, OpenIdProvider } from '../testing/openid-provider.ts';
import { ask, join, ownerKey, protocols } from '../testing/shared-document.ts';
import { startForTest } from '../testing/start-for-test.ts';
import { freshFolder, startTestServer } from '../testing/test-server.ts';
import { JWT_SECRET, makeToken } from '../testing/token-source.ts';
import { WireClient } from '../testing/wire-client.ts';

const KEY = 'k'.repeat(32);
const SETTINGS = { apiKey: KEY, jwtSecret: JWT_SECRET } as const;

async function admin(server: CoscribeServer, method: string, path: string, body?: unknown, key: string | null = KEY) {
  const response = await fetch(`${server.url}/api/admin/${path}`, {
    method,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, text, body: isJson ? JSON.parse(text) : null };
}

const view = async (server: CoscribeServer, query = '') =>
  (await admin(server, 'GET', `view${query}`)).body as DashboardView;

/** The epoch that a client was told. */
function epochOf(client: WireClient): string {
  const epoch = client.received.flatMap((message) => (message.type === 'welcome' ? message.welcome.epoch : []))[0];
  if (epoch === undefined) throw new Error('there was no welcome');
  return epoch;
}

/** What a client was told to show. */
const announcements = (client: WireClient) =>
  client.received.flatMap((message) =>
    message.type === 'notice' && message.notice.type === 'announcement' ? [message.notice.text] : [],
  );

it('[OPS-2] is not there for anyone without the right, whatever they bring', async () => {
  const server = await startForTest({ settings: SETTINGS });
  const elsewhere = await admin(server, 'GET', 'nothing-at-all', undefined, null);
  expect(elsewhere).toMatchObject({ status: 404, body: { error: { code: 'not-found' } } });
  const keys = [null, 'x'.repeat(32), await makeToken({ sub: 'u-1' }), ownerKey()];
  for (const route of Object.keys(ADMIN_ROUTE_DESCRIPTIONS)) {
    const [method = '', url = ''] = route.split(' ');
    const path = url.replace('/api/admin/', '').replaceAll(/:\w+/g, 'minutes');
    for (const key of keys) {
      const { status, body } = await admin(server, method, path, method === 'GET' ? undefined : {}, key);
      expect({ route, status, code: body.error.code }).toEqual({ route, status: 404, code: 'not-found' });
      expect(body.error.message).toBe(`There is nothing at ${method} /api/admin/${path}.`);
    }
  }
});

it('[OPS-2] opens to a link once, for the browser that opened it, and no page of another site acts by it', async () => {
  const server = await startForTest({ settings: SETTINGS });
  const { body, status } = await admin(server, 'POST', 'keys');
  expect(status).toBe(201);
  expect(body.address).toBe(`${server.url}${body.path}`);
  const [browser, other] = [new CookieBrowser(), new CookieBrowser()];
  const opened = await browser.fetch(body.address);
  expect([opened.status, opened.headers.get('location')]).toEqual([303, '/admin']);
  expect(browser.received.join()).toMatch(/^coscribe-admin=[\w-]{43};.* HttpOnly; SameSite=Lax$/);
  expect((await other.fetch(body.address)).status).toBe(404);
  const stat = async (who: CookieBrowser, method: string, path: string, site: string | null) =>
    (
      await who.fetch(`${server.url}/api/admin/${path}`, {
        method,
        headers: site === null ? {} : { 'sec-fetch-site': site },
      })
    ).status;
  expect(await stat(browser, 'GET', 'view', 'same-origin')).toBe(200);
  expect(await stat(other, 'GET', 'view', 'same-origin')).toBe(404);
  expect(await stat(browser, 'DELETE', 'announcement', 'cross-site')).toBe(403);
  expect(await stat(browser, 'DELETE', 'announcement', 'same-site')).toBe(403);
  expect(await stat(browser, 'DELETE', 'announcement', null)).toBe(403);
  // One link makes no others.
  expect(await stat(browser, 'POST', 'keys', 'same-origin')).toBe(404);
  expect(await stat(browser, 'DELETE', 'announcement', 'same-origin')).toBe(204);
  const [cookie] = [...browser.cookies.values()];
  expect(await stat(browser, 'DELETE', 'session', 'same-origin')).toBe(204);
  browser.cookies.set('coscribe-admin', cookie ?? '');
  expect(await stat(browser, 'GET', 'view', 'same-origin')).toBe(404);
});

it('[OPS-3] deletes a document under those who write in it, and no copy of theirs brings it back', async () => {
  const log = new LogRecord();
  const server = await startForTest({ settings: SETTINGS, logger: log.logger });
  const owner = ownerKey();
  await ask(server, 'PUT', 'minutes', owner, { content: 'Agenda', title: 'Minutes' });
  const { body: link } = await ask(server, 'POST', 'minutes/links', owner, { role: 'editor' });
  const [ada, grace] = [await join(server, owner), await join(server, link.link)];
  ada.insert(0, 'Our ');
  await grace.until(() => grace.text === 'Our Agenda', 'the edit');
  const epoch = epochOf(ada);

  const deletion = await admin(server, 'DELETE', 'documents/minutes');
  expect(deletion).toMatchObject({ status: 200, body: { name: 'minutes', title: 'Minutes' } });
  for (const client of [ada, grace]) {
    expect(await client.untilClosed()).toMatchObject({ code: CLOSE_CODES.epochChanged.code, reason: /deleted/ });
  }
  expect((await ask(server, 'GET', 'minutes/text', KEY)).status).toBe(404);
  expect((await admin(server, 'DELETE', 'documents/minutes')).status).toBe(404);
  // Links and owners are of the document that is gone.
  expect((await ask(server, 'GET', 'minutes/access', link.link)).status).toBe(403);
  const late = new WireClient(server.url, `minutes?epoch=${epoch}`, { protocols: [SUBPROTOCOL] });
  expect(await late.untilClosed()).toMatchObject({ code: CLOSE_CODES.epochChanged.code });
  const fresh = await WireClient.join(server.url, 'minutes', { protocols: [SUBPROTOCOL] });
  expect([fresh.text, epochOf(fresh) === epoch]).toEqual(['', false]);

  // While nobody has written there, it comes back, with all that it was, and old copies go on.
  expect(await admin(server, 'POST', 'deleted/minutes')).toMatchObject({ status: 201, body: { name: 'minutes' } });
  expect(await fresh.untilClosed()).toMatchObject({ code: CLOSE_CODES.tryAgainLater.code });
  const back = await WireClient.join(server.url, `minutes?epoch=${epoch}`, { protocols: protocols(link.link) });
  expect([back.text, epochOf(back)]).toEqual(['Our Agenda', epoch]);
  expect((await ask(server, 'GET', 'minutes/events', owner)).status).toBe(200);
  const told = log.events.map(({ security, document, through }) => ({ security, document, through }));
  expect(told).toContainEqual({ security: 'document-deleted', document: 'minutes', through: 'api key' });
  expect(told).toContainEqual({ security: 'document-restored', document: 'minutes', through: 'api key' });
});

it('[OPS-3] a stock client that comes back to a deleted document does not bring it back', async () => {
  const server = await startForTest({ settings: SETTINGS });
  const stock = await WireClient.join(server.url, 'plan', { protocols: [] });
  stock.insert(0, 'All of the plan');
  await expect.poll(async () => (await ask(server, 'GET', 'plan/text', KEY)).status).toBe(200);
  expect(await admin(server, 'DELETE', 'documents/plan')).toMatchObject({ status: 200 });
  await stock.untilClosed();
  const back = new WireClient(server.url, 'plan', { protocols: [] });
  expect(await back.untilClosed()).toMatchObject({
    code: CLOSE_CODES.epochChanged.code,
    reason: expect.stringContaining('The document was deleted.'),
  });
  expect((await ask(server, 'GET', 'plan/text', KEY)).status).toBe(404);
  // Once somebody has begun a new one, it is a document like any other.
  expect((await ask(server, 'PUT', 'plan', KEY, { content: 'Another' })).status).toBe(201);
  const newcomer = await WireClient.join(server.url, 'plan', { protocols: [] });
  expect(newcomer.text).toBe('Another');
});

it('[OPS-3] keeps deleted documents over a restart, and none takes the place of another', async () => {
  const folder = await freshFolder();
  let server = await startTestServer({ settings: SETTINGS, store: await LevelStore.open(folder) });
  onTestFinished(() => server.stop());
  await ask(server, 'PUT', 'minutes', KEY, { content: 'old' });
  const { body: first } = await admin(server, 'DELETE', 'documents/minutes');
  await server.stop();
  server = await startTestServer({ settings: SETTINGS, store: await LevelStore.open(folder) });
  await ask(server, 'PUT', 'minutes', KEY, { content: 'new' });
  expect((await admin(server, 'GET', 'deleted')).body.deleted).toMatchObject([{ id: first.id, name: 'minutes' }]);
  const conflict = await admin(server, 'POST', `deleted/${first.id}`);
  expect(conflict).toMatchObject({ status: 409, body: { error: { code: 'document-exists' } } });
  expect((await ask(server, 'GET', 'minutes/text', KEY)).body).toBe('new');
  expect(await admin(server, 'POST', `deleted/${first.id}`, { name: 'minutes/old' })).toMatchObject({ status: 201 });
  expect((await ask(server, 'GET', 'minutes%2Fold/text', KEY)).body).toBe('old');
  expect(await admin(server, 'POST', `deleted/${first.id}`)).toMatchObject({
    body: { error: { code: 'not-deleted' } },
  });
  for (const name of ['nothing', '%00', '..']) {
    expect((await admin(server, 'DELETE', `documents/${encodeURIComponent(name)}`)).status).toBeGreaterThanOrEqual(400);
  }
  await ask(server, 'PUT', 'minutes/frozen', KEY, {});
  expect(await admin(server, 'DELETE', 'documents/minutes')).toMatchObject({
    status: 403,
    body: { error: { code: 'frozen' } },
  });
});

it('[OPS-3] a deletion among many who write leaves nothing of the old text and no damage', async () => {
  const server = await startForTest({ settings: SETTINGS });
  await ask(server, 'PUT', 'minutes', KEY, { content: 'start' });
  const crowd = await Promise.all(Array.from({ length: 10 }, () => join(server, null)));
  for (let round = 0; round < 20; round++) for (const client of crowd) client.insert(0, 'x');
  const [{ status }] = await Promise.all([
    admin(server, 'DELETE', 'documents/minutes'),
    ask(server, 'PATCH', 'minutes', KEY, { title: 'Late' }),
  ]);
  expect(status).toBe(200);
  const fresh = await join(server, null);
  expect(fresh.text).toBe('');
  fresh.insert(0, 'new');
  await fresh.untilStored();
  expect((await ask(server, 'GET', 'minutes/text', KEY)).body).toBe('new');
});

it('[OPS-2] unloads a document and closes a connection, and nothing is lost by it', async () => {
  const log = new LogRecord();
  const server = await startForTest({ settings: SETTINGS, logger: log.logger });
  const ada = await join(server, null);
  ada.insert(0, 'text');
  await ada.untilStored();
  expect((await admin(server, 'POST', 'documents/minutes/unload')).status).toBe(204);
  expect(await ada.untilClosed()).toMatchObject({ code: CLOSE_CODES.tryAgainLater.code });
  const again = await join(server, null);
  expect(again.text).toBe('text');
  const { connections } = await view(server);
  expect(connections).toMatchObject({
    total: 1,
    rows: [{ network: '127.0.0.0/24', transport: 'websocket', person: null }],
  });
  const id = connections.rows[0]?.id ?? 0;
  expect((await admin(server, 'GET', `connections/${id}`)).body).toEqual({ address: '127.0.0.1' });
  expect((await admin(server, 'DELETE', `connections/${id}`)).status).toBe(204);
  expect(await again.untilClosed()).toMatchObject({ code: CLOSE_CODES.tryAgainLater.code });
  expect((await admin(server, 'DELETE', `connections/${id}`)).status).toBe(404);
  const acts = log.events.filter(({ security }) => security === 'administered').map(({ reason }) => reason);
  expect(acts).toEqual([
    'It was dropped from memory, to be loaded again.',
    'The address of a connection was looked up.',
    'A connection was closed.',
  ]);
});

it('[OPS-2] tells everybody who is here and who comes, and takes it back', async () => {
  const server = await startForTest({ settings: SETTINGS });
  const here = await join(server, null);
  const soon = new Date(Date.now() + 3_600_000).toISOString();
  expect(await admin(server, 'PUT', 'announcement', { text: ' Restart at 18:00. ', until: soon })).toMatchObject({
    status: 200,
    body: { text: 'Restart at 18:00.', until: soon },
  });
  await here.until(() => announcements(here).length === 1, 'the announcement');
  const comes = await join(server, null, 'other');
  await comes.until(() => announcements(comes).length === 1, 'the announcement');
  expect(announcements(comes)).toEqual(['Restart at 18:00.']);
  await admin(server, 'DELETE', 'announcement');
  await here.until(() => announcements(here).length === 2, 'the end of it');
  expect(announcements(here)).toEqual(['Restart at 18:00.', null]);
  for (const body of [
    { text: '' },
    { text: 'x'.repeat(201) },
    { text: 'a\nb' },
    { text: 'x', until: '2001-01-01' },
    { text: 'x', until: 'soon' },
  ]) {
    expect(await admin(server, 'PUT', 'announcement', body)).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid-notice' } },
    });
  }
});

it('[OPS-2] ends what a person was given until now', async () => {
  const server = await startForTest({ settings: SETTINGS });
  const ada = await WireClient.join(server.url, 'minutes', { protocols: protocols(await makeToken({ sub: 'ada' })) });
  expect((await view(server)).connections.rows).toMatchObject([{ personId: 'ada' }]);
  expect((await admin(server, 'POST', 'sign-outs', { person: 'ada' })).status).toBe(204);
  expect(await ada.untilClosed()).toMatchObject({ code: CLOSE_CODES.unauthenticated.code });
});

it('[OPS-2] shows who and what is here, without names of documents and whole addresses', async () => {
  const server = await startForTest({ settings: { ...SETTINGS, trustProxy: ['loopback'] } });
  const headers = { 'x-forwarded-for': '203.0.113.77' };
  await ask(server, 'PUT', 'a-secret-name', KEY, { content: 'text', title: 'The plan' });
  const clients = await Promise.all(
    [1, 2].map(() => WireClient.join(server.url, 'a-secret-name', { protocols: [SUBPROTOCOL], headers })),
  );
  await WireClient.join(server.url, 'another-secret', { protocols: [SUBPROTOCOL], headers });
  clients[0]?.sendUpdate(new Uint8Array([9, 9, 9]));
  await clients[0]?.untilClosed();
  clients[1]?.send(encodeSyncStep1(new Uint8Array([0])));

  const answer = await admin(server, 'GET', 'view');
  expect(answer.text).not.toContain('secret');
  expect(answer.text).not.toContain('203.0.113.77');
  const seen = answer.body as DashboardView;
  expect(seen.overview).toMatchObject({
    connections: 2,
    documents: 2,
    transports: { websocket: 2 },
    closes: { '4400': 1 },
  });
  expect(seen.documents.rows.map(({ title, people }) => ({ title, people }))).toEqual([
    { title: 'The plan', people: 1 },
    { title: '', people: 1 },
  ]);
  expect(new Set(seen.connections.rows.map(({ network }) => network))).toEqual(new Set(['203.0.113.0/24']));
  const [plan] = seen.documents.rows;
  expect((await admin(server, 'POST', 'names', { id: plan?.id })).body).toEqual({ name: 'a-secret-name' });
  const found = await view(server, '?find=the%20PLAN');
  expect([found.documents.found, found.documents.total, found.connections.found]).toEqual([1, 2, 1]);
  expect((await view(server, '?find=203.0.113.77')).connections.found).toBe(2);
  // The event of before is not told again.
  const last = Math.max(0, ...seen.events.map(({ number }) => number));
  expect((await view(server, `?events=${last}`)).events.map(({ number }) => number)).toEqual([last + 1]);
});

it('[OPS-2] pushes what it shows, until the right has ended', async () => {
  const server = await startForTest({ settings: SETTINGS });
  const browser = new CookieBrowser();
  await browser.fetch((await admin(server, 'POST', 'keys')).body.address);
  const response = await browser.fetch(`${server.url}/api/admin/stream`);
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const until = async (condition: () => boolean) => {
    while (!condition()) {
      const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
      if (done) return;
      text += value;
    }
  };
  const pushes = () =>
    [...text.matchAll(/^data: (\{.*"overview".*\})$/gm)].map(([, json]) => JSON.parse(json ?? '') as DashboardView);
  await until(() => pushes().length > 0);
  expect(pushes()[0]?.overview.connections).toBe(0);
  const client = await join(server, null);
  await until(() => pushes().at(-1)?.overview.connections === 1);
  await client.leave();
  await until(() => pushes().at(-1)?.overview.connections === 0);
  await browser.fetch(`${server.url}/api/admin/session`, {
    method: 'DELETE',
    headers: { 'sec-fetch-site': 'same-origin' },
  });
  await until(() => text.includes('event: end'));
  expect(text).toContain('event: end');
});

it('[OPS-2] opens to the signed-in people whom the setting names, as long as they are, and to nobody else', async () => {
  const provider = await OpenIdProvider.start();
  onTestFinished(() => provider.stop());
  const log = new LogRecord();
  const server = await startForTest({
    logger: log.logger,
    settings: {
      ...SETTINGS,
      oidcIssuer: provider.issuer,
      oidcClientId: CLIENT.id,
      oidcClientSecret: CLIENT.secret,
      admins: [`${provider.issuer}|alice`],
    },
  });
  const signedIn = async (login: string) => {
    const browser = new CookieBrowser();
    await browser.follow(await signInAtProvider(browser, `${server.url}/auth/sign-in`, login));
    return browser;
  };
  const act = async (browser: CookieBrowser, method: string, path: string, headers: Record<string, string>) =>
    (await browser.fetch(`${server.url}${path}`, { method, headers })).status;
  const same = { 'sec-fetch-site': 'same-origin' };
  const [alice, bob] = [await signedIn('alice'), await signedIn('bob')];
  expect(await act(alice, 'GET', '/api/admin/view', same)).toBe(200);
  expect(await act(bob, 'GET', '/api/admin/view', same)).toBe(404);
  expect(await act(bob, 'GET', '/admin', same)).toBe(404);
  expect(await act(alice, 'DELETE', '/api/admin/announcement', { 'sec-fetch-site': 'cross-site' })).toBe(403);
  expect(await act(alice, 'DELETE', '/api/admin/announcement', same)).toBe(204);
  expect(log.events.at(-1)).toMatchObject({
    security: 'administered',
    through: 'session',
    person: `${provider.issuer}|alice`,
  });
  expect(await act(alice, 'DELETE', '/api/sessions', same)).toBe(204);
  expect(await act(alice, 'GET', '/api/admin/view', same)).toBe(404);
});
