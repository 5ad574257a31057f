import { createServer as createHttpServer } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createServer } from '../index.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { ServerProcess } from '../testing/server-process.ts';
import { freshFolder } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

const ORIGIN = 'http://127.0.0.1';
const PUBLIC_URL = `${ORIGIN}/our/notes`;

let server: ServerProcess;
let site: string;

beforeAll(async () => {
  server = await ServerProcess.start(await freshFolder(), ['--port', '0', '--public-url', PUBLIC_URL]);
  site = `${server.url}/our/notes`;
});

afterAll(() => server.end('SIGTERM'));

it('below a path of its host the server answers everything', async () => {
  const created = await fetch(`${site}/api/documents/minutes`, { method: 'PUT', body: 'agenda' });
  expect(created.status).toBe(201);
  const alice = await WireClient.join(site, 'minutes');
  await alice.until(() => alice.text === 'agenda', 'the text');
  alice.insert(0, 'the ');
  await alice.untilStored();
  expect(await (await fetch(`${site}/api/documents/minutes/text`)).text()).toBe('the agenda');
  expect((await fetch(`${site}/healthz`)).status).toBe(200);
  expect((await fetch(`${site}/auth/sign-out`, { method: 'POST', headers: { origin: ORIGIN } })).status).toBe(200);
  await alice.leave();
});

it('every address in a page of it is below the path, and leads somewhere', async () => {
  const paths = new Set<string>();
  for (const page of ['/', '/d/minutes', '/404.html', '/service-worker.js']) {
    const text = await (await fetch(site + page)).text();
    for (const [, path = ''] of text.matchAll(/(?:href|src|content)="(\/[^"]*)"/g)) paths.add(path);
  }
  expect(paths.size).toBeGreaterThan(10);
  for (const path of paths) expect([path, (await fetch(server.url + path)).status]).toEqual([path, 200]);
  expect([...paths].filter((path) => !path.startsWith('/our/notes/'))).toEqual([]);
});

it('the path without its slash leads to the start page', async () => {
  const response = await fetch(site, { redirect: 'manual' });
  expect([response.status, response.headers.get('location')]).toEqual([308, '/our/notes/']);
});

it('a page that is not there names its whole address', async () => {
  const response = await fetch(`${site}/api/nothing`);
  expect(await response.json()).toMatchObject({
    error: { message: expect.stringContaining('/our/notes/api/nothing') },
  });
});

it('it answers as well without the path, for proxies that take it away and for programs on this machine', async () => {
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  const client = await WireClient.join(server.url, 'elsewhere');
  await client.leave();
  expect(await (await fetch(`${server.url}/`)).text()).toContain('href="/our/notes/"');
});

it('a program that has the server inside passes on what is not below the path', async () => {
  const coscribe = await createServer({ store: new MemoryStore(), publicUrl: 'http://127.0.0.1/notes' });
  const host = createHttpServer((request, response) => {
    coscribe.handler(request, response, () => response.end('the page of the host'));
  });
  coscribe.attach(host);
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  const address = host.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const alice = await WireClient.join(`${url}/notes`, 'minutes');
  expect((await fetch(`${url}/notes/api/documents/minutes/access`)).status).toBe(200);
  expect(await (await fetch(`${url}/notes/own`)).text()).toBe('the page of the host');
  await alice.leave();
  await coscribe.stop();
  host.close();
});
