import { afterEach, expect, it } from 'vitest';
import WebSocket from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { ask, join, shareDocument } from '../testing/shared-document.ts';

const cleanups: (() => unknown)[] = [];

afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

/** A stock client that reads by a link, and whether it was ever sent away. */
function read(url: string, token: string) {
  const doc = new Y.Doc();
  doc.getText('content');
  const provider = new WebsocketProvider(`${url.replace(/^http/, 'ws')}/sync`, 'minutes', doc, {
    WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
    params: { token },
    disableBc: true,
  });
  const closed: number[] = [];
  provider.on('connection-close', (event) => {
    if (event !== null) closed.push(event.code);
  });
  cleanups.push(() => {
    provider.destroy();
    provider.awareness.destroy();
  });
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!condition() && closed.length === 0) return;
        doc.off('update', look);
        provider.off('sync', look);
        provider.off('connection-close', look);
        resolve();
      };
      doc.on('update', look);
      provider.on('sync', look);
      provider.on('connection-close', look);
      look();
    });
  return { doc, provider, closed, until };
}

it('[SEC-2] a stock reader whose copy tidies up formatting stays, and what it tidied up reaches nobody', async () => {
  const { server, owner, linkOf } = await shareDocument({ documents: 'any' });
  const writer = await join(server, owner);
  const reader = read(server.url, linkOf('viewer').link);
  await reader.until(() => reader.provider.synced);

  // Two who make the same words bold without knowing of each other, and write on.
  const copies = [11, 12].map((clientId) => {
    const doc = new Y.Doc();
    doc.clientID = clientId;
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(writer.doc));
    doc.getText('content').format(0, 6, { bold: true });
    return doc;
  });
  let tidied = 0;
  reader.doc.on('update', (_update: Uint8Array, origin: unknown) => {
    if (origin !== reader.provider) tidied += 1;
  });
  for (const doc of copies) writer.sendUpdate(Y.encodeStateAsUpdate(doc));
  await reader.until(() => tidied > 0);
  writer.insert(0, 'The ');
  await writer.untilStored();
  await reader.until(() => reader.doc.getText('content').length === 10);
  expect(reader.closed).toEqual([]);
  expect(reader.doc.getText('content').toDelta()).toEqual([{ insert: 'The Agenda', attributes: { bold: true } }]);
  // All the marks of both are on the server: nothing was deleted.
  const newcomer = await join(server, owner);
  const [answer] = newcomer.received.flatMap((message) => (message.type === 'sync-step-2' ? [message.update] : []));
  expect(Y.decodeUpdate(answer ?? new Uint8Array()).ds.clients.size).toBe(0);
});

it('[SEC-2] a stock reader who comes back to a document in which something was deleted stays', async () => {
  const { server, owner, linkOf } = await shareDocument();
  const writer = await join(server, owner);
  writer.insert(0, 'The ');
  writer.sendUpdate(writer.edit(() => writer.doc.getText('content').delete(0, 2)));
  await writer.untilStored();
  const reader = read(server.url, linkOf('viewer').link);
  await reader.until(() => reader.doc.getText('content').toString() === 'e Agenda');
  reader.provider.disconnect();
  reader.closed.length = 0;
  reader.provider.connect();
  await reader.until(() => reader.provider.synced);
  // Answered after what the reader brought along.
  writer.insert(0, 'Se');
  await reader.until(() => reader.doc.getText('content').toString() === 'See Agenda');
  expect(reader.closed).toEqual([]);
});

it('[SEC-2] a reader who deletes what others see is refused', async () => {
  const { server, owner, linkOf } = await shareDocument();
  const reader = read(server.url, linkOf('viewer').link);
  await reader.until(() => reader.provider.synced);
  reader.doc.getText('content').delete(0, 1);
  await reader.until(() => false);
  expect(reader.closed).toEqual([4403]);
  expect((await ask(server, 'GET', 'minutes/text', owner)).body).toBe('Agenda');
});
