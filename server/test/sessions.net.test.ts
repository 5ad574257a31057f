import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { type Clock, CoscribeProvider, type SocketConstructor } from '../../web/provider/index.ts';
import type { CoscribeServer } from '../server.ts';
import { LevelStore } from '../store/level-store.ts';
import { concurrentSession, type Patch, sequentialSessions } from '../testing/editing-session.ts';
import { HeldUpdates } from '../testing/held-web-socket.ts';
import { freshFolder, startTestServer } from '../testing/test-server.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(folder: string): Promise<CoscribeServer> {
  // Hours of typing arrive in seconds.
  const settings = { maxMessagesPerSecond: 100_000 };
  const server = await startTestServer({ store: await LevelStore.open(folder), settings });
  cleanups.push(() => server.stop());
  return server;
}

/** Real time, except that edits do not wait for company: a session of hours is replayed in seconds. */
const hastyClock: Clock = {
  now: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms < 100 ? 0 : ms),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

interface Person {
  readonly text: Y.Text;
  readonly provider: CoscribeProvider;
}

async function join(
  { url }: CoscribeServer,
  {
    clientId,
    WebSocketClass = WebSocket as unknown as SocketConstructor,
  }: { clientId?: number; WebSocketClass?: SocketConstructor } = {},
): Promise<Person> {
  const doc = new Y.Doc();
  if (clientId !== undefined) doc.clientID = clientId;
  const provider = new CoscribeProvider(`${url}/sync`, 'session', doc, {
    offline: false,
    clock: hastyClock,
    WebSocket: WebSocketClass,
  });
  cleanups.push(() => provider.destroy());
  await provider.whenSynced;
  return { text: doc.getText('content'), provider };
}

function write({ text }: Person, patches: readonly Patch[]): void {
  text.doc?.transact(() => {
    for (const [position, deleted, inserted] of patches) {
      if (deleted > 0) text.delete(position, deleted);
      if (inserted !== '') text.insert(position, inserted);
    }
  });
}

function untilSaved({ provider }: Person): Promise<void> {
  if (provider.saved) return Promise.resolve();
  return new Promise((resolve) => provider.on('saved', (saved) => saved && resolve()));
}

function untilText({ text }: Person, expected: string): Promise<void> {
  if (text.toString() === expected) return Promise.resolve();
  return new Promise((resolve) =>
    text.observe(() => text.length === expected.length && text.toString() === expected && resolve()),
  );
}

async function serverText({ url }: CoscribeServer): Promise<string> {
  return (await fetch(`${url}/api/documents/session/text`)).text();
}

for (const { name, transactions, endContent } of sequentialSessions()) {
  it(`[SYN-1] replays the session ${name}: writer, reader and server end with its text, also after a restart`, async () => {
    const folder = await freshFolder();
    const server = await start(folder);
    const [writer, reader] = [await join(server), await join(server)];
    for (const [index, patches] of transactions.entries()) {
      write(writer, patches);
      if (index % 100 === 0) await setImmediate();
    }
    await untilSaved(writer);
    await untilText(reader, endContent);
    expect(writer.text.toString()).toBe(endContent);
    expect(await serverText(server)).toBe(endContent);
    await server.stop();
    expect(await serverText(await start(folder))).toBe(endContent);
  });
}

it('[SYN-1] replays a session of two people at once, each reading late: both and the server end with its text', async () => {
  const { runs, endContent } = concurrentSession();
  const folder = await freshFolder();
  const server = await start(folder);
  // Where both insert at the same place at once, the lower client id comes first, as in the recording.
  const networks = [new HeldUpdates(1), new HeldUpdates(2)] as const;
  const people = [
    await join(server, { clientId: 1, WebSocketClass: networks[0].WebSocket }),
    await join(server, { clientId: 2, WebSocketClass: networks[1].WebSocket }),
  ] as const;
  for (const network of networks) network.start();
  const written: [number, number] = [0, 0];
  for (const { person, seen, patches } of runs) {
    networks[person].release(seen);
    write(people[person], patches);
    written[person] += 1;
    await networks[person === 0 ? 1 : 0].arrived(written[person]);
  }
  networks[0].release(written[1]);
  networks[1].release(written[0]);
  await Promise.all(people.map(untilSaved));
  const [first, second] = people.map(({ text }) => text.toString());
  expect(second).toBe(first);
  if (endContent !== null) expect(first).toBe(endContent);
  expect(await serverText(server)).toBe(first);
  await server.stop();
  expect(await serverText(await start(folder))).toBe(first);
});
