import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../clock.ts';
import type { Settings } from '../config/settings.ts';
import type { CoscribeServer } from '../server.ts';
import { CookieBrowser, signInAtProvider, signOutAtProvider } from '../testing/cookie-browser.ts';
import { LogRecord } from '../testing/log-record.ts';
import { CLIENT, OpenIdProvider, PUBLIC_CLIENT_ID } from '../testing/openid-provider.ts';
import { startTestServer } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

const DAY = 24 * 60 * 60 * 1000;

let provider: OpenIdProvider;
let server: CoscribeServer;
const log = new LogRecord();
/** How far the server's calendar is ahead, in milliseconds. */
let ahead = 0;
const clock: Clock = { ...systemClock, date: () => Date.now() + ahead };
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  provider = await OpenIdProvider.start();
  stops.push(() => provider.stop());
  // Behind a proxy on this machine, so that each test can come from an address of its own.
  server = await start({ access: 'private', trustProxy: ['loopback'] });
});

afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

async function start(settings: Partial<Settings> = {}, time: Clock = clock): Promise<CoscribeServer> {
  const started = await startTestServer({
    settings: {
      oidcIssuer: provider.issuer,
      oidcClientId: CLIENT.id,
      oidcClientSecret: CLIENT.secret,
      ...settings,
    },
    clock: time,
    logger: log.logger,
  });
  stops.push(() => started.stop());
  return started;
}

async function signedIn(name: string, at = server): Promise<CookieBrowser> {
  const browser = new CookieBrowser();
  const back = await signInAtProvider(browser, `${at.url}/auth/sign-in`, name);
  expect((await browser.fetch(back)).status).toBe(303);
  return browser;
}

/** The id of whom the server takes this browser for. */
async function personOf(browser: CookieBrowser, at = server): Promise<string | null> {
  const session = (await (await browser.fetch(`${at.url}/api/session`)).json()) as { person: { id: string } | null };
  return session.person?.id ?? null;
}

function post(browser: CookieBrowser, path: string, headers: Record<string, string>): Promise<Response> {
  return browser.fetch(`${server.url}${path}`, { method: 'POST', headers });
}

async function tokenOf(browser: CookieBrowser): Promise<string> {
  const response = await post(browser, '/api/session/token', { origin: server.url });
  const { token, expiresIn } = (await response.json()) as { token: string; expiresIn: number };
  expect(expiresIn).toBeGreaterThan(9 * 60_000);
  expect(expiresIn).toBeLessThanOrEqual(10 * 60_000);
  return token;
}

async function codeOf(response: Response): Promise<[number, string]> {
  const { error } = (await response.json()) as { error: { code: string } };
  return [response.status, error.code];
}

const lastEvent = () => log.events.at(-1);

