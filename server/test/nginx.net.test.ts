import { once } from 'node:events';
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findNginx } from '../../scripts/nginx.mjs';
import { makeCertificate } from '../testing/make-certificate.ts';
import { freePort, Nginx } from '../testing/nginx.ts';
import { CLIENT, OpenIdProvider } from '../testing/openid-provider.ts';
import { ServerProcess } from '../testing/server-process.ts';
import { freshFolder } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

// Clients come from addresses of this machine that are not nginx's own, so that it can be told what is believed.
const ALICE = '127.0.0.7';
const BOB = '127.0.0.8';

const BAD_TOKEN = `own.${'x'.repeat(43)}`;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const program = findNginx();
if (program === null) {
  throw new Error(
    'There is no nginx to test behind. `npm test` installs one where it may; otherwise install the package nginx, or set COSCRIBE_NGINX to the path of one.',
  );
}

let ca: string;
let nginx: Nginx;
let provider: OpenIdProvider;
/** Below a path and at the root, both told to trust nginx, and one that trusts nobody. */
let servers: Record<'below' | 'root' | 'untrusting', ServerProcess>;
/** Where nginx shows them, `plain` without TLS; `redirect` leads to https. */
let at: Record<'below' | 'root' | 'plain' | 'untrusting' | 'redirect', string>;

beforeAll(async () => {
  const certificate = await makeCertificate();
  ca = certificate.cert;
  provider = await OpenIdProvider.start();
  const [below, root, plain, untrusting, plainPort] = await Promise.all(Array.from({ length: 5 }, () => freePort()));
  if (plainPort === undefined) throw new Error('five ports were asked for');
  at = {
    below: `https://localhost:${below}/notes`,
    root: `https://localhost:${root}`,
    plain: `http://localhost:${plain}`,
    untrusting: `https://localhost:${untrusting}`,
    redirect: `http://localhost:${plainPort}`,
  };
  const trust = ['--trust-proxy', '127.0.0.1'];
  const signIn = ['--oidc-issuer', provider.issuer, '--oidc-client-id', CLIENT.id];
  const environment = { COSCRIBE_OIDC_CLIENT_SECRET: CLIENT.secret };
  const start = async (...args: string[]) => ServerProcess.start(await freshFolder(), ['--port', '0', ...args]);
  servers = {
    below: await start(...trust, '--public-url', at.below, '--max-refused-tokens-per-minute', '2'),
    root: await ServerProcess.start(await freshFolder(), ['--port', '0', ...trust, ...signIn], { environment }),
    untrusting: await start('--public-url', at.untrusting, '--max-refused-tokens-per-minute', '2'),
  };
  nginx = await Nginx.start(program, await freshFolder(), {
    fronts: [
      { port: Number(below), isSecure: true, path: '/notes/', server: servers.below.port },
      { port: Number(root), isSecure: true, path: '/', server: servers.root.port },
      { port: Number(plain), isSecure: false, path: '/', server: servers.root.port },
      { port: Number(untrusting), isSecure: true, path: '/', server: servers.untrusting.port },
    ],
    plainPort,
    certFile: certificate.certFile,
    keyFile: certificate.keyFile,
  });
});

afterAll(async () => {
  await nginx?.stop();
  await Promise.all(Object.values(servers ?? {}).map((server) => server.end('SIGTERM')));
  await provider?.stop();
});

async function ask(
  url: string,
  options: { method?: string; headers?: OutgoingHttpHeaders; from?: string; body?: string } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, from = ALICE, body = '' } = options;
  const send = url.startsWith('https:') ? secureRequest : plainRequest;
  // nginx listens on IPv4 only, and `localhost` may be both.
  const request = send(url, { method, headers, ca, localAddress: from, family: 4, agent: false });
  request.end(body);
  const [response] = await once(request, 'response');
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

const client = (from: string, token?: string) => ({
  ca,
  localAddress: from,
  family: 4,
  ...(token === undefined ? {} : { protocols: ['coscribe.1', `coscribe.token.${token}`] }),
});

/** The security events that a server has logged. */
function events(server: ServerProcess): Record<string, unknown>[] {
  const lines = server.output.stdout.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line)).filter(({ security }) => security !== undefined);
}

