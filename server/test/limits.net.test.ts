import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { encodeAwarenessEntries } from '../../protocol/awareness-entries.ts';
import { encodeAwareness, encodeQueryAwareness, encodeSyncStep1, encodeSyncStep2 } from '../../protocol/messages.ts';
import { FastClock } from '../testing/fast-clock.ts';
import { LogRecord } from '../testing/log-record.ts';
import { RawClient, upgradeRequest } from '../testing/raw-client.ts';
import { craftFrame } from '../testing/raw-frames.ts';
import { startForTest } from '../testing/start-for-test.ts';
import { WireClient } from '../testing/wire-client.ts';

/** An offline merge that takes a while: words of many clients, each at the beginning. */
function heavyMerge(words: number): Uint8Array {
  const doc = new Y.Doc();
  const text = doc.getText('content');
  doc.transact(() => {
    for (let i = 0; i < words; i++) text.insert(0, 'word ');
  });
  return Y.encodeStateAsUpdate(doc);
}

it('[SEC-10] closes with 4429 who sends too many messages, and says when to come again', async () => {
  const { url } = await startForTest({ settings: { maxMessagesPerSecond: 10 } });
  const [mallory, bob] = await Promise.all([WireClient.join(url, 'notes'), WireClient.join(url, 'notes')]);
  for (let i = 0; i < 200; i++) mallory.sendUpdate(new Uint8Array([0, 0]));
  const { code, reason } = await mallory.untilClosed();
  expect(code).toBe(4429);
  expect(reason).toMatch(/^retry-after=1; Too many messages/);
  bob.insert(0, 'still here');
  await bob.untilStored();
});

it('[SEC-10] closes with 4429 who sends too many bytes', async () => {
  const { url } = await startForTest({ settings: { maxBytesPerSecond: 1_024, maxMessageBytes: 4_096 } });
  const mallory = await WireClient.join(url, 'notes');
  for (let i = 0; i < 20; i++) mallory.insert(0, 'x'.repeat(1_000));
  expect(await mallory.untilClosed()).toMatchObject({
    code: 4429,
    reason: expect.stringMatching(/^retry-after=\d+; /),
  });
});

it('[SEC-10] closes with 4429 who asks again and again for what is dear to answer', async () => {
  const { url } = await startForTest();
  const [mallory, oscar] = await Promise.all([WireClient.join(url, 'notes'), WireClient.join(url, 'notes')]);
  for (let i = 0; i < 40; i++) mallory.send(encodeSyncStep1(new Uint8Array([0])));
  for (let i = 0; i < 40; i++) oscar.send(encodeQueryAwareness());
  const closes = await Promise.all([mallory.untilClosed(), oscar.untilClosed()]);
  expect(closes.map(({ code }) => code)).toEqual([4429, 4429]);
});

it('[SEC-9] closes with 4429 whose merges take more time than one connection may', async () => {
  const { url } = await startForTest({ settings: { computeBudget: 200 } });
  const [mallory, bob] = await Promise.all([WireClient.join(url, 'notes'), WireClient.join(url, 'notes')]);
  const merges = Array.from({ length: 20 }, () => encodeSyncStep2(heavyMerge(20_000)));
  for (const merge of merges) mallory.send(merge);
  expect(await mallory.untilClosed()).toMatchObject({
    code: 4429,
    reason: expect.stringMatching(/^retry-after=10; Merging/),
  });
  // What there was time for is in the document.
  await bob.until(() => bob.text.length > 0, 'the beginning of the first merge');
  expect(bob.text.length).toBeLessThan(20 * 100_000);
  bob.insert(0, 'still here');
  await bob.untilStored();
});

it('[SEC-10] gathers presence that comes too often, closes nobody for it, and ends with the newest', async () => {
  const { url } = await startForTest({ clock: new FastClock(10) });
  const [alice, bob] = await Promise.all([WireClient.join(url, 'notes'), WireClient.join(url, 'notes')]);
  const last = 1_000;
  for (let clock = 1; clock <= last; clock++) {
    const entry = { clientId: 7, clock, state: new TextEncoder().encode(`{"at":${clock}}`) };
    alice.send(encodeAwareness(encodeAwarenessEntries([entry], 1)));
  }
  const heard = () =>
    bob.received.flatMap((message) => (message.type === 'awareness' ? [Buffer.from(message.update).toString()] : []));
  await bob.until(() => heard().some((update) => update.includes(`{"at":${last}}`)), 'the newest state');
  expect(heard().length).toBeLessThan(700);
  expect(alice.closed).toBeNull();
});

