import { expect, it } from 'vitest';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { encodeAwareness, encodeStored, encodeSyncStep1, encodeUpdate } from '../../protocol/messages.ts';
import { CoscribeProvider, type SocketConstructor } from '../../web/provider/index.ts';
import { LevelStore } from '../store/level-store.ts';
import { FailingStore } from '../testing/failing-store.ts';
import { LogRecord } from '../testing/log-record.ts';
import { startForTest } from '../testing/start-for-test.ts';
import { freshFolder, startTestServer } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

it('[SYN-1] brings the edits of one to the other', async () => {
  const { url } = await startForTest();
  const [alice, bob] = await Promise.all([WireClient.join(url, 'notes'), WireClient.join(url, 'notes')]);
  alice.insert(0, 'hello');
  await bob.until(() => bob.text === 'hello', 'hello');
  bob.insert(5, ' world');
  await alice.until(() => alice.text === 'hello world', 'hello world');
});

it('[SYN-2] brings a long text in few bytes to a client that can decompress it, with what others write meanwhile', async () => {
  const { url } = await startForTest();
  const alice = await WireClient.join(url, 'notes');
  const story = Array.from({ length: 5_000 }, (_, line) => `Line ${line} of a text with some words in it.\n`).join('');
  alice.insert(0, story);
  await alice.untilStored();
  const doc = new Y.Doc();
  const kinds: (number | undefined)[] = [];
  let bytes = 0;
  class CountingSocket extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols);
      this.on('message', (data: Buffer | ArrayBuffer) => {
        kinds.push(new Uint8Array(data)[0]);
        bytes += data.byteLength;
      });
    }
  }
  const bob = new CoscribeProvider(`${url}/sync`, 'notes', doc, {
    WebSocket: CountingSocket as unknown as SocketConstructor,
  });
  alice.insert(0, 'Meanwhile. ');
  await bob.whenSynced;
  while (doc.getText('content').length < alice.text.length) await new Promise((resolve) => doc.once('update', resolve));
  expect(doc.getText('content').toString()).toBe(`Meanwhile. ${story}`);
  expect(kinds).toContain(105);
  expect(bytes).toBeLessThan(story.length / 4);
  bob.destroy();
});

it('[DUR-13] counts every update message, step 2 and update alike, also deletions and repetitions', async () => {
  const { url } = await startForTest();
  const alice = await WireClient.join(url, 'notes');
  await alice.untilStored();
  const inserted = alice.insert(0, 'abc');
  alice.sendUpdate(alice.edit(() => alice.doc.getText('content').delete(0, 2)));
  alice.sendUpdate(inserted);
  alice.sendUpdate(new Uint8Array([0, 0]));
  await alice.until(() => alice.progress.stored === 5, 'five stored: the step 2 and four updates');
  const counts = alice.received.flatMap((message) => (message.type === 'stored' ? [message.count] : []));
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
});

it('[DUR-1] says nothing is stored while the disk does not answer, and lets people read each other meanwhile', async () => {
  const store = new FailingStore(await LevelStore.open(await freshFolder()));
  const { url } = await startForTest({ store });
  const [alice, bob] = await Promise.all([WireClient.join(url, 'notes'), WireClient.join(url, 'notes')]);
  await alice.untilStored();
  store.stall();
  alice.insert(0, 'hello');
  await bob.until(() => bob.text === 'hello', 'hello');
  expect(alice.progress).toEqual({ sent: 2, stored: 1 });
  store.proceed();
  await alice.untilStored();
});

it('[DUR-6] answers an update whose predecessor is missing with a resync, and stores all of it', async () => {
  const folder = await freshFolder();
  const server = await startTestServer({ store: await LevelStore.open(folder) });
  const alice = await WireClient.join(server.url, 'notes');
  const text = alice.doc.getText('content');
  await alice.untilStored();
  alice.insert(0, '1');
  alice.edit(() => text.insert(1, '2'));
  alice.insert(2, '3');
  // The second is never sent; with the third the server notices, and asks. The answer is one more update message.
  await alice.until(() => alice.progress.sent === 4, 'the answer to the resync');
  await alice.untilStored();
  expect((await WireClient.join(server.url, 'notes')).text).toBe('123');
  await server.stop();
  const again = await startForTest({ store: await LevelStore.open(folder) });
  expect((await WireClient.join(again.url, 'notes')).text).toBe('123');
});