describe('behind nginx, with TLS and below a path', () => {
  it('people write together, and the API answers', async () => {
    // More than nginx takes unless it is told to.
    const body = `agenda${'.'.repeat(2_000_000)}`;
    const headers = { 'content-type': 'text/plain' };
    const created = await ask(`${at.below}/api/documents/minutes`, { method: 'PUT', headers, body });
    expect(created.status).toBe(201);
    const [alice, bob] = [
      await WireClient.join(at.below, 'minutes', client(ALICE)),
      await WireClient.join(at.below, 'minutes', client(BOB)),
    ];
    alice.insert(0, 'the ');
    await alice.untilStored();
    await bob.until(() => bob.text === `the ${body}`, 'the text');
    expect((await ask(`${at.below}/api/documents/minutes/text`)).body.length).toBe(body.length + 4);
    await alice.leave();
    await bob.leave();
  });

  it('pages come whole, and say that this host is for https only', async () => {
    const page = await ask(`${at.below}/d/minutes`);
    expect(page.status).toBe(200);
    const { host } = new URL(at.below);
    expect(page.headers['content-security-policy']).toContain(`wss://${host}`);
    expect(page.headers['strict-transport-security']).toBe('max-age=31536000');
    const script = /<script type="module"[^>]* src="([^"]+)"/.exec(page.body)?.[1] ?? '';
    expect(script).toMatch(/^\/notes\/assets\//);
    expect((await ask(new URL(script, at.below).href)).status).toBe(200);
    expect((await ask(`${at.below}/service-worker.js`)).status).toBe(200);
  });

  it('the path without a slash, and http, lead to the right address', async () => {
    const bare = await ask(at.below);
    expect([bare.status, bare.headers.location]).toEqual([301, `${at.below}/`]);
    const plain = await ask(`${at.redirect}/notes/d/minutes`);
    expect([plain.status, plain.headers.location]).toEqual([301, 'https://localhost/notes/d/minutes']);
  });

  it('a page of another site is refused, one of this site is not', async () => {
    const from = (origin: string) => ({ ...client(ALICE), origin });
    const stranger = new WireClient(at.below, 'minutes', from('https://evil.example'));
    await stranger.until(() => stranger.refusedWith !== null, 'refused');
    expect(stranger.refusedWith).toBe(403);
    await (await WireClient.join(at.below, 'minutes', from(new URL(at.below).origin))).leave();
  });
});

describe('an address', () => {
  const bring = (url: string, from: string, headers: OutgoingHttpHeaders = {}) =>
    ask(`${url}/api/documents/minutes`, { from, headers: { ...headers, authorization: `Bearer ${BAD_TOKEN}` } });

  it('[SEC-4] in limits and log is what nginx saw, not what a client claims, where the server is told to trust nginx', async () => {
    expect((await bring(at.below, ALICE)).status).toBe(403);
    const refused = new WireClient(at.below, 'minutes', client(ALICE, BAD_TOKEN));
    expect((await refused.untilClosed()).code).toBe(4403);
    const slowed = await bring(at.below, ALICE, { 'x-forwarded-for': '203.0.113.9' });
    expect([slowed.status, Number(slowed.headers['retry-after']) > 0]).toEqual([429, true]);
    // Nobody else has to wait.
    expect((await bring(at.below, BOB, { 'x-forwarded-for': ALICE })).status).toBe(403);
    const seen = () =>
      events(servers.below)
        .filter(({ code }) => code !== 'foreign-origin')
        .map(({ security, address }) => [security, address]);
    // What the server wrote arrives here a moment after its answers.
    await expect.poll(seen).toEqual([
      ['refused', ALICE],
      ['refused', ALICE],
      ['rate-limited', ALICE],
      ['refused', BOB],
    ]);
  });

  it('[SEC-4] is that of nginx for everybody where no proxy is trusted', async () => {
    expect((await bring(at.untrusting, ALICE)).status).toBe(403);
    expect((await bring(at.untrusting, ALICE)).status).toBe(403);
    expect((await bring(at.untrusting, BOB)).status).toBe(429);
    const seen = events(servers.untrusting);
    expect(new Set(seen.map(({ address }) => address))).toEqual(new Set(['127.0.0.1']));
    expect(servers.untrusting.output.stdout.match(/trustProxy does not name/g)).toHaveLength(1);
    expect(servers.below.output.stdout).not.toContain('trustProxy does not name');
  });
});

describe('whether the way is encrypted', () => {
  const cookie = ({ headers }: Answer) => headers['set-cookie']?.[0]?.replace(/=[^;]*; Max-Age=\d+/, '=…');

  it('[SEC-4] is what nginx says: cookies are secure, and addresses begin with https', async () => {
    const answer = await ask(`${at.root}/auth/sign-in`);
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
    expect(cookie(answer)).toBe('__Host-coscribe-sign-in=…; Path=/; HttpOnly; Secure; SameSite=Lax');
    const back = new URL(answer.headers.location ?? '').searchParams.get('redirect_uri');
    expect(back).toBe(`${at.root}/auth/callback`);
  });

  it('[SEC-4] is not what a client says', async () => {
    const answer = await ask(`${at.plain}/auth/sign-in`, { headers: { 'x-forwarded-proto': 'https' } });
    expect(answer.headers['strict-transport-security']).toBeUndefined();
    expect(cookie(answer)).toBe('coscribe-sign-in=…; Path=/; HttpOnly; SameSite=Lax');
    const back = new URL(answer.headers.location ?? '').searchParams.get('redirect_uri');
    expect(back).toBe(`${at.plain}/auth/callback`);
  });

  it('[SEC-4] is not believed where no proxy is trusted', async () => {
    const answer = await ask(`${at.untrusting}/`, { headers: { 'x-forwarded-proto': 'https' } });
    expect([answer.status, answer.headers['strict-transport-security']]).toEqual([200, undefined]);
  });
});

it('[SEC-3] no token gets into a log of nginx, not even from an address', async () => {
  const stock = new WireClient(at.root, `minutes?token=${BAD_TOKEN}`, client(ALICE));
  expect((await stock.untilClosed()).code).toBe(4403);
  const { requests, errors } = await nginx.logs();
  expect(requests).toContain('"GET /sync/minutes" 101');
  expect(requests + errors).not.toContain(BAD_TOKEN);
});