describe('signing in', () => {
  it('goes to the provider and back to where it began, and the server knows who it is', async () => {
    const browser = new CookieBrowser();
    expect(await (await browser.fetch(`${server.url}/api/session`)).json()).toEqual({
      access: 'private',
      person: null,
      signIn: '/auth/sign-in',
    });
    const back = await signInAtProvider(browser, `${server.url}/auth/sign-in?return=%2Fd%2Fx%3Fy%23z`, 'alice');
    const response = await browser.fetch(back);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/d/x?y#z']);
    expect(await (await browser.fetch(`${server.url}/api/session`)).json()).toMatchObject({
      person: {
        id: `${provider.issuer}|alice`,
        name: 'Alice Example',
        color: null,
        avatar: 'https://pictures.example/alice.png',
      },
    });
    expect(lastEvent()).toEqual({
      security: 'signed-in',
      address: '127.0.0.1',
      person: `${provider.issuer}|alice`,
    });
  });

  it('works for a public client, which has no secret', async () => {
    const other = await start({ oidcClientId: PUBLIC_CLIENT_ID, oidcClientSecret: null });
    expect(await personOf(await signedIn('bob', other), other)).toBe(`${provider.issuer}|bob`);
  });

  it('gives an identity, which owns what it creates and may do nothing elsewhere', async () => {
    const [alice, bob] = [await tokenOf(await signedIn('alice')), await tokenOf(await signedIn('bob'))];
    const create = (token: string | null) =>
      fetch(`${server.url}/api/documents/plans`, {
        method: 'PUT',
        ...(token === null ? {} : { headers: { authorization: `Bearer ${token}` } }),
      });
    expect((await create(null)).status).toBe(401);
    expect((await create(alice)).status).toBe(201);
    const client = await WireClient.join(server.url, 'plans', {
      protocols: ['coscribe.1', `coscribe.token.${alice}`],
    });
    expect(client.received[0]).toMatchObject({
      type: 'welcome',
      welcome: { role: 'owner', person: { id: `${provider.issuer}|alice`, name: 'Alice Example' } },
    });
    client.socket.close();
    const stranger = new WireClient(server.url, 'plans', { protocols: ['coscribe.1', `coscribe.token.${bob}`] });
    expect(await stranger.untilClosed()).toMatchObject({ code: 4403 });
  });

  it.each([
    ['//evil.example/x'],
    ['https://evil.example/'],
    ['/\\evil.example'],
    ['/\t/evil.example'],
    ['/.//evil.example'],
    ['/d/../..//evil.example'],
    ['javascript:alert(1)'],
    ['d/x'],
    [''],
  ])('returns to the start page instead of %j', async (address) => {
    const browser = new CookieBrowser();
    const begin = `${server.url}/auth/sign-in?return=${encodeURIComponent(address)}`;
    const response = await browser.fetch(await signInAtProvider(browser, begin, 'alice'));
    expect([response.status, response.headers.get('location')]).toEqual([303, '/']);
  });

  it('refuses more than one return address', async () => {
    const response = await fetch(`${server.url}/auth/sign-in?return=/a&return=//evil.example`, { redirect: 'manual' });
    expect(await codeOf(response)).toEqual([400, 'bad-request']);
  });
});

