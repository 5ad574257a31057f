import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CoscribeServer } from './server.ts';
import { CookieBrowser, signInAtProvider } from './testing/cookie-browser.ts';
import { CLIENT, OpenIdProvider } from './testing/openid-provider.ts';
import { startTestServer } from './testing/test-server.ts';

let provider: OpenIdProvider;
let server: CoscribeServer;

beforeAll(async () => {
  provider = await OpenIdProvider.start();
  server = await startTestServer({
    settings: { oidcIssuer: provider.issuer, oidcClientId: CLIENT.id, oidcClientSecret: CLIENT.secret },
  });
});

afterAll(async () => {
  await server.stop();
  await provider.stop();
});

it('signs somebody in and sends them back to where they came from', async () => {
  const browser = new CookieBrowser();
  const back = await signInAtProvider(browser, `${server.url}/auth/sign-in?return=/d/x%253Fy`, 'alice');
  const response = await browser.fetch(back);
  expect([response.status, response.headers.get('location')]).toEqual([303, '/d/x%3Fy']);
  const alice = {
    id: `${provider.issuer}|alice`,
    name: 'Alice Example',
    color: null,
    avatar: 'https://pictures.example/alice.png',
  };
  expect(await (await browser.fetch(`${server.url}/api/session`)).json()).toEqual({
    access: 'open',
    person: alice,
    signIn: '/auth/sign-in',
  });
});