it('[DUR-13] does not acknowledge what comes after a gap until the gap is closed', async () => {
  const { url } = await startForTest();
  const alice = await WireClient.join(url, 'notes');
  await alice.untilStored();
  alice.answers = false;
  const text = alice.doc.getText('content');
  alice.edit(() => text.insert(0, 'lost'));
  alice.insert(4, 'x');
  const other = new Y.Doc();
  other.getText('content').insert(0, 'independent');
  alice.sendUpdate(Y.encodeStateAsUpdate(other));
  await alice.until(() => alice.received.filter(({ type }) => type === 'sync-step-1').length === 2, 'asked again');
  const bob = await WireClient.join(url, 'notes');
  await bob.until(() => bob.text === 'independent', 'the independent update');
  expect(alice.progress).toEqual({ sent: 3, stored: 1 });
});

it('[DUR-3] lets nobody into a document that cannot be read, and serves it when it can be again', async () => {
  const folder = await freshFolder();
  const before = await startTestServer({ store: await LevelStore.open(folder) });
  const alice = await WireClient.join(before.url, 'notes');
  alice.insert(0, 'precious');
  await alice.untilStored();
  await before.stop();

  const store = new FailingStore(await LevelStore.open(folder));
  const { url } = await startForTest({ store });
  store.failReads(new Error('input/output error'));
  const bob = new WireClient(url, 'notes');
  expect(await bob.untilClosed()).toMatchObject({ code: 1013 });
  expect(bob.received).toEqual([]);
  expect((await fetch(`${url}/api/documents/notes/text`)).status).toBe(503);
  store.failReads(null);
  expect((await WireClient.join(url, 'notes')).text).toBe('precious');
});

it('[SYN-2] keeps what arrives while a document loads, in order, and answers it', async () => {
  const store = new FailingStore(await LevelStore.open(await freshFolder()));
  const { url } = await startForTest({ store });
  store.stall();
  const alice = new WireClient(url, 'notes');
  await alice.until(() => alice.socket.readyState === 1, 'open');
  alice.answers = false;
  alice.insert(0, 'a');
  alice.insert(1, 'b');
  alice.insert(2, 'c');
  alice.send(encodeSyncStep1(new Uint8Array([0])));
  store.proceed();
  await alice.until(() => alice.received.some(({ type }) => type === 'sync-step-2'), 'step 2');
  await alice.untilStored();
  expect((await WireClient.join(url, 'notes')).text).toBe('abc');
});

it('[DUR-4] never has two lives of one document at a time, however people come and go', async () => {
  const store = new FailingStore(await LevelStore.open(await freshFolder()));
  const { url } = await startForTest({ store, settings: { unloadAfter: 0 } });
  let expected = '';
  for (let round = 0; round < 40; round++) {
    const client = await WireClient.join(url, 'notes');
    expect(client.text).toBe(expected);
    client.insert(0, String(round % 10));
    expected = String(round % 10) + expected;
    if (round % 3 === 0) await client.untilStored();
    else await client.until(() => client.socket.bufferedAmount === 0, 'sent');
    await client.leave();
  }
  expect((await WireClient.join(url, 'notes')).text).toBe(expected);
});

it('[DUR-5] closes everybody with 1012 when it stops, with everything acknowledged stored', async () => {
  const folder = await freshFolder();
  const server = await startForTest({ store: await LevelStore.open(folder) });
  const alice = await WireClient.join(server.url, 'notes');
  for (let i = 0; i < 200; i++) alice.insert(i, 'x');
  await alice.until(() => alice.progress.stored > 0, 'some stored');
  const { stored } = alice.progress;
  await server.stop();
  expect(await alice.untilClosed()).toMatchObject({ code: 1012 });
  const again = await startForTest({ store: await LevelStore.open(folder) });
  const { length } = (await WireClient.join(again.url, 'notes')).text;
  expect(length).toBeGreaterThanOrEqual(stored - 1);
});

it('[SEC-7] closes with 4400 who sends an update that cannot be decoded, and keeps and passes on nothing of it', async () => {
  const { url } = await startForTest();
  const [mallory, bob] = await Promise.all([WireClient.join(url, 'notes'), WireClient.join(url, 'notes')]);
  await mallory.untilStored();
  mallory.sendUpdate(new Uint8Array([1, 1, 7, 99, 99, 99]));
  expect(await mallory.untilClosed()).toMatchObject({ code: 4400 });
  expect(mallory.progress).toEqual({ sent: 2, stored: 1 });
  const heard = bob.received.length;
  const carol = await WireClient.join(url, 'notes');
  carol.insert(0, 'fine');
  await bob.until(() => bob.text === 'fine', 'fine');
  expect(bob.received.length).toBe(heard + 1);
});

