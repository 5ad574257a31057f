import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { CoscribeServer } from '../server.ts';
import { runCommand, ServerProcess } from '../testing/server-process.ts';
import { startForTest } from '../testing/start-for-test.ts';
import { freshFolder } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

/** A request with headers that fetch would not let a caller choose. */
function send(
  url: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; code: string | undefined }> {
  const content = body === '' ? {} : { 'content-type': 'application/json', 'content-length': String(body.length) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: { ...content, ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        const isJson = (response.headers['content-type'] ?? '').startsWith('application/json');
        const code = isJson && text !== '' ? JSON.parse(text).error?.code : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, code });
      });
    });
    sent.on('error', reject).end(body);
  });
}

const EVIL = { origin: 'https://evil.example' };

describe('a page of another origin', () => {
  it('[SEC-3] gets no WebSocket: 403 before the handshake; a page of the server and a program get one', async () => {
    const { url } = await startForTest();
    const evil = new WireClient(url, 'notes', { headers: EVIL });
    await evil.untilClosed();
    expect(evil.refusedWith).toBe(403);
    const own = await WireClient.join(url, 'notes', { headers: { origin: url } });
    const program = await WireClient.join(url, 'notes');
    own.insert(0, 'let in');
    await program.until(() => program.text === 'let in', 'the text');
  });

  it('[SEC-3] changes nothing over HTTP', async () => {
    const { url } = await startForTest();
    const at = `${url}/api/documents/notes`;
    for (const method of ['PUT', 'PATCH', 'POST', 'DELETE']) {
      expect(await send(at, { method, headers: EVIL, body: '{}' })).toMatchObject({
        status: 403,
        code: 'foreign-origin',
      });
    }
    expect(await send(at)).toMatchObject({ status: 404 });
    expect(await send(at, { method: 'PUT', headers: { origin: url }, body: '{}' })).toMatchObject({ status: 201 });
    const read = await send(at, { headers: EVIL });
    expect([read.status, read.headers['access-control-allow-origin']]).toEqual([200, undefined]);
  });

  it('[SEC-3] is told by a preflight that it may not', async () => {
    const { url } = await startForTest();
    const preflight = { ...EVIL, 'access-control-request-method': 'PUT' };
    const { headers } = await send(`${url}/api/documents/notes`, { method: 'OPTIONS', headers: preflight });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('[SEC-3] that is on the list may do all that its token allows', async () => {
    const { url } = await startForTest({ settings: { origins: ['https://app.example'] } });
    const headers = { origin: 'https://app.example' };
    const preflight = await send(`${url}/api/documents/notes`, {
      method: 'OPTIONS',
      headers: {
        ...headers,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'authorization, content-type',
      },
    });
    expect(preflight).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': 'https://app.example',
        'access-control-allow-methods': expect.stringContaining('PUT'),
        'access-control-allow-headers': expect.stringContaining('Authorization'),
        vary: 'Origin',
      },
    });
    expect(preflight.headers['access-control-allow-credentials']).toBeUndefined();
    const created = await send(`${url}/api/documents/notes`, { method: 'PUT', headers, body: '{}' });
    expect([created.status, created.headers['access-control-allow-origin']]).toEqual([201, 'https://app.example']);
    await WireClient.join(url, 'notes', { headers });
  });
});

it('[SEC-3] a page of this machine may use a server of this machine, and read its answers', async () => {
  const { url } = await startForTest();
  const headers = { origin: 'http://localhost:5173' };
  const created = await send(`${url}/api/documents/notes`, { method: 'PUT', headers, body: '{}' });
  expect([created.status, created.headers['access-control-allow-origin']]).toEqual([201, headers.origin]);
  await WireClient.join(url, 'notes', { headers });
});

it('[SEC-3] a page that gives its name the address of this machine (DNS rebinding) is not answered', async () => {
  const { url } = await startForTest();
  const { port } = new URL(url);
  const rebound = { host: `rebound.example:${port}`, origin: `http://rebound.example:${port}` };
  expect(await send(`${url}/api/documents/notes`, { headers: { host: rebound.host } })).toMatchObject({
    status: 421,
    code: 'unknown-host',
  });
  const client = new WireClient(url, 'notes', { headers: rebound });
  await client.untilClosed();
  expect(client.refusedWith).toBe(421);
  expect((await send(`${url}/healthz`, { headers: { host: `localhost:${port}` } })).status).toBe(200);
});

