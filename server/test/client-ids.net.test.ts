import { expect, it } from 'vitest';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { encodeAwarenessEntries } from '../../protocol/awareness-entries.ts';
import { encodeAwareness, encodeQueryAwareness, encodeRetire } from '../../protocol/messages.ts';
import { SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '../../protocol/version.ts';
import { CoscribeProvider, type SocketConstructor } from '../../web/provider/index.ts';
import type { Authenticator } from '../access/authenticator.ts';
import { LevelStore } from '../store/level-store.ts';
import { startForTest } from '../testing/start-for-test.ts';
import { freshFolder, startTestServer } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

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

/** Takes a role for a token. */
const byRole: Authenticator = {
  authorize: ({ token }) => ({
    granted: true,
    role: token === 'editor' ? 'editor' : 'commenter',
    person: null,
    expiresAt: null,
    through: 'test',
  }),
};
const editor = { protocols: [SUBPROTOCOL, `${TOKEN_SUBPROTOCOL_PREFIX}editor`] };

it('[SEC-2, SEC-11] takes no client id from anyone who only says that it is theirs: an editor who was away goes on writing', async () => {
  const { url } = await startForTest({ authenticator: byRole });
  const alice = await WireClient.join(url, 'notes', editor);
  alice.insert(0, 'before ');
  await alice.untilStored();
  const { clientID } = alice.doc;
  await alice.leave();
  alice.edit(() => alice.doc.getText('content').insert(7, 'while away'));

  const mallory = await WireClient.join(url, 'notes');
  const entry = { clientId: clientID, clock: 1_000, state: new TextEncoder().encode('{}') };
  mallory.send(encodeAwareness(encodeAwarenessEntries([entry], 1)));
  mallory.send(encodeRetire(clientID));
  mallory.send(encodeQueryAwareness());
  await mallory.until(
    () => mallory.received.filter(({ type }) => type === 'awareness').length > 0,
    'the answer behind it',
  );

  const granted: (number | undefined)[] = [];
  for (let i = 0; i < 3; i++) {
    const newcomer = await WireClient.join(url, 'notes?fresh=1', editor);
    granted.push(
      ...newcomer.received.flatMap((message) => (message.type === 'welcome' ? [message.welcome.clientId] : [])),
    );
    await newcomer.leave();
  }
  expect(granted).toEqual([undefined, undefined, undefined]);

  const back = new WireClient(url, 'notes', editor);
  Y.applyUpdate(back.doc, Y.encodeStateAsUpdate(alice.doc));
  await back.untilStored();
  await mallory.until(() => mallory.text === 'before while away', 'what was written while away');
  expect(back.closed).toBeNull();
});