describe('coming back from the provider fails', () => {
  /** Somebody at the point of coming back, who has not used the code yet. */
  async function almost(): Promise<{ browser: CookieBrowser; back: URL }> {
    const browser = new CookieBrowser();
    return { browser, back: await signInAtProvider(browser, `${server.url}/auth/sign-in`, 'mallory') };
  }

  async function expectFailure(browser: CookieBrowser, back: URL, reason: string | RegExp): Promise<void> {
    expect(await codeOf(await browser.fetch(back))).toEqual([400, 'sign-in-failed']);
    expect(await personOf(browser)).toBe(null);
    expect(lastEvent()).toEqual({
      security: 'sign-in-failed',
      address: '127.0.0.1',
      reason: expect.stringMatching(reason),
    });
  }

  it('with another state', async () => {
    const { browser, back } = await almost();
    back.searchParams.set('state', `x${back.searchParams.get('state')?.slice(1)}`);
    await expectFailure(browser, back, 'OAUTH_INVALID_RESPONSE');
  });

  it('without the cookie, as in the browser of a victim', async () => {
    const { back } = await almost();
    await expectFailure(new CookieBrowser(), back, 'no attempt');
  });

  it('with the cookie of another attempt, and with its state too', async () => {
    const [mallory, victim] = [await almost(), await almost()];
    const code = mallory.back.searchParams.get('code') ?? '';
    const kept = new Map(victim.browser.cookies);
    await expectFailure(victim.browser, mallory.back, 'OAUTH_INVALID_RESPONSE');
    for (const [name, value] of kept) victim.browser.cookies.set(name, value);
    victim.back.searchParams.set('code', code);
    await expectFailure(victim.browser, victim.back, 'invalid_grant');
  });

  it('with a code that was used', async () => {
    const { browser, back } = await almost();
    const kept = new Map(browser.cookies);
    expect((await browser.fetch(back)).status).toBe(303);
    browser.cookies.clear();
    for (const [name, value] of kept) browser.cookies.set(name, value);
    await expectFailure(browser, back, 'invalid_grant');
  });

  it('with an ID token for another nonce', async () => {
    const browser = new CookieBrowser();
    const begun = await browser.fetch(`${server.url}/auth/sign-in`);
    const address = new URL(begun.headers.get('location') ?? '');
    address.searchParams.set('nonce', 'another-nonce');
    const back = await signInAtProvider(browser, address, 'mallory');
    await expectFailure(browser, back, 'OAUTH_JWT_CLAIM_COMPARISON_FAILED');
  });

  it('after more than ten minutes', async () => {
    const { browser, back } = await almost();
    ahead = 10 * 60_000 + 1_000;
    await expectFailure(browser, back, 'no attempt');
    ahead = 0;
  });

  it('when somebody gave up at the provider', async () => {
    const browser = new CookieBrowser();
    const shown = await browser.follow(`${server.url}/auth/sign-in`);
    const cancelled = await browser.follow(new URL(`${shown.url.pathname}/abort`, shown.url), (next) =>
      next.pathname.endsWith('/auth/callback'),
    );
    await expectFailure(browser, cancelled.url, /^access_denied/);
  });

  /** Comes back with a code that the provider did not give, in the midst of a sign-in. */
  async function guessing(): Promise<(address: string) => Promise<Response>> {
    const browser = new CookieBrowser();
    const begun = await browser.fetch(`${server.url}/auth/sign-in`);
    const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state');
    return (address) =>
      browser.fetch(`${server.url}/auth/callback?code=guess&state=${state}`, {
        headers: { 'x-forwarded-for': address },
      });
  }

  it.each([
    ['which slows that address and no other', () => '192.0.2.1', '192.0.2.1'],
    ['from neighbours in one IPv6 network', (i: number) => `2001:db8:9::${i}`, '2001:db8:9::12'],
    ['from where a proxy writes a port behind it', (i: number) => `203.0.113.8:${5_000 + i}`, '203.0.113.8'],
  ])('[SEC-4, SEC-10] again and again, %s', async (_what, addressOf, logged) => {
    const guess = await guessing();
    for (let i = 1; i <= 11; i++) expect((await guess(addressOf(i))).status).toBe(400);
    const slowed = await guess(addressOf(12));
    expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await codeOf(slowed)).toEqual([429, 'rate-limited']);
    expect(lastEvent()).toMatchObject({ security: 'rate-limited', address: logged, code: 'rate-limited' });
    expect((await guess('192.0.2.2')).status).toBe(400);
  });

  it('[SEC-10] slows nobody whom a page of another site sends here, with or without the cookie', async () => {
    const victim = new CookieBrowser();
    await victim.fetch(`${server.url}/auth/sign-in`);
    for (const browser of [new CookieBrowser(), victim]) {
      for (let i = 0; i < 12; i++) {
        const sent = await browser.fetch(`${server.url}/auth/callback?code=x&state=x`, {
          headers: { 'x-forwarded-for': '192.0.2.3' },
        });
        expect(sent.status).toBe(400);
      }
    }
    const began = await fetch(`${server.url}/auth/sign-in`, {
      headers: { 'x-forwarded-for': '192.0.2.3' },
      redirect: 'manual',
    });
    expect(began.status).toBe(303);
  });
});

