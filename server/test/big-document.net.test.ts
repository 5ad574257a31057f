import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { encodeSyncStep1, encodeUpdate } from '../../protocol/messages.ts';
import { systemClock } from '../clock.ts';
import { Documents } from '../document/documents.ts';
import { silentLogger } from '../log/logger.ts';
import { LevelStore } from '../store/level-store.ts';
import { craftUpdate, insertion, type UnitId } from '../testing/craft-update.ts';
import { RawClient } from '../testing/raw-client.ts';
import { craftFrame } from '../testing/raw-frames.ts';
import { ServerProcess } from '../testing/server-process.ts';
import { freshFolder } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

const ITEMS = 250_000;
const PARAGRAPH = 'The quick brown fox jumps over the lazy dog. '.repeat(5).slice(0, 190);

/** Milliseconds between the edits of those whose latency is measured. */
const RHYTHM = 10;

/** Stores a document of 50 MB in a quarter of a million structs; returns its size and the first character's id. */
async function storeBigDocument(folder: string): Promise<{ bytes: number; first: UnitId }> {
  const doc = new Y.Doc();
  const text = doc.getText('content');
  doc.transact(() => {
    for (let i = 0; i < ITEMS; i++) text.insert(0, PARAGRAPH);
  });
  const state = Y.encodeStateAsUpdate(doc);
  const store = await LevelStore.open(folder);
  const documents = await Documents.open(store, systemClock, silentLogger);
  const document = documents.document('big');
  await document.load(new Y.Doc());
  await new Promise<void>((resolve) => document.append(state, resolve));
  await document.compact(state);
  await store.close();
  return { bytes: state.length, first: [doc.clientID, (ITEMS - 1) * PARAGRAPH.length] };
}

/** Two people in a document of their own, one writing in a steady rhythm; tells how long each edit took to the other. */
async function measureOthers(url: string, during: () => Promise<void>): Promise<number[]> {
  const [alice, bob] = await Promise.all([WireClient.join(url, 'small'), WireClient.join(url, 'small')]);
  const sentAt: number[] = [];
  const latencies: number[] = [];
  bob.doc.on('update', () => {
    // Edits that came together arrive together.
    for (let seen = bob.text.length; latencies.length < seen; ) {
      latencies.push(performance.now() - (sentAt[latencies.length] ?? 0));
    }
  });
  const typing = setInterval(() => {
    sentAt.push(performance.now());
    alice.insert(alice.text.length, 'x');
  }, RHYTHM);
  await during();
  clearInterval(typing);
  await bob.until(() => latencies.length === sentAt.length, 'every edit');
  await Promise.all([alice.leave(), bob.leave()]);
  return latencies.sort((a, b) => a - b);
}

async function joinBig(url: string, bytes: number): Promise<RawClient> {
  const client = await RawClient.upgrade(url, 'big', 'coscribe.1');
  client.write(craftFrame({ payload: encodeSyncStep1(new Uint8Array([0])) }));
  const received = () => client.frameBytes.reduce((sum, length) => sum + length, 0);
  await client.until(() => received() > bytes && client.isBetweenFrames, 'the whole document');
  return client;
}

it('[SEC-14] lets a document of 50 MB be opened, joined, written in and left, and others write on', {
  timeout: 120_000,
}, async () => {
  const folder = await freshFolder();
  const { bytes, first } = await storeBigDocument(folder);
  expect(bytes).toBeGreaterThan(47e6);
  const server = await ServerProcess.start(folder, ['--port', '0', '--unload-after', '0']);
  try {
    const joins: number[] = [];
    const latencies = await measureOthers(server.url, async () => {
      for (let round = 0; round < 2; round++) {
        const begun = performance.now();
        const writer = await joinBig(server.url, bytes);
        joins.push(performance.now() - begun);
        const answered = writer.frameBytes.length;
        for (let i = 0; i < 100; i++) {
          const client = 1_000 + round;
          const position = i === 0 ? { right: first } : { origin: [client, i - 1] as const, right: first };
          writer.write(
            craftFrame({
              payload: encodeUpdate(craftUpdate([{ client, clock: i, structs: [insertion('y', position)] }])),
            }),
          );
          await writer.until(() => writer.frameBytes.length > answered + i, 'the acknowledgement');
        }
        const readers = await Promise.all([joinBig(server.url, bytes), joinBig(server.url, bytes)]);
        for (const client of [writer, ...readers]) client.destroy();
      }
    });
    const p99 = latencies[Math.floor(latencies.length * 0.99)] ?? Number.POSITIVE_INFINITY;
    const figure = `${latencies.length} edits, p50 ${latencies[latencies.length >> 1]?.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, longest ${latencies.at(-1)?.toFixed(1)} ms; joins ${joins.map((ms) => ms.toFixed(0)).join(', ')} ms`;
    process.stdout.write(`others beside a document of 50 MB: ${figure}\n`);
    // On a quiet machine p99 stays under 200 ms. What is asserted holds on any: nobody waits for the work on the big one.
    expect(p99, figure).toBeLessThan(Math.max(...joins) / 3);
  } finally {
    await server.end('SIGTERM');
  }
});