it('[SEC-10] refuses with 429 what an address has too many of, until some are gone', async () => {
  const { url } = await startForTest({ settings: { maxConnectionsPerAddress: 2 } });
  const here = await Promise.all([RawClient.upgrade(url, 'a'), RawClient.upgrade(url, 'b')]);
  const third = await RawClient.upgrade(url, 'c');
  expect(third.head).toMatch(/^HTTP\/1.1 429 .*Retry-After: 10/s);
  await third.untilEnded();
  for (const client of here) client.destroy();
  // The server hears of their end a moment later than we do.
  let again = await RawClient.upgrade(url, 'c');
  while (!again.head.startsWith('HTTP/1.1 101')) again = await RawClient.upgrade(url, 'c');
  again.destroy();
});

it('[SEC-10] counts sockets that wait for access or for their close', async () => {
  const never = new Promise<never>(() => undefined);
  const { url } = await startForTest({ settings: { maxConnections: 2 }, authenticator: { authorize: () => never } });
  const pending = await RawClient.upgrade(url, 'a');
  const refused = await RawClient.upgrade(url, '%00');
  expect([pending.head, refused.head].map((head) => head.slice(0, 12))).toEqual(['HTTP/1.1 101', 'HTTP/1.1 101']);
  expect((await RawClient.upgrade(url, 'c')).head).toMatch(/^HTTP\/1.1 503/);
});

it('[SEC-10] opens no more documents than it may, and says when to come again', async () => {
  const { url } = await startForTest({ settings: { maxDocuments: 2, unloadAfter: 3_600 } });
  const [alice, bob] = await Promise.all([WireClient.join(url, 'a'), WireClient.join(url, 'b')]);
  for (const client of [alice, bob]) client.insert(0, 'written');
  await Promise.all([alice.untilStored(), bob.untilStored()]);
  expect(await new WireClient(url, 'c').untilClosed()).toMatchObject({
    code: 1013,
    reason: 'retry-after=10; The server has as many documents open as it may.',
  });
  expect((await fetch(`${url}/api/documents/c/text`)).status).toBe(503);
  await (await WireClient.join(url, 'b')).leave();
  alice.insert(0, 'kept');
  await alice.untilStored();
  await alice.leave();
  // Nobody uses it any more, so it makes room long before its time.
  for (let carol = new WireClient(url, 'c'); ; carol = new WireClient(url, 'c')) {
    await carol.until(() => carol.closed !== null || carol.received.length > 0, 'an answer');
    if (carol.closed === null) break;
  }
  bob.insert(0, 'still here');
  await bob.untilStored();
});

it('[SEC-10] lets nobody keep others out with documents that nobody ever wrote', async () => {
  const { url } = await startForTest({ settings: { maxDocuments: 5, unloadAfter: 3_600 } });
  const silent = await Promise.all(
    Array.from({ length: 5 }, (_, i) => RawClient.upgrade(url, `nothing-${i}`, 'coscribe.1')),
  );
  await Promise.all(silent.map((client) => client.until(() => client.frameBytes.length > 0, 'the welcome')));
  const alice = await WireClient.join(url, 'notes');
  alice.insert(0, 'written');
  await alice.untilStored();
  const ended = await Promise.race(silent.map(async (client) => client.untilEnded().then(() => client.goodbye)));
  expect(ended).toBe(1013);
  for (const client of silent) client.destroy();
});

it('[SEC-10] lets text only be deleted from a document that has reached its size', async () => {
  const { url } = await startForTest({ settings: { maxDocumentBytes: 20_000 } });
  const alice = await WireClient.join(url, 'notes');
  for (let i = 0; i < 30; i++) alice.insert(0, 'x'.repeat(1_000));
  expect(await alice.untilClosed()).toMatchObject({ code: 4413 });
  const bob = await WireClient.join(url, 'notes');
  expect(bob.text.length).toBeGreaterThanOrEqual(18_000);
  expect(bob.text.length).toBeLessThan(26_000);
  bob.sendUpdate(bob.edit(() => bob.doc.getText('content').delete(0, bob.text.length - 10)));
  await bob.untilStored();
  await bob.leave();
});

