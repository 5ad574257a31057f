import { expect, it } from 'vitest';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { CoscribeProvider, type SocketConstructor } from '../web/provider/index.ts';
import { LevelStore } from './store/level-store.ts';
import { freshFolder, startTestServer } from './testing/test-server.ts';

/** Somebody opens the document, writes a word, waits until it is saved, and closes the page. */
async function visit(url: string, word: string): Promise<Y.Doc> {
  const doc = new Y.Doc();
  const provider = new CoscribeProvider(`${url}/sync`, 'notes', doc, {
    offline: false,
    WebSocket: WebSocket as unknown as SocketConstructor,
  });
  await provider.whenSynced;
  const text = doc.getText('content');
  text.insert(text.length, word);
  await new Promise<void>((resolve) => {
    const look = () => provider.saved && resolve();
    provider.on('saved', look);
    look();
  });
  provider.destroy();
  return doc;
}

it('[SYN-1] does not collect a client id with every visit, nor lose them with a restart', async () => {
  const folder = await freshFolder();
  let expected = '';
  let last = new Y.Doc();
  for (let life = 0; life < 3; life++) {
    const server = await startTestServer({ store: await LevelStore.open(folder), settings: { unloadAfter: 0 } });
    for (let i = 0; i < 20; i++) {
      const word = `${life}.${i} `;
      expected += word;
      last = await visit(server.url, word);
    }
    await server.stop();
  }
  expect(last.getText('content').toString()).toBe(expected);
  // A visit can begin before the one before it has quite ended, and a room gives nothing on its first visit.
  expect(last.store.clients.size).toBeLessThan(20);
});