it('[SEC-3] a rebound page is not answered by a server for everybody either, when that knows its name', async () => {
  const { url } = await startForTest({ settings: { host: '0.0.0.0', publicUrl: 'https://notes.example' } });
  const local = url.replace('0.0.0.0', '127.0.0.1');
  const asked = async (host: string, path: string) => (await send(local + path, { headers: { host } })).status;
  for (const path of ['/api/documents/notes', '/metrics']) expect(await asked('rebound.example', path)).toBe(421);
  expect([await asked('notes.example', '/api/documents/notes'), await asked('notes.example', '/metrics')]).toEqual([
    404, 403,
  ]);
  expect(await asked('127.0.0.1', '/metrics')).toBe(200);
});

describe('the address that limits count', () => {
  const join = (url: string, address: string) =>
    WireClient.join(url, 'notes', { headers: { 'x-forwarded-for': address } });
  const refused = async (url: string, address: string) => {
    const client = new WireClient(url, 'notes', { headers: { 'x-forwarded-for': address } });
    await client.untilClosed();
    return client.refusedWith;
  };

  it('[SEC-4] is the socket’s: a header that claims another changes nothing', async () => {
    const { url } = await startForTest({ settings: { maxConnectionsPerAddress: 2 } });
    await Promise.all([join(url, '203.0.113.1'), join(url, '203.0.113.2')]);
    expect(await refused(url, '203.0.113.3')).toBe(429);
  });

  it('[SEC-4] is the one that a trusted proxy names, and not what its client made up', async () => {
    const { url } = await startForTest({ settings: { maxConnectionsPerAddress: 2, trustProxy: ['loopback'] } });
    await Promise.all([join(url, '203.0.113.1'), join(url, '198.51.100.7, 203.0.113.1'), join(url, '203.0.113.2')]);
    expect(await refused(url, '198.51.100.8, 203.0.113.1')).toBe(429);
    await join(url, '203.0.113.2');
  });
});

it.each([
  ['an answer of the API', '/api/documents/notes/text', {}],
  ['an answer of the API under another spelling', '/%61pi/documents/notes', {}],
  ['a refusal at the door', '/api/documents/notes/text', { host: 'rebound.example' }],
  ['an address that is none', '/nothing', {}],
  ['an address that cannot be read', '/api/documents/%FF', {}],
])('%s can neither be run, framed, guessed at nor kept', async (_title, path, headers) => {
  const { url } = await startForTest();
  const answer = await send(`${url}${path}`, { headers });
  expect(answer.headers).toMatchObject({
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'permissions-policy': expect.stringContaining('camera=()'),
    'cross-origin-opener-policy': 'same-origin',
  });
  if (path.includes('/documents/notes')) expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.headers['strict-transport-security']).toBeUndefined();
});

it('tells browsers to stay with https when a trusted proxy says that they came with it, and only then', async () => {
  const headers = { 'x-forwarded-for': '203.0.113.1', 'x-forwarded-proto': 'https' };
  const [trusting, other] = [await startForTest({ settings: { trustProxy: ['loopback'] } }), await startForTest()];
  const hsts = async ({ url }: CoscribeServer) =>
    (await send(`${url}/healthz`, { headers })).headers['strict-transport-security'];
  expect([await hsts(trusting), await hsts(other)]).toEqual(['max-age=31536000', undefined]);
});

describe('a start', () => {
  it('warns, one line each in the log, when other machines can reach an open server without encryption', async () => {
    const exposed = await ServerProcess.start(await freshFolder(), [
      '--port',
      '0',
      '--max-connections',
      '100',
      '--host',
      '0.0.0.0',
    ]);
    const quiet = await ServerProcess.start(await freshFolder(), ['--port', '0', '--max-connections', '100']);
    for (const server of [exposed, quiet]) await server.end('SIGTERM');
    const warnings = (server: ServerProcess) =>
      server.output.stdout.split('\n').filter((line) => line.includes('"level":40'));
    expect(warnings(quiet)).toEqual([]);
    expect(warnings(exposed)).toEqual([
      expect.stringContaining('access is open'),
      expect.stringContaining('without encryption'),
    ]);
  });

  it.each([
    [['--origins', 'app.example'], /--origins is "app\.example", but must be any, or origins such as https/],
    [['--origins', 'https://app.example/path'], /--origins/],
    [['--trust-proxy', 'nginx'], /--trust-proxy is "nginx", but must be addresses and networks/],
    [['--trust-proxy', '10.0.0.0/33'], /--trust-proxy/],
  ])('refuses %j in one line', async (args, message) => {
    const { exitCode, stderr } = await runCommand(['serve', '--port', '0', ...args]);
    expect(stderr).toMatch(message);
    expect([stderr.trim().split('\n').length, exitCode]).toEqual([1, 1]);
  });
});
