import type { Page } from 'playwright/test';
import { HttpProxy } from '../server/testing/http-proxy.ts';
import type { Person } from './person.ts';
import { expect, test } from './world.ts';

/** Goes to a document over a proxy instead of the person's own cable. */
async function arriveOver(proxy: HttpProxy, person: Person, path: string): Promise<void> {
  await person.page.goto(proxy.url + path);
  await person.connected();
}

/** Resolves when a WebSocket of the page has brought this number of messages. */
function heardByWebSocket(page: Page, messages: number): Promise<void> {
  return new Promise((resolve) => {
    page.on('websocket', (webSocket) => {
      let heard = 0;
      webSocket.on('framereceived', () => {
        heard += 1;
        if (heard === messages) resolve();
      });
    });
  });
}

/** Keeps what the status says from now on, and how few carets of others are drawn. Returns how to read it. */
async function watch(page: Page): Promise<() => Promise<{ connections: string[]; carets: number }>> {
  await page.evaluate(() => {
    const seen = { connections: new Set<string>(), carets: Number.POSITIVE_INFINITY };
    Object.assign(window, { seen });
    const look = () => {
      seen.connections.add(document.querySelector('[data-testid=status]')?.getAttribute('data-connection') ?? 'none');
      seen.carets = Math.min(seen.carets, document.querySelectorAll('.cs-caret').length);
    };
    look();
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  return () =>
    page.evaluate(() => {
      const { seen } = window as unknown as { seen: { connections: Set<string>; carets: number } };
      return { connections: [...seen.connections], carets: seen.carets };
    });
}

test('[CON-9] two people write together, one behind a proxy that refuses WebSockets and then allows them', async ({
  server,
  arrive,
}) => {
  const [alice, bob] = [await arrive('Alice', 'network'), await arrive('Bob', 'network')];
  const proxy = await HttpProxy.open(`http://127.0.0.1:${server.port}`, { upgrades: 'refuse' });
  try {
    await arriveOver(proxy, bob, server.path('network'));
    await alice.type('from alice. ');
    await bob.sees('from alice. ');
    await bob.type('from bob. ');
    await alice.sees('from alice. from bob. ');
    await bob.saved();
    await expect(alice.carets).toHaveCount(1);
    await expect(bob.carets).toHaveCount(1);

    const moved = heardByWebSocket(bob.page, 5);
    const [seenByAlice, seenByBob] = [await watch(alice.page), await watch(bob.page)];
    proxy.manners.upgrades = 'pass';
    let isMoved = false;
    void moved.then(() => {
      isMoved = true;
    });
    await bob.page.evaluate(() => window.dispatchEvent(new Event('online')));
    let written = 'from alice. from bob. ';
    // Alice's letters come to him over the WebSocket, as soon as it is one.
    for (let round = 0; round < 10 || !isMoved; round += 1) {
      await bob.type('b');
      written += 'b';
      await alice.sees(written);
      await alice.type('a');
      written += 'a';
      await bob.sees(written);
    }
    await bob.saved();
    await alice.saved();
    expect(await server.text('network')).toBe(written);
    expect(await seenByBob()).toEqual({ connections: ['connected'], carets: 1 });
    expect(await seenByAlice()).toEqual({ connections: ['connected'], carets: 1 });
  } finally {
    await bob.page.close();
    await proxy.close();
  }
});

test('[CON-9] eight tabs of a browser that gets no WebSocket work side by side', async ({ server, arrive }) => {
  const alice = await arrive('Alice', 'tabs');
  const proxy = await HttpProxy.open(`http://127.0.0.1:${server.port}`, { upgrades: 'refuse' });
  const tabs: Page[] = [];
  try {
    for (let count = 0; count < 8; count += 1) {
      await server.provide(`tab-${count}`);
      const tab = await alice.context.newPage();
      tabs.push(tab);
      await tab.goto(proxy.url + server.path(`tab-${count}`));
      await expect(tab.getByTestId('status')).toHaveAttribute('data-connection', 'connected');
    }
    const locks = await tabs[0]?.evaluate(async () => (await navigator.locks.query()).held?.map(({ name }) => name));
    expect(locks?.filter((name) => name?.startsWith('coscribe-stream-')).length).toBe(4);
    for (const [count, tab] of tabs.entries()) {
      await tab.bringToFront();
      await tab.getByTestId('editor').locator('.cm-content').focus();
      await tab.keyboard.type(`text of tab ${count}`);
      await expect(tab.getByTestId('status')).toHaveAttribute('data-saved', 'saved');
      expect(await server.text(`tab-${count}`)).toBe(`text of tab ${count}`);
    }
  } finally {
    for (const tab of tabs) await tab.close();
    await proxy.close();
  }
});