describe('a session', () => {
  const session = (browser: CookieBrowser) => browser.cookies.get('coscribe-session') ?? '';

  it('is not believed when its cookie was changed, and the cookie is removed', async () => {
    const browser = await signedIn('alice');
    const parts = session(browser).split('.');
    const text = parts[3] ?? '';
    parts[3] = `${text.slice(0, 10)}${text[10] === 'A' ? 'B' : 'A'}${text.slice(11)}`;
    browser.cookies.set('coscribe-session', parts.join('.'));
    expect(await personOf(browser)).toBe(null);
    expect(browser.cookies.has('coscribe-session')).toBe(false);
  });

  it('is not made of the cookie of an attempt, nor of a token', async () => {
    const browser = new CookieBrowser();
    await browser.fetch(`${server.url}/auth/sign-in`);
    const token = await tokenOf(await signedIn('alice'));
    for (const value of [browser.cookies.get('coscribe-sign-in') ?? '', token, token.slice('session.'.length)]) {
      browser.cookies.set('coscribe-session', value);
      expect(await personOf(browser)).toBe(null);
    }
    const asToken = new WireClient(server.url, 'plans', {
      protocols: ['coscribe.1', `coscribe.token.session.${session(await signedIn('alice'))}`],
    });
    expect(await asToken.untilClosed()).toMatchObject({ code: 4401 });
  });

  it('lasts seven days from its last use, and 30 days at most', async () => {
    try {
      const browser = await signedIn('alice');
      const first = session(browser);
      for (ahead = 6 * DAY; ahead < 30 * DAY; ahead += 6 * DAY) {
        expect(await personOf(browser)).toBe(`${provider.issuer}|alice`);
      }
      expect(session(browser)).not.toBe(first);
      ahead = 30 * DAY;
      expect(await personOf(browser)).toBe(null);
      ahead = 7 * DAY;
      browser.cookies.set('coscribe-session', first);
      expect(await personOf(browser)).toBe(null);
    } finally {
      ahead = 0;
    }
  });

  it('begins with an id of its own at every sign-in', async () => {
    const browser = await signedIn('alice');
    const first = session(browser);
    await browser.fetch(await signInAtProvider(browser, `${server.url}/auth/sign-in`, 'alice'));
    expect(session(browser)).not.toBe(first);
    expect((await post(browser, '/auth/sign-out', { origin: server.url })).status).toBe(200);
    browser.cookies.set('coscribe-session', first);
    expect(await personOf(browser)).toBe(`${provider.issuer}|alice`);
  });

  it('ends by signing out, for copies of the cookie and for tokens too', async () => {
    const browser = await signedIn('alice');
    const [copy, token] = [session(browser), await tokenOf(browser)];
    expect((await post(browser, '/auth/sign-out', { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    expect(browser.cookies.has('coscribe-session')).toBe(false);
    browser.cookies.set('coscribe-session', copy);
    expect(await personOf(browser)).toBe(null);
    expect(await codeOf(await post(browser, '/api/session/token', { origin: server.url }))).toEqual([
      401,
      'unauthenticated',
    ]);
    const late = new WireClient(server.url, 'late', { protocols: ['coscribe.1', `coscribe.token.${token}`] });
    expect(await late.untilClosed()).toMatchObject({ code: 4401 });
  });

  it('[DEV-1] ends the session at the provider too, which then asks for a login again', async () => {
    const browser = await signedIn('alice');
    const signOut = async () => {
      const response = await post(browser, '/auth/sign-out', { origin: server.url });
      return ((await response.json()) as { continueAt: string | null }).continueAt;
    };
    const address = new URL((await signOut()) ?? '');
    expect(address.origin).toBe(provider.issuer);
    expect(Object.fromEntries(address.searchParams)).toMatchObject({
      client_id: CLIENT.id,
      post_logout_redirect_uri: `${server.url}/auth/callback`,
    });
    const claims = decodeJwt(address.searchParams.get('id_token_hint') ?? '');
    expect([claims.iss, claims.sub]).toEqual([provider.issuer, 'alice']);
    // The hint is for the one who signs out only, and is gone with the session.
    expect([...browser.cookies.keys()].filter((name) => name.startsWith('coscribe-'))).toEqual([]);

    const back = await signOutAtProvider(browser, address);
    const home = await browser.fetch(back);
    expect([home.status, home.headers.get('location')]).toEqual([303, '/']);
    // The next person is asked for a login: nobody is let in as alice.
    const next = await browser.follow(`${server.url}/auth/sign-in`, (url) => url.pathname === '/auth/callback');
    expect(next.url.pathname).not.toBe('/auth/callback');
    // Nobody is signed in, so there is nothing to end at the provider.
    expect(await signOut()).toBe(null);
  });

  it('[DEV-1] ends here when the provider cannot be asked where it ends there', async () => {
    const passing = await OpenIdProvider.start();
    let later = 0;
    const own = await start({ oidcIssuer: passing.issuer }, { ...clock, now: () => systemClock.now() + later });
    const browser = await signedIn('alice', own);
    const copy = session(browser);
    await passing.stop();
    // What the provider said about itself is old by now, so it is asked again.
    later = 2 * 60 * 60 * 1000;
    const response = await browser.fetch(`${own.url}/auth/sign-out`, { method: 'POST', headers: { origin: own.url } });
    expect([response.status, await response.json()]).toEqual([200, { continueAt: null }]);
    browser.cookies.set('coscribe-session', copy);
    expect(await personOf(browser, own)).toBe(null);
  });

  it('[SEC-3] closes what was opened with it by signing out, and nothing else', async () => {
    const [here, there, bob] = [await signedIn('alice'), await signedIn('alice'), await signedIn('bob')];
    const open = async (browser: CookieBrowser, name: string) => {
      const token = await tokenOf(browser);
      await fetch(`${server.url}/api/documents/${name}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}` },
      });
      return WireClient.join(server.url, name, {
        protocols: ['coscribe.1', `coscribe.token.${token}`],
      });
    };
    const ended = [await open(here, 'first'), await open(here, 'second')];
    const others = [await open(there, 'first'), await open(bob, 'third')];
    expect((await post(here, '/auth/sign-out', { origin: server.url })).status).toBe(200);
    for (const client of ended) expect(await client.untilClosed()).toMatchObject({ code: 4401 });
    for (const client of others) {
      client.insert(0, 'x');
      await client.untilStored();
      expect(client.closed).toBe(null);
      client.socket.close();
    }
  });

  it.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ 'sec-fetch-site': 'none' }],
    [{}],
  ])('is of no use to a request with %j', async (headers) => {
    const browser = await signedIn('alice');
    for (const path of ['/api/session/token', '/auth/sign-out']) {
      expect(await codeOf(await post(browser, path, headers as Record<string, string>))).toEqual([
        403,
        'foreign-origin',
      ]);
      expect(lastEvent()).toMatchObject({ security: 'refused', code: 'foreign-origin' });
    }
    expect(await personOf(browser)).toBe(`${provider.issuer}|alice`);
  });
});

