import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as encoding from 'lib0/encoding';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { encodeAwarenessEntries } from '../../protocol/awareness-entries.ts';
import { encodeAwareness, encodeSyncStep1, encodeUpdate } from '../../protocol/messages.ts';
import { craftUpdate, deletedUnits, insertion } from '../testing/craft-update.ts';
import { FastClock } from '../testing/fast-clock.ts';
import { bytesInUse } from '../testing/heap.ts';
import { RawClient, upgradeRequest } from '../testing/raw-client.ts';
import { craftFrame } from '../testing/raw-frames.ts';
import { startForTest } from '../testing/start-for-test.ts';
import { WireClient } from '../testing/wire-client.ts';

/** Sends and waits until the server has taken it: its answer to a step 1 comes after. */
async function sendAll(client: WireClient, frames: readonly Uint8Array[]): Promise<void> {
  for (const frame of frames) client.send(frame);
  const answers = client.received.filter(({ type }) => type === 'sync-step-2').length;
  client.send(encodeSyncStep1(Y.encodeStateVector(client.doc)));
  await client.until(
    () => client.closed !== null || client.received.filter(({ type }) => type === 'sync-step-2').length > answers,
    'the answer behind them',
  );
}

it('[SYN-3] holds little for a socket that does not read, and brings it up to date when it reads again', async () => {
  const { url } = await startForTest();
  const [alice, bob] = await Promise.all([WireClient.join(url, 'notes'), WireClient.join(url, 'notes')]);
  const text = bob.doc.getText('content');
  const write = async (times: number) => {
    for (let i = 0; i < times; i++) {
      bob.sendUpdate(
        bob.edit(() => {
          text.delete(0, text.length);
          text.insert(0, `${i} `.padEnd(200_000, 'x'));
        }),
      );
      await bob.untilStored();
    }
  };
  alice.socket.pause();
  await write(40);
  const heldBefore = await bytesInUse();
  await write(60);
  // Another 12 MB were written; a socket that is fed would hold them.
  expect((await bytesInUse()) - heldBefore).toBeLessThan(4 * 1024 * 1024);
  const before = alice.received.length;
  alice.socket.resume();
  await alice.until(() => alice.text === bob.text, 'the same text');
  expect(alice.received.length - before).toBeLessThan(70);
  expect(alice.closed).toBeNull();
});

it('[SEC-9] holds nothing of a flood of updates that build on something missing, and others do not notice', async () => {
  const { url } = await startForTest();
  const [mallory, bob] = await Promise.all([WireClient.join(url, 'notes'), WireClient.join(url, 'notes')]);
  mallory.answers = false;
  const before = await bytesInUse();
  const gaps = Array.from({ length: 3_000 }, (_, i) =>
    encodeUpdate(craftUpdate([{ client: 5_000 + i, clock: 7, structs: [insertion('x'.repeat(500))] }])),
  );
  const deletes = Array.from({ length: 1_000 }, (_, i) =>
    encodeUpdate(craftUpdate([], [{ client: 9_000 + i, ranges: [[0, 100]] }])),
  );
  await sendAll(mallory, [...gaps, ...deletes]);
  bob.insert(0, 'hello');
  await bob.untilStored();
  const fresh = await WireClient.join(url, 'notes');
  expect(fresh.text).toBe('hello');
  expect(Y.encodeStateAsUpdate(fresh.doc).length).toBeLessThan(100);
  // The frames themselves are the test's own, and make up for most of it.
  gaps.length = 0;
  expect((await bytesInUse()) - before).toBeLessThan(8 * 1024 * 1024);
});

it("[SEC-11] lets nobody use up another's clock: what the owner writes later stays", async () => {
  const { url } = await startForTest();
  const [mallory, bob] = await Promise.all([WireClient.join(url, 'notes'), WireClient.join(url, 'notes')]);
  bob.insert(0, 'before ');
  await bob.untilStored();
  const client = bob.doc.clientID;
  const next = Y.getState(bob.doc.store, client);
  const poisons = [
    craftUpdate([{ client, clock: next, structs: [deletedUnits(2 ** 31 - 1)] }]),
    craftUpdate([{ client, clock: next, structs: [insertion('forged', { origin: [client, next - 1] })] }]),
    craftUpdate([{ client, clock: 2 ** 32 - 2, structs: [insertion('x')] }]),
    craftUpdate([
      { client, clock: next, structs: [{ ref: 0, content: (encoder) => encoding.writeVarUint(encoder, 2 ** 31) }] },
    ]),
    craftUpdate([], [{ client, ranges: [[0, 2 ** 31]] }]),
  ];
  for (const poison of poisons) {
    const attacker = mallory.closed === null ? mallory : await WireClient.join(url, 'notes');
    attacker.answers = false;
    await sendAll(attacker, [encodeUpdate(poison)]);
    bob.insert(bob.text.length, 'after ');
    await bob.untilStored();
  }
  const fresh = await WireClient.join(url, 'notes');
  expect(fresh.text).toBe(`before ${'after '.repeat(poisons.length)}`);
});

it('[SEC-8, SEC-10] answers a state vector of a hundred thousand clients, and refuses one that is none', async () => {
  const { url } = await startForTest();
  const [mallory, bob] = await Promise.all([WireClient.join(url, 'notes'), WireClient.join(url, 'notes')]);
  const giant = encoding.createEncoder();
  encoding.writeVarUint(giant, 100_000);
  for (let i = 0; i < 100_000; i++) {
    encoding.writeVarUint(giant, 2 ** 31 + i);
    encoding.writeVarUint(giant, i);
  }
  await sendAll(mallory, [encodeSyncStep1(encoding.toUint8Array(giant))]);
  expect(mallory.closed).toBeNull();
  mallory.send(encodeSyncStep1(new Uint8Array(3 * 1024 * 1024)));
  expect(await mallory.untilClosed()).toMatchObject({ code: 4400 });
  bob.insert(0, 'still here');
  await bob.untilStored();
});

