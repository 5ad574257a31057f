import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLOSE_CODES } from '../../protocol/close-codes.ts';
import { SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '../../protocol/version.ts';
import { systemClock } from '../clock.ts';
import type { Settings } from '../config/settings.ts';
import type { CoscribeServer } from '../server.ts';
import { LevelStore } from '../store/level-store.ts';
import { CookieBrowser, signInAtProvider, signOutAtProvider } from '../testing/cookie-browser.ts';
import { CLIENT, OpenIdProvider } from '../testing/openid-provider.ts';
import { freshFolder, startTestServer } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} };
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0';
const API_KEY = 'k'.repeat(32);
/** 4401: signing in again helps. */
const ENDED = { code: CLOSE_CODES.unauthenticated.code };

let provider: OpenIdProvider;
let server: CoscribeServer;
let folder: string;
/** What the provider posts logout tokens to; passes them on to the server of the moment. */
const relay = createServer((incoming, response) => {
  const { method, headers } = incoming;
  const passed = httpRequest(`${server.url}/auth/back-channel-logout`, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500);
    answer.pipe(response);
  });
  incoming.pipe(passed);
});

beforeAll(async () => {
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const { port } = relay.address() as AddressInfo;
  provider = await OpenIdProvider.start(0, { backChannelLogoutUri: `http://127.0.0.1:${port}/` });
  folder = await freshFolder();
  await start();
});

afterAll(async () => {
  await server.stop();
  await provider.stop();
  relay.closeAllConnections();
  relay.close();
});

async function start(settings: Partial<Settings> = {}): Promise<void> {
  server = await startTestServer({
    settings: {
      access: 'open',
      apiKey: API_KEY,
      trustProxy: ['loopback'],
      oidcIssuer: provider.issuer,
      oidcClientId: CLIENT.id,
      oidcClientSecret: CLIENT.secret,
      ...settings,
    },
    store: await LevelStore.open(folder),
    clock: systemClock,
  });
}

async function restart(): Promise<void> {
  await server.stop();
  await start();
}

async function signedIn(name: string, browser = new CookieBrowser()): Promise<CookieBrowser> {
  const back = await signInAtProvider(browser, `${server.url}/auth/sign-in`, name);
  expect((await browser.fetch(back)).status).toBe(303);
  return browser;
}

function ask(browser: CookieBrowser, method: string, path: string, headers: Record<string, string> = {}) {
  return browser.fetch(`${server.url}${path}`, { method, headers: { origin: server.url, ...headers } });
}

interface Listed {
  id: string;
  current: boolean;
  address: string;
  browser: string | null;
  signedInAt: string;
}

async function listOf(browser: CookieBrowser): Promise<Listed[]> {
  const response = await ask(browser, 'GET', '/api/sessions');
  expect(response.status).toBe(200);
  return ((await response.json()) as { sessions: Listed[] }).sessions;
}

async function personOf(browser: CookieBrowser): Promise<string | null> {
  const session = (await (await ask(browser, 'GET', '/api/session')).json()) as { person: { id: string } | null };
  return session.person?.id ?? null;
}

/** A client in a document, by a token of the browser's session. */
async function joined(browser: CookieBrowser): Promise<WireClient> {
  const response = await ask(browser, 'POST', '/api/session/token');
  const { token } = (await response.json()) as { token: string };
  return WireClient.join(server.url, 'minutes', { protocols: [SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX + token] });
}

/** Sends a logout token as the provider does. */
async function logOut(claims: Record<string, unknown>, header: Record<string, unknown> = {}) {
  const response = await fetch(`${server.url}/auth/back-channel-logout`, {
    method: 'POST',
    body: new URLSearchParams({ logout_token: await provider.sign(claims, header) }),
  });
  return response.status;
}

let ids = 0;
function claims(sub: string) {
  const now = Math.floor(Date.now() / 1000);
  ids += 1;
  return { iss: provider.issuer, aud: CLIENT.id, iat: now, exp: now + 120, jti: `id ${ids}`, events: EVENTS, sub };
}

