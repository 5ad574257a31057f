import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CoscribeServer } from '../server.ts';
import { freshFolder, startTestServer } from '../testing/test-server.ts';

const MODULE = `export {}; // ${'x'.repeat(2_000)}`;
const elsewhere = { headers: { origin: 'https://pages.example' } };

let server: CoscribeServer;
beforeAll(async () => {
  const folder = await freshFolder();
  await mkdir(join(folder, 'coscribe-editor'));
  await writeFile(join(folder, 'coscribe-editor.js'), MODULE);
  await writeFile(join(folder, 'coscribe-editor.js.gz'), gzipSync(MODULE));
  await writeFile(join(folder, 'coscribe-editor.js.br'), brotliCompressSync(MODULE));
  await writeFile(join(folder, 'coscribe-editor/rust-1a2b3c4d.js'), 'export {};');
  await writeFile(join(folder, 'coscribe-editor/third-party-notices.txt'), 'MIT');
  server = await startTestServer({ partsFolder: folder });
});
afterAll(() => server.stop());

it('pages of any origin may load the module, packed, and it is asked for again only when it is another one', async () => {
  // As browsers ask; Node's own fetch leaves Brotli out where nothing is encrypted.
  const asked = { ...elsewhere.headers, 'accept-encoding': 'gzip, deflate, br' };
  const response = await fetch(`${server.url}/coscribe-editor.js`, { headers: asked });
  const headers = Object.fromEntries(response.headers);
  expect(headers).toMatchObject({
    'content-type': 'application/javascript; charset=utf-8',
    'content-encoding': 'br',
    vary: 'Accept-Encoding',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'cache-control': 'no-cache',
  });
  expect(await response.text()).toBe(MODULE);
  const again = await fetch(`${server.url}/coscribe-editor.js`, {
    headers: { ...asked, 'if-none-match': headers['etag'] ?? '' },
    // Otherwise fetch adds a no-cache of its own.
    cache: 'force-cache',
  });
  expect([again.status, again.headers.get('access-control-allow-origin')]).toEqual([304, '*']);
  const gzipped = await fetch(`${server.url}/coscribe-editor.js`, { headers: { 'accept-encoding': 'gzip' } });
  expect([gzipped.headers.get('content-encoding'), await gzipped.text()]).toEqual(['gzip', MODULE]);
  const unpacked = await fetch(`${server.url}/coscribe-editor.js`, { headers: { 'accept-encoding': 'identity' } });
  expect([unpacked.headers.get('content-encoding'), await unpacked.text()]).toEqual([null, MODULE]);
});

it('languages are kept for ever, what has no hash in its name is not, and nothing else is there', async () => {
  const language = await fetch(`${server.url}/coscribe-editor/rust-1a2b3c4d.js`, elsewhere);
  expect(language.headers.get('cache-control')).toContain('immutable');
  expect([language.status, language.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
  const notices = await fetch(`${server.url}/coscribe-editor/third-party-notices.txt`);
  expect([notices.headers.get('cache-control'), await notices.text()]).toEqual(['no-cache', 'MIT']);
  for (const path of [
    'coscribe-editor.js.gz',
    'coscribe-editor.js.br',
    'coscribe-editor/',
    'coscribe-editor/..%2f..%2fpackage.json',
  ]) {
    expect((await fetch(`${server.url}/${path}`)).status).toBe(404);
  }
});

it('a file that a newer build has taken away is answered as one that never was', async () => {
  const folder = await freshFolder();
  await writeFile(join(folder, 'coscribe-editor.js'), MODULE);
  const old = await startTestServer({ partsFolder: folder });
  try {
    await rm(join(folder, 'coscribe-editor.js'));
    const response = await fetch(`${old.url}/coscribe-editor.js`);
    expect([response.status, (await response.json()).error.code]).toEqual([404, 'not-found']);
  } finally {
    await old.stop();
  }
});

it('parts of a file, and whether it changed, are answered as HTTP has it', async () => {
  const ask = (headers: Record<string, string>) =>
    fetch(`${server.url}/coscribe-editor.js`, { headers: { 'accept-encoding': 'identity', ...headers } });
  const part = await ask({ range: 'bytes=0-5' });
  expect([part.status, await part.text()]).toEqual([206, 'export']);
  expect((await ask({ range: 'bytes=99999-' })).status).toBe(416);
  const head = await fetch(`${server.url}/coscribe-editor.js`, {
    method: 'HEAD',
    headers: { 'accept-encoding': 'identity' },
  });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(MODULE.length)]);
});
