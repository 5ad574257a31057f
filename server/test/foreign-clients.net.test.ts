import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { createYjsProvider, EVENT_LOCAL_CHANGES } from '@y-sweet/client';
import { expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { startForTest } from '../testing/start-for-test.ts';
import { WireClient } from '../testing/wire-client.ts';

/** Closes of a real HocuspocusProvider that comes again and again, as it does by itself. */
function hocuspocus(url: string, name: string, count: number) {
  const closes: { reason: string; after: number }[] = [];
  let openedAt = 0;
  return new Promise<typeof closes>((resolve) => {
    const websocketProvider = new HocuspocusProviderWebsocket({ url, WebSocketPolyfill: WebSocket });
    websocketProvider.on('open', () => {
      openedAt = performance.now();
    });
    websocketProvider.on('close', ({ event }: { event: { reason: string } }) => {
      closes.push({ reason: event.reason, after: performance.now() - openedAt });
      if (closes.length === count) resolve(closes);
    });
    const provider = new HocuspocusProvider({ websocketProvider, name, document: new Y.Doc(), token: 'secret' });
    provider.attach();
    onTestFinished(() => {
      provider.destroy();
      websocketProvider.destroy();
    });
  });
}

it('[CON-2, CON-6] tells a HocuspocusProvider that it speaks another protocol, once a second at most', async () => {
  const { url } = await startForTest();
  const at = `${url.replace(/^http/, 'ws')}/sync/notes`;
  // The length of the name comes first, and is the type of a message of ours for short ones.
  const closes = await Promise.all(
    ['', 'a', 'ab', 'abc', 'notes', 'é'.repeat(51)].map((name) => hocuspocus(at, `${name}x`, 2)),
  );
  for (const { reason, after } of closes.flat()) {
    expect(reason).toBe('This client speaks the protocol of Hocuspocus; this server speaks that of y-websocket.');
    expect(after).toBeGreaterThan(900);
  }
});

function ySweet(url: string, name: string) {
  const doc = new Y.Doc();
  const provider = createYjsProvider(
    doc,
    name,
    async () => ({ url: `${url.replace(/^http/, 'ws')}/sync`, baseUrl: url, docId: name }),
    {
      WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
      offlineSupport: false,
      showDebuggerLink: false,
    },
  );
  onTestFinished(() => provider.destroy());
  return { doc, provider, text: doc.getText('content') };
}

it('[SYN-6] serves the clients of y-sweet, and lets them know what is durable', async () => {
  const { url } = await startForTest();
  const { provider, text } = ySweet(url, 'notes');
  const saved = () =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (provider.hasLocalChanges) return;
        provider.off(EVENT_LOCAL_CHANGES, look);
        resolve();
      };
      provider.on(EVENT_LOCAL_CHANGES, look);
      look();
    });
  await saved();
  text.insert(0, 'from y-sweet, ');
  expect(provider.hasLocalChanges).toBe(true);
  await saved();
  const carol = await WireClient.join(url, 'notes');
  expect(carol.text).toBe('from y-sweet, ');
  carol.insert(carol.text.length, 'from carol');
  const { text: other } = ySweet(url, 'notes');
  await new Promise<void>((resolve) => other.observe(() => other.length === 24 && resolve()));
  // A heartbeat is answered, so nobody is closed.
  await carol.until(() => carol.text === 'from y-sweet, from carol', 'both');
});
