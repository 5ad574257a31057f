import { expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { encodeUpdate } from '../../protocol/messages.ts';
import { RawHttpConnection } from '../testing/raw-http-connection.ts';
import { startForTest } from '../testing/start-for-test.ts';
import { WireClient } from '../testing/wire-client.ts';

/** The message that writes this at the beginning, under an id of its own. */
function writing(text: string): Uint8Array {
  const doc = new Y.Doc();
  doc.getText('content').insert(0, text);
  return encodeUpdate(Y.encodeStateAsUpdate(doc));
}

it('[CON-8] takes a request that comes again, or long after, once', async () => {
  const { url } = await startForTest();
  const bob = await WireClient.join(url, 'notes');
  const mallory = await RawHttpConnection.open(url, 'notes');
  const [first, second] = [
    { first: 1, messages: [writing('a'), writing('b')] },
    { first: 3, messages: [writing('c')] },
  ];
  expect(await mallory.status('send', first)).toBe(204);
  expect(await mallory.status('send', first)).toBe(204);
  expect(await mallory.status('send', second)).toBe(204);
  expect(await mallory.status('send', first)).toBe(204);
  expect(await mallory.status('send', second)).toBe(204);
  await bob.until(() => bob.text.length === 3, 'three letters');
  const alice = await WireClient.join(url, 'notes');
  expect([...alice.text].sort().join('')).toBe('abc');
});

it.each([
  ['leaves a message out', { first: 3, messages: [writing('x')] }, 204],
  ['repeats a number with another content', { first: 1, messages: [writing('x')] }, 204],
  ['has a body that ends in a message', { first: 2, body: new Uint8Array([9, 1, 2]) }, 204],
  ['has received what was never sent', { received: 1_000 }, 204],
  ['is no count', { first: 'one', messages: [writing('x')] }, 400],
  ['counts from nothing', { messages: [writing('x')] }, 400],
])(
  '[CON-8] closes with 4400, or refuses, a request that %s, and applies nothing of it',
  async (_what, request, status) => {
    const { url } = await startForTest();
    const mallory = await RawHttpConnection.open(url, 'notes');
    expect(await mallory.status('send', { first: 1, messages: [writing('a')] })).toBe(204);
    const answered = await mallory.status('send', request);
    if (status === 400) expect(answered).toBe(400);
    else expect(await mallory.closed()).toMatchObject({ code: 4400 });
    const alice = await WireClient.join(url, 'notes');
    expect(alice.text).toBe('a');
  },
);

it('[CON-8] knows no connection by a key that is wrong, of another document, of another page or of one that is over', async () => {
  const { url } = await startForTest({
    settings: { origins: ['https://a.example', 'https://b.example'], publicUrl: null },
  });
  const alice = await RawHttpConnection.open(url, 'notes', { origin: 'https://a.example' });
  const own = { origin: 'https://a.example' };
  const write = { first: 1, messages: [writing('stolen')] };
  expect(await alice.status('send', { ...write, key: 'x'.repeat(22), headers: own })).toBe(410);
  expect(await alice.status('send', { ...write, document: 'other', headers: own })).toBe(410);
  expect(await alice.status('send', { ...write, headers: { origin: 'https://b.example' } })).toBe(410);
  expect(await alice.status('send', write)).toBe(410);
  expect(await alice.status('send', { headers: { origin: 'https://c.example' } })).toBe(403);
  const bob = await WireClient.join(url, 'notes');
  expect(bob.text).toBe('');
  expect(await alice.status('send', { first: 1, messages: [writing('hers')], headers: own })).toBe(204);
  await bob.until(() => bob.text === 'hers', 'what Alice wrote');
  expect(await alice.status('close', { headers: own })).toBe(204);
  expect(await alice.status('poll', { headers: own })).toBe(410);
});

it('[CON-8] closes with 1009 a body longer than any message, without reading it', async () => {
  const { url } = await startForTest({ settings: { maxMessageBytes: 4_096 } });
  const mallory = await RawHttpConnection.open(url, 'notes');
  const body = new Uint8Array(2 * 1024 * 1024);
  await mallory.status('send', { first: 1, body }).catch(() => 0);
  await vi.waitFor(async () => expect(await mallory.closed()).toMatchObject({ code: 1009 }), 30_000);
});

it('[CON-8] closes with 4429 who sends requests without end', async () => {
  const { url } = await startForTest();
  const mallory = await RawHttpConnection.open(url, 'notes');
  const statuses = new Set<number>();
  for (let round = 0; round < 60 && !statuses.has(410); round += 1) {
    for (const status of await Promise.all(Array.from({ length: 50 }, () => mallory.status('send'))))
      statuses.add(status);
  }
  expect(statuses.has(410)).toBe(true);
});

it('[CON-8] refuses with 409 to go back to messages that have arrived', async () => {
  const { url } = await startForTest();
  const alice = await RawHttpConnection.open(url, 'notes');
  const events = await (await alice.ask('wait')).text();
  expect(events).toMatch(/^event: start\ndata: 0\n\ndata: /);
  const count = events.match(/^data: ./gm)?.length ?? 0;
  expect(count).toBeGreaterThan(1);
  expect(await alice.status('poll', { received: count - 1 })).toBe(200);
  expect(await alice.status('poll', { received: 0 })).toBe(409);
});

it('[SEC-4] lets pages of other origins that may be here ask, and no others', async () => {
  const { url } = await startForTest({ settings: { origins: ['https://a.example'] } });
  const preflight = (origin: string) =>
    fetch(`${url}/sync/notes`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'coscribe-action' },
    });
  const allowed = await preflight('https://a.example');
  expect(allowed.status).toBe(204);
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://a.example');
  expect(allowed.headers.get('access-control-allow-headers')).toContain('coscribe-action');
  expect((await preflight('https://b.example')).headers.get('access-control-allow-origin')).toBeNull();
});

it('[CON-8] says what to ask when a request asks nothing', async () => {
  const { url } = await startForTest();
  const answer = await fetch(`${url}/sync/notes`, { method: 'POST' });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({
    error: { code: 'bad-request', message: expect.stringContaining('open, send') },
  });
});