it('[SEC-10] does not call a document full whose log is long and whose text is short', async () => {
  const { url } = await startForTest({ settings: { maxDocumentBytes: 20_000 } });
  const alice = await WireClient.join(url, 'notes');
  const text = alice.doc.getText('content');
  for (let i = 0; i < 60; i++) {
    alice.insert(0, 'x'.repeat(1_000));
    alice.sendUpdate(alice.edit(() => text.delete(0, 1_000)));
  }
  alice.insert(0, 'still writing');
  await alice.untilStored();
  expect((await WireClient.join(url, 'notes')).text).toBe('still writing');
});

it('[SEC-1] reads nothing of a socket whose access is not decided, and lets it go after ten seconds', async () => {
  const asked: string[] = [];
  const never = new Promise<never>(() => undefined);
  const { url } = await startForTest({
    clock: new FastClock(10),
    authenticator: {
      authorize: ({ documentName }) => {
        asked.push(documentName);
        return never;
      },
    },
  });
  const mallory = await RawClient.upgrade(url, 'notes', 'coscribe.1');
  mallory.write(new Uint8Array(64 * 1024 * 1024));
  await mallory.untilEnded();
  expect(asked).toEqual(['notes']);
  expect(mallory.goodbye).toBe(1013);
  // What the network holds for a reader that does not read is a few megabytes.
  expect(mallory.socket.bytesWritten - mallory.socket.writableLength).toBeLessThan(64 * 1024 * 1024);
  mallory.destroy();
});

it('[SEC-1] waits no longer for an authenticator over HTTP than over WebSocket', async () => {
  const never = new Promise<never>(() => undefined);
  const { url } = await startForTest({ clock: new FastClock(10), authenticator: { authorize: () => never } });
  const at = `${url}/api/documents/notes`;
  const answers = await Promise.all([fetch(at), fetch(at, { method: 'PUT' })]);
  expect(answers.map(({ status }) => status)).toEqual([503, 503]);
});

it('[SEC-10] writes few lines about many connections that are closed for what they sent', async () => {
  const log = new LogRecord();
  const { url } = await startForTest({ logger: log.logger });
  for (let round = 0; round < 6; round++) {
    const crowd = await Promise.all(Array.from({ length: 25 }, () => RawClient.upgrade(url, 'notes', 'coscribe.1')));
    for (const client of crowd) client.write(craftFrame({ opcode: 1, payload: new TextEncoder().encode('text') }));
    await Promise.all(crowd.map((client) => client.untilEnded()));
    for (const client of crowd) client.destroy();
  }
  expect(log.text.match(/"close":"malformed"/g)?.length).toBe(100);
});

it('[SEC-10] counts upgrades as requests of their address', async () => {
  const { url } = await startForTest({ settings: { maxRequestsPerSecond: 1 } });
  const heads: string[] = [];
  for (let i = 0; i < 15; i++) {
    const client = await RawClient.upgrade(url, 'notes', 'coscribe.1');
    heads.push(client.head.slice(0, 12));
    if (heads.at(-1) === 'HTTP/1.1 429') await client.untilEnded();
    client.destroy();
  }
  expect(heads.slice(0, 10)).toEqual(Array(10).fill('HTTP/1.1 101'));
  expect(heads).toContain('HTTP/1.1 429');
});

it('[SEC-10] closes the connection of a request that it answers with 429', async () => {
  const { url } = await startForTest({ settings: { maxRequestsPerSecond: 1 } });
  const client = await RawClient.open(url);
  const request = Buffer.from('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  for (let i = 0; i < 15; i++) client.write(request);
  await client.untilEnded();
});

it('[SEC-1, SEC-6] gives no socket for ever for a request or a handshake', { timeout: 60_000 }, async () => {
  const { url } = await startForTest();
  const silent = await RawClient.open(url);
  const half = await RawClient.open(url);
  half.write(Buffer.from(upgradeRequest('notes').slice(0, 60)));
  const request = await RawClient.open(url);
  request.write(Buffer.from('POST /api/documents/a HTTP/1.1\r\nHost: a\r\n'));
  await Promise.all([silent.untilEnded(), half.untilEnded(), request.untilEnded()]);
});

it('[SEC-6] refuses headers that are too long', async () => {
  const { url } = await startForTest();
  const client = await RawClient.open(url);
  client.write(Buffer.from(`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`));
  await client.untilEnded();
  expect(client.head).toMatch(/^HTTP\/1.1 4(14|31)/);
});