describe('a signed-in person', () => {
  it('[SEC-19] lists own sessions, and ends one of them at once and for good', async () => {
    const [here, there, other] = [await signedIn('ann'), await signedIn('ann'), await signedIn('ben')];
    await ask(there, 'GET', '/api/session', { 'user-agent': FIREFOX, 'x-forwarded-for': '192.0.2.7' });
    const list = await listOf(here);
    expect(list).toHaveLength(2);
    const [mine, foreign] = [list.find(({ current }) => current), list.find(({ current }) => !current)];
    expect(foreign).toMatchObject({ address: '192.0.2.7', browser: 'Firefox on Linux' });
    expect(Date.now() - Date.parse(mine?.signedInAt ?? '')).toBeLessThan(60_000);
    const [client, stays] = [await joined(there), await joined(here)];
    expect((await ask(other, 'DELETE', `/api/sessions/${foreign?.id}`)).status).toBe(404);
    expect((await ask(here, 'DELETE', `/api/sessions/${foreign?.id}`)).status).toBe(204);
    expect(await client.untilClosed()).toMatchObject(ENDED);
    stays.insert(0, 'still here');
    await stays.untilStored();
    const kept = new Map(there.cookies);
    expect(await personOf(there)).toBe(null);
    await restart();
    // The cookie of before is no good after a restart either.
    for (const [name, value] of kept) there.cookies.set(name, value);
    expect(await personOf(there)).toBe(null);
    expect((await listOf(here)).map(({ current }) => current)).toEqual([true]);
    expect(await personOf(other)).toBe(`${provider.issuer}|ben`);
  });

  it('[SEC-19] signs out everywhere at once and for good, and may sign in again', async () => {
    const browsers = [await signedIn('carl'), await signedIn('carl'), await signedIn('carl')];
    const [first, ...others] = browsers;
    const clients = await Promise.all(browsers.map(joined));
    const kept = browsers.map((browser) => new Map(browser.cookies));
    if (first === undefined) throw new Error('nobody is signed in');
    expect((await ask(first, 'DELETE', '/api/sessions')).status).toBe(204);
    for (const client of clients) expect(await client.untilClosed()).toMatchObject(ENDED);
    await restart();
    browsers.forEach((browser, i) => {
      for (const [name, value] of kept[i] ?? []) browser.cookies.set(name, value);
    });
    for (const browser of browsers) expect(await personOf(browser)).toBe(null);
    expect(others).toHaveLength(2);
    expect(await personOf(await signedIn('carl'))).toBe(`${provider.issuer}|carl`);
  });

  it('[SEC-19] signs out everywhere else at once and for good, and stays signed in here', async () => {
    const browsers = [await signedIn('cleo'), await signedIn('cleo')];
    const [here, there] = browsers;
    if (here === undefined || there === undefined) throw new Error('nobody is signed in');
    const [stays, client] = [await joined(here), await joined(there)];
    const kept = new Map(there.cookies);
    const before = Math.floor(Date.now() / 1000);
    expect((await ask(here, 'DELETE', '/api/sessions?except=other')).status).toBe(400);
    expect((await ask(here, 'DELETE', '/api/sessions?except=current')).status).toBe(204);
    expect(await client.untilClosed()).toMatchObject(ENDED);
    stays.insert(0, 'still here');
    await stays.untilStored();
    // What the provider ends late, or for a time before, takes nothing of that back.
    expect(await logOut({ ...claims('cleo'), iat: before - 300 })).toBe(200);
    await restart();
    for (const [name, value] of kept) there.cookies.set(name, value);
    expect(await personOf(there)).toBe(null);
    expect((await listOf(here)).map(({ current }) => current)).toEqual([true]);
    // The one that went on ends like any other, and from another one too.
    const elsewhere = await signedIn('cleo');
    expect((await ask(elsewhere, 'DELETE', '/api/sessions?except=current')).status).toBe(204);
    expect([await personOf(here), await personOf(elsewhere)]).toEqual([null, `${provider.issuer}|cleo`]);
    expect(await logOut(claims('cleo'))).toBe(200);
    expect(await personOf(elsewhere)).toBe(null);
  });

  it('[SEC-19] is the only one who may: no page of another site, and nobody without the cookie', async () => {
    const browser = await signedIn('dora');
    for (const [method, path] of [
      ['GET', '/api/sessions'],
      ['DELETE', '/api/sessions'],
      ['DELETE', '/api/sessions/some'],
    ] as const) {
      expect((await ask(browser, method, path, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
      expect((await ask(new CookieBrowser(), method, path)).status).toBe(401);
    }
    expect(await personOf(browser)).toBe(`${provider.issuer}|dora`);
  });

  it('[SEC-18] is signed out when what they were given before is revoked', async () => {
    const browser = await signedIn('eli');
    const client = await joined(browser);
    const revoked = await fetch(`${server.url}/api/admin/revocations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ person: `${provider.issuer}|eli` }),
    });
    expect(revoked.status).toBe(201);
    expect(await client.untilClosed()).toMatchObject(ENDED);
    expect(await personOf(browser)).toBe(null);
  });
});

describe('the provider', () => {
  it('[SEC-19] ends the session here that began with the one that ended there', async () => {
    const [here, there] = [await signedIn('fay'), await signedIn('fay')];
    const [client, stays] = [await joined(here), await joined(there)];
    const signedOut = (await (await ask(here, 'POST', '/auth/sign-out')).json()) as { continueAt: string };
    expect(await client.untilClosed()).toMatchObject(ENDED);
    await signOutAtProvider(here, new URL(signedOut.continueAt));
    stays.insert(0, 'still here');
    await stays.untilStored();
    // The same from the other end: only the provider is told.
    const copy = new CookieBrowser();
    for (const [name, value] of there.cookies) copy.cookies.set(name, value);
    const hint = new URL(signedOut.continueAt);
    hint.searchParams.delete('id_token_hint');
    hint.searchParams.set('client_id', CLIENT.id);
    await signOutAtProvider(there, hint);
    expect(await stays.untilClosed()).toMatchObject(ENDED);
    expect(await personOf(copy)).toBe(null);
  });

  it('[SEC-19] ends all sessions of a subject, over a restart, and none that began later', async () => {
    const browser = await signedIn('gus');
    const client = await joined(browser);
    const kept = new Map(browser.cookies);
    const said = claims('gus');
    expect(await logOut(said)).toBe(200);
    expect(await client.untilClosed()).toMatchObject(ENDED);
    await restart();
    for (const [name, value] of kept) browser.cookies.set(name, value);
    expect(await personOf(browser)).toBe(null);
    expect(await personOf(await signedIn('gus'))).toBe(`${provider.issuer}|gus`);
  });

  it('[SEC-19] is believed only with a token that is whole, for this server, fresh, and new', async () => {
    const browser = await signedIn('hal');
    const good = claims('hal');
    const { sub, ...nobody } = good;
    const { jti, ...unnamed } = good;
    const old = Math.floor(Date.now() / 1000) - 3_600;
    for (const bad of [
      { ...good, iss: 'https://other.example' },
      { ...good, aud: 'another client' },
      { ...good, iat: old },
      { ...good, iat: old + 7_200 },
      { ...good, exp: old },
      { ...good, events: {} },
      { ...good, events: { 'http://schemas.openid.net/event/backchannel-logout': true } },
      { ...good, nonce: 'of an ID token' },
      { ...good, sid: 7 },
      nobody,
    ]) {
      expect([bad, await logOut(bad)]).toEqual([bad, 400]);
    }
    expect([sub, jti]).toEqual(['hal', good.jti]);
    expect(await personOf(browser)).toBe(`${provider.issuer}|hal`);
    await restart();
    expect(await logOut(unnamed)).toBe(400);
    expect(await logOut(good, { typ: 'at+jwt' })).toBe(400);
    const unsigned = [{ alg: 'none' }, good, null]
      .map((part) => (part === null ? '' : Buffer.from(JSON.stringify(part)).toString('base64url')))
      .join('.');
    for (const body of [new URLSearchParams({ logout_token: unsigned }), new URLSearchParams({})]) {
      const { status } = await fetch(`${server.url}/auth/back-channel-logout`, { method: 'POST', body });
      expect(status).toBe(400);
    }
    expect(await personOf(browser)).toBe(`${provider.issuer}|hal`);
    expect(await logOut(good, { typ: 'logout+jwt' })).toBe(200);
    expect(await personOf(browser)).toBe(null);
    expect(await logOut(good, { typ: 'logout+jwt' })).toBe(400);
  });
});
