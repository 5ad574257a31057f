import { afterEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { WebsocketProvider as Provider31 } from 'y-websocket';
import { WebsocketProvider as Provider30 } from 'y-websocket-3.0.0';
import * as Y from 'yjs';
import type { CoscribeServer } from '../server.ts';
import { LevelStore } from '../store/level-store.ts';
import { freshFolder, startTestServer } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

/** Both released lines of the stock client, as an application would use them. */
const CLIENTS = [
  ['3.0.0', Provider30 as unknown as typeof Provider31],
  ['3.1.0', Provider31],
] as const;

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(folder?: string): Promise<CoscribeServer> {
  const server = await startTestServer({ store: await LevelStore.open(folder ?? (await freshFolder())) });
  cleanups.push(() => server.stop());
  return server;
}

function connect(Provider: typeof Provider31, url: string, name: string): Provider31 {
  const provider = new Provider(`${url.replace(/^http/, 'ws')}/sync`, name, new Y.Doc(), {
    WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
    disableBc: true,
  });
  cleanups.push(() => {
    provider.destroy();
    provider.awareness.destroy();
  });
  return provider;
}

const textOf = (provider: Provider31) => provider.doc.getText('content');

/** Waits until `condition` holds, looking after every change of the document, presence or connection. */
function until(provider: Provider31, condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!condition()) return;
      provider.doc.off('update', look);
      provider.awareness.off('update', look);
      provider.off('sync', look);
      provider.off('status', look);
      resolve();
    };
    provider.doc.on('update', look);
    provider.awareness.on('update', look);
    provider.on('sync', look);
    provider.on('status', look);
    look();
  });
}

describe.each(CLIENTS)('[SYN-6] the stock client y-websocket %s', (_version, Provider) => {
  it('[SYN-6] syncs edits and presence both ways, with its own kind and with ours', async () => {
    const { url } = await start();
    const alice = connect(Provider, url, 'notes');
    const bob = connect(Provider, url, 'notes');
    await Promise.all([until(alice, () => alice.synced), until(bob, () => bob.synced)]);
    textOf(alice).insert(0, 'from alice, ');
    await until(bob, () => textOf(bob).toString() === 'from alice, ');
    textOf(bob).insert(12, 'from bob, ');
    const carol = await WireClient.join(url, 'notes');
    carol.insert(carol.text.length, 'from carol');
    await until(alice, () => textOf(alice).toString() === 'from alice, from bob, from carol');

    alice.awareness.setLocalStateField('user', { name: 'Alice' });
    bob.awareness.setLocalStateField('user', { name: 'Bob' });
    const names = (provider: Provider31) =>
      [...provider.awareness.getStates().values()].map((s) => s['user']?.name).sort();
    await until(alice, () => names(alice).join() === 'Alice,Bob');
    await until(bob, () => names(bob).join() === 'Alice,Bob');
    bob.disconnect();
    await until(alice, () => names(alice).join() === 'Alice');
  });

  it('[SYN-6] merges what was written without a connection, and finds it after a restart of the server', async () => {
    const folder = await freshFolder();
    const server = await start(folder);
    const alice = connect(Provider, server.url, 'notes');
    const bob = connect(Provider, server.url, 'notes');
    await Promise.all([until(alice, () => alice.synced), until(bob, () => bob.synced)]);
    alice.disconnect();
    bob.disconnect();
    textOf(alice).insert(0, 'alice ');
    textOf(bob).insert(0, 'bob ');
    alice.connect();
    bob.connect();
    await until(alice, () => textOf(alice).length === 10);
    await until(bob, () => textOf(bob).length === 10);
    expect(textOf(alice).toString()).toBe(textOf(bob).toString());
    await server.stop();
    const again = await start(folder);
    const carol = connect(Provider, again.url, 'notes');
    await until(carol, () => carol.synced);
    expect(textOf(carol).toString()).toBe(textOf(alice).toString());
  });

  it('[SYN-6] is synced by an empty document', async () => {
    const { url } = await start();
    const alice = connect(Provider, url, 'empty');
    await until(alice, () => alice.synced);
    expect(textOf(alice).toString()).toBe('');
  });

  it('[SYN-6] uses slashes in names as they are', async () => {
    const { url } = await start();
    const alice = connect(Provider, url, 'team/notes');
    await until(alice, () => alice.synced);
    textOf(alice).insert(0, 'x');
    expect((await WireClient.join(url, encodeURIComponent('team/notes'))).socket.readyState).toBe(WebSocket.OPEN);
  });
});