it('[SYN-9] a map beside the text costs a client of ours no text, and a stock one is told what it was', async () => {
  const log = new LogRecord();
  const { url } = await startForTest({ logger: log.logger });
  const errors: unknown[] = [];
  const doc = new Y.Doc();
  const text = doc.getText('content');
  // Offline first, as on a device that was once refused: the answer to the server's step 1 carries it.
  doc.getMap('meta').set('a', 1);
  text.insert(0, 'one ');
  const alice = new CoscribeProvider(`${url}/sync`, 'notes', doc, {
    WebSocket: WebSocket as unknown as SocketConstructor,
  });
  alice.on('error', (error) => errors.push(error));
  await alice.whenSynced;
  doc.transact(() => {
    doc.getMap('meta').set('tree', new Y.Map([['leaf', new Y.Text('words')]]));
    text.insert(4, 'two ');
    text.insert(8, 'bold', { bold: true });
  });
  text.insert(0, 'zero ');
  const bob = await WireClient.join(url, 'notes');
  await bob.until(() => bob.text === 'zero one two bold', 'all of the text');
  while (!alice.saved) await new Promise((resolve) => alice.once('saved', resolve));
  expect(alice.closed).toBeNull();
  expect([...bob.doc.share.keys()]).toEqual(['content']);
  expect(doc.getMap('meta').size).toBe(0);
  expect(errors.map(String)).toEqual([
    expect.stringContaining(
      'NotPlainTextError: This document holds only plain text, in "content". Taken out again: "meta".',
    ),
    expect.stringContaining('Taken out again: "meta", formatting.'),
  ]);
  // The states are the same: coming back brings nothing either way.
  const frames: number[] = [];
  alice.disconnect();
  class ListeningSocket extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols);
      this.on('message', (data: Buffer) => frames.push(data[0] === 0 ? (data[1] ?? 0) : -1));
    }
  }
  const back = new CoscribeProvider(`${url}/sync`, 'notes', doc, {
    WebSocket: ListeningSocket as unknown as SocketConstructor,
  });
  await back.whenSynced;
  expect(frames).not.toContain(1);
  back.destroy();
  alice.destroy();

  const stock = await WireClient.join(url, 'notes');
  stock.sendUpdate(stock.edit(() => stock.doc.getMap('meta').set('a', 1)));
  expect(await stock.untilClosed()).toMatchObject({ code: 4400, reason: expect.stringContaining('It is in "meta".') });
  expect(log.text).toMatch(/"level":"?(warn|40)"?.*It is in \\"meta\\"/);
});

it.each([
  ['no message', new Uint8Array()],
  ['an unknown message', new Uint8Array([77])],
  ['an unknown sync message', new Uint8Array([0, 9, 0])],
  ['a message of the server', encodeStored(1)],
  ['a broken state vector', encodeSyncStep1(new Uint8Array([5, 1]))],
  ['a broken awareness update', encodeAwareness(new Uint8Array([1, 1]))],
  ['two messages in one frame', new Uint8Array([...encodeUpdate(new Uint8Array([0, 0])), 3])],
])('[SEC-6] closes with 4400 who sends %s, and nobody else', async (_what, frame) => {
  const { url } = await startForTest();
  const [mallory, bob] = await Promise.all([WireClient.join(url, 'notes'), WireClient.join(url, 'notes')]);
  mallory.send(frame);
  expect(await mallory.untilClosed()).toMatchObject({ code: 4400 });
  bob.insert(0, 'still here');
  await bob.untilStored();
});

it('[SEC-6] closes with 4400 who sends text', async () => {
  const { url } = await startForTest();
  const mallory = await WireClient.join(url, 'notes');
  mallory.socket.send('hello');
  expect(await mallory.untilClosed()).toMatchObject({ code: 4400 });
});

it('[SEC-10] closes with 1009 who sends more than a message may hold', async () => {
  const { url } = await startForTest({ settings: { maxMessageBytes: 10_000 } });
  const mallory = await WireClient.join(url, 'notes');
  mallory.send(new Uint8Array(10_001));
  expect(await mallory.untilClosed()).toMatchObject({ code: 1009 });
});