describe('cookies', () => {
  const attributes = (line: string) => line.replace(/=[^;]*/, '=…').replace(/Max-Age=\d+/, 'Max-Age=…');

  it('are for this site only, and no script reads them', async () => {
    const browser = await signedIn('alice');
    expect(browser.received.filter((line) => line.startsWith('coscribe')).map(attributes)).toEqual([
      'coscribe-sign-in=…; Max-Age=…; Path=/; HttpOnly; SameSite=Lax',
      'coscribe-sign-in=…; Max-Age=…; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax',
      'coscribe-session=…; Max-Age=…; Path=/; HttpOnly; SameSite=Lax',
      'coscribe-id-token=…; Max-Age=…; Path=/; HttpOnly; SameSite=Lax',
    ]);
  });

  const https = { 'x-forwarded-for': '192.0.2.9', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'write.example' };

  it('are secure and bound to the host behind a trusted proxy with TLS', async () => {
    const response = await fetch(`${server.url}/auth/sign-in`, { headers: https, redirect: 'manual' });
    expect(response.headers.getSetCookie().map(attributes)).toEqual([
      '__Host-coscribe-sign-in=…; Max-Age=…; Path=/; HttpOnly; Secure; SameSite=Lax',
    ]);
    const address = new URL(response.headers.get('location') ?? '');
    expect(address.searchParams.get('redirect_uri')).toBe('https://write.example/auth/callback');
  });

  it('are not when the proxy is nobody whom the server trusts', async () => {
    const other = await start();
    const response = await fetch(`${other.url}/auth/sign-in`, { headers: https, redirect: 'manual' });
    expect(response.headers.getSetCookie().map(attributes)).toEqual([
      'coscribe-sign-in=…; Max-Age=…; Path=/; HttpOnly; SameSite=Lax',
    ]);
    const address = new URL(response.headers.get('location') ?? '');
    expect(address.searchParams.get('redirect_uri')).toBe(`${other.url}/auth/callback`);
  });

  it('belong to the folder of publicUrl, and are secure when that is https', async () => {
    const other = await start({ publicUrl: 'https://example.org/write' });
    const response = await fetch(`${other.url}/auth/sign-in`, { redirect: 'manual' });
    expect(response.headers.getSetCookie().map(attributes)).toEqual([
      '__Secure-coscribe-sign-in=…; Max-Age=…; Path=/write/; HttpOnly; Secure; SameSite=Lax',
    ]);
    const address = new URL(response.headers.get('location') ?? '');
    expect(address.searchParams.get('redirect_uri')).toBe('https://example.org/write/auth/callback');
    expect(await (await fetch(`${other.url}/api/session`)).json()).toMatchObject({ signIn: '/write/auth/sign-in' });
  });
});

