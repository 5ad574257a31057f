import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { encodeQueryAwareness, encodeSyncStep1 } from '../../protocol/messages.ts';
import { LevelStore } from '../store/level-store.ts';
import { FailingStore } from '../testing/failing-store.ts';
import { FastClock } from '../testing/fast-clock.ts';
import { presence, protocols, sees, shareDocument } from '../testing/shared-document.ts';
import { startForTest } from '../testing/start-for-test.ts';
import { freshFolder } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

// What every transport does, whatever carries the messages.
describe.each(['websocket', 'http'] as const)('[CON-7] over %s', (transport) => {
  const join = (url: string, path = 'notes') => WireClient.join(url, path, { transport });

  it('brings the edits of one to the other, and counts what is stored', async () => {
    const { url } = await startForTest();
    const [alice, bob] = await Promise.all([join(url), WireClient.join(url, 'notes')]);
    alice.insert(0, 'hello');
    await bob.until(() => bob.text === 'hello', 'hello');
    bob.insert(5, ' world');
    await alice.until(() => alice.text === 'hello world', 'hello world');
    for (let at = 0; at < 100; at += 1) alice.insert(0, String(at % 10));
    await alice.untilStored();
    expect(alice.progress.sent).toBe(102);
    await bob.until(() => bob.text === alice.text, 'all of it');
  });

  it('says nothing is stored while the disk does not answer', async () => {
    const store = new FailingStore(await LevelStore.open(await freshFolder()));
    const { url } = await startForTest({ store });
    const [alice, bob] = await Promise.all([join(url), WireClient.join(url, 'notes')]);
    await alice.untilStored();
    store.stall();
    alice.insert(0, 'hello');
    await bob.until(() => bob.text === 'hello', 'hello');
    expect(alice.progress).toEqual({ sent: 2, stored: 1 });
    store.proceed();
    await alice.untilStored();
  });

  it('keeps what is sent before the document is there, in its order', async () => {
    const { url } = await startForTest();
    const alice = new WireClient(url, 'notes', { transport });
    await alice.until(() => alice.socket.readyState === 1, 'open');
    for (const word of ['one ', 'two ', 'three ']) alice.insert(alice.text.length, word);
    await alice.untilStored();
    expect((await WireClient.join(url, 'notes')).text).toBe('one two three ');
  });

  it('carries a message as long as any may be, both ways', async () => {
    const { url } = await startForTest();
    const alice = await join(url);
    alice.insert(0, 'x'.repeat(8 * 1024 * 1024));
    await alice.untilStored();
    const bob = await join(url);
    expect(bob.text.length).toBe(8 * 1024 * 1024);
    alice.insert(0, 'y');
    await bob.until(() => bob.text.startsWith('y'), 'what was written after');
  });

  it('closes with a code what is malformed, too long, too much or without a name', async () => {
    const { url } = await startForTest({ settings: { maxMessageBytes: 4_096, maxMessagesPerSecond: 20 } });
    const malformed = await join(url);
    malformed.send(new Uint8Array([0, 2, 3, 1, 2, 3]));
    expect((await malformed.untilClosed()).code).toBe(4400);
    const tooLong = await join(url);
    tooLong.insert(0, 'x'.repeat(600_000));
    expect((await tooLong.untilClosed()).code).toBe(1009);
    const tooMuch = await join(url);
    for (let count = 0; count < 200; count += 1) tooMuch.sendUpdate(new Uint8Array([0, 0]));
    expect(await tooMuch.untilClosed()).toMatchObject({
      code: 4429,
      reason: expect.stringMatching(/^retry-after=1; /),
    });
    const questions = await startForTest();
    const curious = await join(questions.url);
    for (let count = 0; count < 40; count += 1) curious.send(encodeQueryAwareness());
    expect((await curious.untilClosed()).code).toBe(4429);
    const nameless = new WireClient(url, '%00', { transport });
    expect((await nameless.untilClosed()).code).toBe(4404);
  });

  it('lets people do what their role allows, and nobody in whose token is wrong', async () => {
    const { server, linkOf } = await shareDocument();
    const bad = new WireClient(server.url, 'minutes', { transport, protocols: protocols('own.nobody') });
    expect([4401, 4403]).toContain((await bad.untilClosed()).code);
    const editor = await WireClient.join(server.url, 'minutes', {
      transport,
      protocols: protocols(linkOf('editor').link),
    });
    editor.insert(0, 'by an editor');
    await editor.untilStored();
    const viewer = await WireClient.join(server.url, 'minutes', {
      transport,
      protocols: protocols(linkOf('viewer').link),
    });
    expect(viewer.text).toContain('by an editor');
    viewer.insert(0, 'by a viewer');
    expect((await viewer.untilClosed()).code).toBe(4403);
    expect(editor.text).not.toContain('by a viewer');
  });

  it('shows people to each other, and that somebody is gone', async () => {
    const { url } = await startForTest();
    const [alice, bob] = await Promise.all([join(url), WireClient.join(url, 'notes')]);
    alice.send(presence(1));
    await bob.until(() => sees(bob, 77), 'Alice');
    await alice.leave();
    await bob.until(() => bob.received.at(-1)?.type === 'awareness' && !sees(bob, 77), 'her leaving');
  });

  it('tells its people that the server stops', async () => {
    const server = await startForTest();
    const alice = await join(server.url);
    const closed = alice.untilClosed();
    await server.stop();
    expect((await closed).code).toBe(1012);
  });

  it('drops who is silent, and keeps who is not', async () => {
    const { url } = await startForTest({ clock: new FastClock(5) });
    const [alice, bob] = await Promise.all([join(url), join(url)]);
    // It is 28 s of the server's time after which it drops what is silent, and 20 s after which it says something itself.
    const before = alice.received.length;
    await alice.until(() => alice.received.length >= before + 3, 'three times that nothing happens');
    expect([alice.closed, bob.closed]).toEqual([null, null]);
  });

  it('counts connections by address, from their beginning to their end', async () => {
    const { url } = await startForTest({ settings: { maxConnectionsPerAddress: 2 } });
    const [alice] = await Promise.all([join(url), join(url)]);
    const third = new WireClient(url, 'notes', { transport });
    await third.until(() => third.refusedWith !== null || third.closed !== null, 'the refusal');
    await alice.leave();
    for (;;) {
      const again = new WireClient(url, 'notes', { transport });
      again.socket.on('open', () => again.send(encodeSyncStep1(Y.encodeStateVector(again.doc))));
      await again.until(
        () => again.refusedWith !== null || again.closed !== null || again.received.length > 0,
        'an answer',
      );
      if (again.received.length > 0) break;
    }
  });
});
