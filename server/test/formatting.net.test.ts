import { afterEach, expect, it } from 'vitest';
import WebSocket from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import type { CoscribeServer } from '../server.ts';
import { LevelStore } from '../store/level-store.ts';
import { freshFolder, startTestServer } from '../testing/test-server.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(folder: string): Promise<CoscribeServer> {
  const server = await startTestServer({ store: await LevelStore.open(folder), settings: { documents: 'any' } });
  cleanups.push(() => server.stop());
  return server;
}

/** The stock client, as an editor with formatting would use it. */
function connect({ url }: CoscribeServer, clientId: number): WebsocketProvider {
  const doc = new Y.Doc();
  doc.clientID = clientId;
  const provider = new WebsocketProvider(`${url.replace(/^http/, 'ws')}/sync`, 'notes', doc, {
    WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
    disableBc: true,
  });
  cleanups.push(() => {
    provider.destroy();
    provider.awareness.destroy();
  });
  return provider;
}

const deltaOf = ({ doc }: WebsocketProvider) => JSON.stringify(doc.getText('content').toDelta());

function until(providers: readonly WebsocketProvider[], condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!condition()) return;
      for (const provider of providers) {
        provider.doc.off('update', look);
        provider.off('sync', look);
      }
      resolve();
    };
    for (const provider of providers) {
      provider.doc.on('update', look);
      provider.on('sync', look);
    }
    look();
  });
}

it('[DUR-14] two people make the same word bold at the same moment and type on: all of it is there after a restart', async () => {
  const folder = await freshFolder();
  const server = await start(folder);
  const alice = connect(server, 1);
  const bob = connect(server, 2);
  await until([alice, bob], () => alice.synced && bob.synced);
  alice.doc.getText('content').insert(0, 'bold words');
  await until([bob], () => bob.doc.getText('content').length === 10);

  // Both in one turn of the server, which hears neither before it has heard both.
  alice.doc.getText('content').format(0, 4, { bold: true });
  bob.doc.getText('content').format(0, 4, { bold: true });
  alice.doc.getText('content').insert(10, ', from alice');
  bob.doc.getText('content').insert(10, ', from bob');
  await until([alice, bob], () => [alice, bob].every(({ doc }) => doc.getText('content').length === 32));
  await until([alice, bob], () => deltaOf(alice) === deltaOf(bob));
  const before = deltaOf(alice);
  expect(before).toContain('{"insert":"bold","attributes":{"bold":true}}');
  for (const provider of [alice, bob]) provider.disconnect();
  await server.stop();

  const carol = connect(await start(folder), 3);
  await until([carol], () => carol.synced);
  expect(deltaOf(carol)).toBe(before);
});