it('starts while the provider cannot be reached, says so, and works when it can be', async () => {
  const first = await OpenIdProvider.start();
  await first.stop();
  const other = await start({ oidcIssuer: first.issuer });
  expect(await codeOf(await fetch(`${other.url}/auth/sign-in`))).toEqual([503, 'provider-unavailable']);
  expect(lastEvent()).toEqual({ security: 'sign-in-failed', address: '127.0.0.1', reason: 'ECONNREFUSED' });
  const again = await OpenIdProvider.start(Number(new URL(first.issuer).port));
  stops.push(() => again.stop());
  expect(await personOf(await signedIn('carol', other), other)).toBe(`${again.issuer}|carol`);
});

it('offers nothing where no provider is set', async () => {
  const other = await start({ oidcIssuer: null, oidcClientId: null, oidcClientSecret: null });
  expect(await (await fetch(`${other.url}/api/session`)).json()).toEqual({
    access: 'open',
    person: null,
    signIn: null,
  });
  expect((await fetch(`${other.url}/auth/sign-in`)).status).toBe(404);
  const headers = { origin: other.url };
  const asked = await fetch(`${other.url}/api/session/token`, { method: 'POST', headers });
  expect(await codeOf(asked)).toEqual([401, 'unauthenticated']);
});

it('[SEC-3] writes no code, state, cookie, token or secret of a sign-in to the log, at any level', async () => {
  const browser = new CookieBrowser();
  const back = await signInAtProvider(browser, `${server.url}/auth/sign-in`, 'alice');
  await browser.fetch(back);
  const token = await tokenOf(browser);
  expect(await new WireClient(server.url, `logged?token=${token}`).untilClosed()).toMatchObject({ code: 4403 });
  await browser.fetch(back);
  const stopped = await OpenIdProvider.start();
  const other = await start({ oidcIssuer: stopped.issuer });
  const visitor = new CookieBrowser();
  const late = await signInAtProvider(visitor, `${other.url}/auth/sign-in`, 'alice');
  await stopped.stop();
  expect((await visitor.fetch(late)).status).toBe(503);
  const secrets = [
    CLIENT.secret,
    token,
    ...[back, late].flatMap(({ searchParams }) => [searchParams.get('code') ?? '', searchParams.get('state') ?? '']),
    ...[...browser.received, ...visitor.received].map((line) => /=([^;]*)/.exec(line)?.[1] ?? ''),
  ].filter((secret) => secret !== '');
  expect(secrets.length).toBeGreaterThan(8);
  expect(log.events.length).toBeGreaterThan(3);
  expect(secrets.filter((secret) => log.text.includes(secret))).toEqual([]);
});