it('[SEC-5] serves documents whose names need care, and refuses those that are none', async () => {
  const { url } = await startForTest();
  for (const name of ['__proto__', 'constructor', 'a/b', 'ü 😀', 'toString']) {
    const client = await WireClient.join(url, encodeURIComponent(name));
    client.insert(0, name);
    await client.untilStored();
    const response = await fetch(`${url}/api/documents/${encodeURIComponent(name)}/text`);
    expect(await response.text()).toBe(name);
  }
  const invalid = ['%00', 'a%0Ab', '%FF', 'x'.repeat(201), '%2F', 'a%2F%2Fb', 'a%2F..%2Fb', ''];
  const closes = await Promise.all(invalid.map((path) => new WireClient(url, path).untilClosed()));
  expect(closes.map(({ code }) => code)).toEqual(invalid.map(() => 4404));
});

it('[CON-2] makes a refused client wait a second for its close', async () => {
  const { url } = await startForTest();
  const client = new WireClient(url, '%00', { protocols: [] });
  await client.until(() => client.socket.readyState === 1, 'open');
  const opened = performance.now();
  await client.untilClosed();
  expect(performance.now() - opened).toBeGreaterThan(900);
});

it('[SYN-5] refuses the copy of another epoch', async () => {
  const { url } = await startForTest();
  const client = new WireClient(url, 'notes?epoch=another.0');
  expect(await client.untilClosed()).toMatchObject({ code: 4409 });
  const alice = await WireClient.join(url, 'notes');
  const [welcome] = alice.received;
  if (welcome?.type !== 'welcome') throw new Error('the first message is no welcome');
  const same = await WireClient.join(url, `notes?epoch=${encodeURIComponent(welcome.welcome.epoch)}`);
  await same.leave();
});

it('[SEC-12] lives on when an authenticator throws or rejects', async () => {
  let fail: () => Promise<never> = () => Promise.reject(new Error('database down'));
  const { url } = await startForTest({ authenticator: { authorize: () => fail() } });
  expect(await new WireClient(url, 'a').untilClosed()).toMatchObject({ code: 1011 });
  fail = () => {
    throw new Error('a defect');
  };
  expect(await new WireClient(url, 'a').untilClosed()).toMatchObject({ code: 1011 });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/api/documents/a`)).status).toBe(500);
});

it('[SEC-2] lets a viewer read, answer with nothing, and write nothing', async () => {
  const { url } = await startForTest({
    authenticator: {
      authorize: ({ token }) => ({
        granted: true,
        role: token === 'w' ? 'editor' : 'viewer',
        person: null,
        expiresAt: null,
        through: 'test',
      }),
    },
  });
  const writer = await WireClient.join(url, 'notes?token=w');
  writer.insert(0, 'text');
  await writer.untilStored();
  const viewer = await WireClient.join(url, 'notes');
  expect(viewer.text).toBe('text');
  viewer.send(encodeUpdate(new Uint8Array([0, 0])));
  writer.insert(4, '!');
  await viewer.until(() => viewer.text === 'text!', 'text!');
  viewer.insert(0, 'graffiti ');
  expect(await viewer.untilClosed()).toMatchObject({ code: 4403 });
  expect((await WireClient.join(url, 'notes')).text).toBe('text!');
});

it('[CON-3, SEC-11] lets a client that changed networks go on at once, though its old connection seems alive', async () => {
  const { url } = await startForTest();
  const protocols = ['coscribe.1', 'coscribe.session.a-key-of-its-own'];
  const before = await WireClient.join(url, 'notes', { protocols });
  const first = before.insert(0, 'before ');
  await before.untilStored();
  before.socket.pause();
  const after = new WireClient(url, 'notes', { protocols });
  Y.applyUpdate(after.doc, first);
  after.doc.clientID = before.doc.clientID;
  await after.until(() => after.received.some(({ type }) => type === 'sync-step-1'), 'step 1');
  after.insert(7, 'after');
  await after.untilStored();
  expect((await WireClient.join(url, 'notes')).text).toBe('before after');

  // Without the key it could be anybody: what it writes under that id does not get in while the owner is there.
  const mallory = new WireClient(url, 'notes');
  Y.applyUpdate(mallory.doc, Y.encodeStateAsUpdate(after.doc));
  mallory.doc.clientID = before.doc.clientID;
  await mallory.until(() => mallory.received.some(({ type }) => type === 'sync-step-1'), 'step 1');
  mallory.insert(0, 'forged ');
  expect(await mallory.untilClosed()).toMatchObject({ code: 1013 });
  after.insert(12, '!');
  await after.untilStored();
  expect((await WireClient.join(url, 'notes')).text).toBe('before after!');
});
