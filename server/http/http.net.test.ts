import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CoscribeServer } from '../server.ts';
import { startTestServer } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

let server: CoscribeServer;

beforeAll(async () => {
  server = await startTestServer({ settings: { maxMessageBytes: 1024 * 1024 } });
});

afterAll(() => server.stop());

const at = (name: string, rest = '') => `${server.url}/api/documents/${encodeURIComponent(name)}${rest}`;

function send(method: string, name: string, body: unknown): Promise<Response> {
  return fetch(at(name), { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
}

describe('creating a document', () => {
  it('[SYN-4] writes the content once; a second attempt is refused', async () => {
    const created = await send('PUT', 'new', { content: 'Hello\n', title: 'Greeting', language: 'Markdown' });
    expect([created.status, await created.json()]).toEqual([
      201,
      { name: 'new', title: 'Greeting', language: 'Markdown' },
    ]);
    expect((await send('PUT', 'new', { content: 'again' })).status).toBe(409);
    expect(await (await fetch(at('new', '/text'))).text()).toBe('Hello\n');
  });

  it('[SYN-4] lets one of many at a time win, and everybody who joins see one copy', async () => {
    const attempts = Array.from({ length: 20 }, (_, i) => send('PUT', 'race', { content: `copy ${i}` }));
    const joins = Array.from({ length: 50 }, () => WireClient.join(server.url, 'race'));
    const statuses = (await Promise.all(attempts)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(19);
    const text = await (await fetch(at('race', '/text'))).text();
    expect(text).toMatch(/^copy \d+$/);
    for (const client of await Promise.all(joins)) await client.until(() => client.text === text, text);
  });

  it('takes plain text as the content', async () => {
    const response = await fetch(at('plain'), {
      method: 'PUT',
      body: 'line\r\nline 2',
      headers: { 'content-type': 'text/plain' },
    });
    expect(response.status).toBe(201);
    expect(await (await fetch(at('plain', '/text'))).text()).toBe('line\r\nline 2');
  });

  it('takes an empty document, whose text is then empty', async () => {
    expect((await send('PUT', 'empty', {})).status).toBe(201);
    expect([(await fetch(at('empty', '/text'))).status, (await send('PUT', 'empty', {})).status]).toEqual([200, 409]);
  });

  it('[SYN-7] reaches people who opened the document before it existed, as an edit', async () => {
    const alice = await WireClient.join(server.url, 'opened-early');
    expect((await send('PUT', 'opened-early', { content: 'from outside' })).status).toBe(201);
    await alice.until(() => alice.text === 'from outside', 'the content');
    alice.insert(0, 'and ');
    await alice.untilStored();
    expect(await (await fetch(at('opened-early', '/text'))).text()).toBe('and from outside');
  });
});

describe('title and language', () => {
  it('are changed for everybody, kept, and told to who is there', async () => {
    const alice = await WireClient.join(server.url, 'titled');
    const changed = await send('PATCH', 'titled', { title: 'A title' });
    expect([changed.status, await changed.json()]).toEqual([200, { name: 'titled', title: 'A title', language: '' }]);
    await alice.until(() => alice.received.some(({ type }) => type === 'notice'), 'the notice');
    expect(alice.received.at(-1)).toEqual({
      type: 'notice',
      notice: { type: 'document', title: 'A title', language: '' },
    });
    await send('PATCH', 'titled', { language: 'Rust' });
    expect(await (await fetch(at('titled'))).json()).toMatchObject({ title: 'A title', language: 'Rust' });
    const bob = await WireClient.join(server.url, 'titled');
    const [welcome] = bob.received;
    expect(welcome).toMatchObject({ type: 'welcome', welcome: { document: { title: 'A title', language: 'Rust' } } });
  });
});

describe('a refusal', () => {
  it.each([
    ['a document that does not exist', () => fetch(at('nowhere')), 404, 'no-such-document'],
    ['its text', () => fetch(at('nowhere', '/text')), 404, 'no-such-document'],
    ['a name with a control character', () => fetch(at('a\0b')), 400, 'invalid-document-name'],
    ['a name too long', () => fetch(at('x'.repeat(201), '/text')), 400, 'invalid-document-name'],
    ['a path as a name', () => fetch(at('../../etc/passwd')), 400, 'invalid-document-name'],
    ['broken percent-encoding', () => fetch(`${server.url}/api/documents/%FF`), 400, 'bad-request'],
    ['an unknown property', () => send('PATCH', 'x', { titel: 'typo' }), 400, 'bad-request'],
    ['no property', () => send('PATCH', 'x', {}), 400, 'bad-request'],
    ['a number as title', () => send('PATCH', 'x', { title: 7 }), 400, 'bad-request'],
    ['a title too long', () => send('PATCH', 'x', { title: 'x'.repeat(201) }), 400, 'invalid-properties'],
    ['a title with a line break', () => send('PATCH', 'x', { title: 'a\nb' }), 400, 'invalid-properties'],
    ['half a surrogate pair', () => send('PUT', 'x', { content: '\ud800' }), 400, 'invalid-content'],
    ['a body too large', () => send('PUT', 'x', { content: 'x'.repeat(2 ** 20) }), 413, 'bad-request'],
    ['a body that is not JSON', () => send('PUT', 'x', undefined).then(() => notJson()), 400, 'bad-request'],
    ['an address that is none', () => fetch(`${server.url}/api/nothing`), 404, 'not-found'],
  ])('[SEC-12] of %s is JSON with a code and a sentence', async (_what, request, status, code) => {
    const response = await request();
    const body = (await response.json()) as { error: { code: string; message: string } };
    expect([response.status, body.error.code]).toEqual([status, code]);
    expect(body.error.message.length).toBeGreaterThan(5);
    expect(JSON.stringify(body)).not.toContain('.ts:');
  });

  const notJson = () => fetch(at('x'), { method: 'PUT', body: '{', headers: { 'content-type': 'application/json' } });

  it('of an upgrade elsewhere is an HTTP 404', async () => {
    const client = new WireClient(server.url, '../elsewhere');
    expect(await client.untilClosed()).toMatchObject({ code: 1006 });
  });
});

it('is healthy and ready', async () => {
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ status: 'ready' });
});
