import { expect, it } from 'vitest';
import { encodeUpdate } from '../../protocol/messages.ts';
import { bytesInUse } from '../testing/heap.ts';
import { RawClient, upgradeRequest } from '../testing/raw-client.ts';
import { craftFrame } from '../testing/raw-frames.ts';
import { startForTest } from '../testing/start-for-test.ts';
import { WireClient } from '../testing/wire-client.ts';

// What is bounded in bytes, but takes much more as objects.

/** A message of `count` pieces of this many bytes, or its beginning. */
function pieces(count: number, bytes: number, { ends }: { ends: boolean }): Uint8Array {
  const payload = new Uint8Array(bytes);
  return Buffer.concat(
    Array.from({ length: count }, (_, i) =>
      craftFrame({ opcode: i === 0 ? 2 : 0, fin: ends && i === count - 1, payload }),
    ),
  );
}

it('[SEC-10] a message in more pieces than any client makes ends its socket, before the pieces fill the memory', async () => {
  const { url } = await startForTest();
  const bob = await WireClient.join(url, 'notes');
  const attack = pieces(16_300, 1, { ends: false });
  const before = await bytesInUse();
  const sockets = await Promise.all(Array.from({ length: 60 }, () => RawClient.upgrade(url, 'notes', 'coscribe.1')));
  for (const socket of sockets) socket.write(attack);
  await Promise.all(sockets.map((socket) => socket.untilEnded()));
  // All that was sent is 7 MB, and as objects more than 100 MB.
  expect((await bytesInUse()) - before).toBeLessThan(20 * 1024 * 1024);
  bob.insert(0, 'still here');
  await bob.untilStored();
});

it('[SEC-10] pieces that no rule forbids count as the memory that they take', async () => {
  const { url } = await startForTest();
  const socket = await RawClient.upgrade(url, 'notes', 'coscribe.1');
  socket.write(pieces(1_000, 1, { ends: false }));
  const bob = await WireClient.join(url, 'notes');
  bob.insert(0, 'still here');
  await bob.untilStored();
  expect(socket.closed).toBe(false);
  socket.destroy();
});

it('[SEC-10] a long message in the pieces of a browser arrives', async () => {
  const { url } = await startForTest();
  const alice = await WireClient.join(url, 'notes');
  const update = encodeUpdate(alice.edit(() => alice.doc.getText('content').insert(0, 'x'.repeat(8_000_000))));
  // Chromium cuts a message into pieces of 64 KB on average, some of which are an eighth of that.
  for (let at = 0; at < update.length; at += 8_192) {
    alice.socket.send(update.subarray(at, at + 8_192), { fin: at + 8_192 >= update.length });
  }
  const bob = await WireClient.join(url, 'notes');
  await bob.until(() => bob.text.length === 8_000_000, 'the text');
});

it('[SEC-10] a request or an upgrade with thousands of headers is refused', async () => {
  const { url } = await startForTest();
  const headers = Array.from({ length: 3_000 }, (_, i) => `${i % 10}:\r\n`).join('');
  for (const request of [upgradeRequest('notes'), 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n']) {
    const client = await RawClient.open(url);
    client.write(Buffer.from(request.replace(/\r\n$/, `${headers}\r\n`)));
    await client.untilEnded();
    expect(client.head).toMatch(/^HTTP\/1.1 431 .*Connection: close/is);
  }
});

it('[SEC-10] a name of a session that is longer than any client makes counts for nothing', async () => {
  const { url } = await startForTest();
  const long = ['coscribe.1', `coscribe.session.${'x'.repeat(200)}`];
  const first = await WireClient.join(url, 'notes', { protocols: long });
  await WireClient.join(url, 'notes', { protocols: long });
  first.insert(0, 'not taken over');
  await first.untilStored();
});