it('[CON-3, PRE-1] drops a socket that reads and answers nothing, with its caret', async () => {
  const { url } = await startForTest({ clock: new FastClock(20) });
  const bob = await WireClient.join(url, 'notes');
  const dead = await RawClient.upgrade(url, 'notes', 'coscribe.1');
  const entry = { clientId: 7, clock: 1, state: new TextEncoder().encode('{"name":"dead"}') };
  dead.write(craftFrame({ payload: encodeAwareness(encodeAwarenessEntries([entry], 1)) }));
  dead.socket.pause();
  const carets = () =>
    bob.received.flatMap((message) => (message.type === 'awareness' ? [Buffer.from(message.update).toString()] : []));
  await bob.until(() => carets().some((update) => update.includes('dead')), 'the caret');
  await bob.until(() => carets().some((update) => update.includes('null')), 'its end');
  expect(bob.closed).toBeNull();
  dead.destroy();
});

it('[CON-3] drops a client whose process is stopped', async () => {
  const { url } = await startForTest({ clock: new FastClock(10) });
  const bob = await WireClient.join(url, 'notes');
  const entry = { clientId: 7, clock: 1, state: new TextEncoder().encode('{"name":"stopped"}') };
  const hello = Buffer.from(encodeAwareness(encodeAwarenessEntries([entry], 1))).toString('base64');
  const script = `
    const socket = new (require('ws'))(process.argv[1], ['coscribe.1']);
    socket.on('open', () => socket.send(Buffer.from('${hello}', 'base64')));`;
  const child = spawn(process.execPath, ['-e', script, `${url.replace('http', 'ws')}/sync/notes`], { stdio: 'ignore' });
  try {
    const carets = () =>
      bob.received.flatMap((message) => (message.type === 'awareness' ? [Buffer.from(message.update).toString()] : []));
    await bob.until(() => carets().some((update) => update.includes('stopped')), 'the caret');
    child.kill('SIGSTOP');
    await bob.until(() => carets().some((update) => update.includes('null')), 'its end');
  } finally {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
});

it('[CON-4] holds nothing after many sockets came and went, refused, broken and reset among them', async () => {
  const { url } = await startForTest({
    settings: { unloadAfter: 0 },
    clock: new FastClock(20),
    authenticator: {
      authorize: ({ documentName }) => {
        if (documentName.startsWith('throws')) throw new Error('a defect');
        if (documentName.startsWith('denied')) return { granted: false, refusal: 'forbidden', reason: 'No.' };
        return { granted: true, role: 'editor', person: null, expiresAt: null, through: 'test' };
      },
    },
  });
  const cycle = async (round: number) => {
    const name = ['open', 'denied', 'throws', '%00', 'reset'][round % 5] ?? 'open';
    const client = await RawClient.upgrade(
      url,
      `${name}${round % 5 === 3 ? '' : round % 40}`,
      round % 2 ? 'coscribe.1' : null,
    );
    client.write(craftFrame({ payload: encodeSyncStep1(new Uint8Array([0])) }));
    if (name === 'reset') client.socket.resetAndDestroy();
    else if (name === 'open') client.destroy();
    else {
      await client.untilEnded();
      client.destroy();
    }
  };
  const cycles = async (count: number) => {
    for (let round = 0; round < count; round += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, i) => cycle(round + i)));
    }
  };
  const figure = async (name: string) => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const found = new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1];
    if (found === undefined) throw new Error(`there is no figure ${name}`);
    return Number(found);
  };
  await cycles(500);
  const before = await bytesInUse();
  await cycles(2_500);
  // Another round with one who stays shows that the server still lives; then nothing of the others may be left.
  const alice = await WireClient.join(url, 'after');
  alice.insert(0, 'fine');
  await alice.untilStored();
  await alice.leave();
  while ((await figure('coscribe_connections')) > 0 || (await figure('coscribe_documents_open')) > 0);
  expect((await bytesInUse()) - before).toBeLessThan(6 * 1024 * 1024);
});

it('[SEC-13] does not compress, whatever a client offers', async () => {
  const { url } = await startForTest();
  const client = await RawClient.open(url);
  const offer = 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n';
  client.write(Buffer.from(upgradeRequest('notes').replace(/\r\n$/, offer)));
  await client.until(() => client.head.startsWith('HTTP/1.1 101'), 'the upgrade');
  expect(client.head.toLowerCase()).not.toContain('extensions');
  client.destroy();
});

it('[SEC-13] keeps memory flat while people write', async () => {
  const { url } = await startForTest();
  const clients = await Promise.all(Array.from({ length: 10 }, () => WireClient.join(url, 'soak')));
  const [writer] = clients;
  const text = writer?.doc.getText('content');
  const write = async (rounds: number) => {
    for (let round = 0; round < rounds; round++) {
      // One writer's deletions join into one, so that the documents themselves stay small.
      writer?.sendUpdate(writer.edit(() => text?.insert(text.length, 'word ')));
      if (round % 4 === 3) writer?.sendUpdate(writer.edit(() => text?.delete(0, text.length)));
      await writer?.untilStored();
      // What was heard is the test's own.
      for (const client of clients) client.received.length = 0;
    }
  };
  await write(300);
  const before = await bytesInUse();
  await write(1_000);
  expect((await bytesInUse()) - before).toBeLessThan(4 * 1024 * 1024);
});
