import { HttpProxy } from '../../server/testing/http-proxy.ts';
import { MODULE } from '../element/element-page.ts';
import { HostSite } from '../host-page.ts';
import { ENGINES, type Refusal } from './engine.ts';
import { expect, test } from './engines-world.ts';
import { part, type Visitor } from './visitor.ts';

/** What each engine is told to refuse so that a page can keep nothing. WebKit's room has no bound that could be set. */
const KEEPS_NOTHING: readonly (readonly ['chromium' | 'firefox' | 'webkit', Refusal])[] = [
  ['chromium', 'storage'],
  ['chromium', 'room'],
  ['firefox', 'storage'],
  ['firefox', 'room'],
  ['webkit', 'storage'],
];

for (const [engine, refuses] of KEEPS_NOTHING) {
  test(`[SYN-1] ${engine}, refusing ${refuses}: people write and save, and edits without a network are said to be in this tab only`, async ({
    server,
    visit,
  }) => {
    const alice = await visit(engine, 'Alice', refuses);
    await alice.open('notes');
    await alice.type('saved. ');
    await alice.saved();
    await alice.reads(part('status'), 'Saved');
    alice.cable.cut();
    await alice.type('waiting. ');
    await alice.status('saved', 'local');
    await alice.reads(part('status'), /^Only in this tab \(\d+ edits?\)/);
    await alice.tab.press('Control+s');
    await alice.reads(part('toast'), 'Your latest edits are only in this tab. Do not close it');
    await loseNetwork(alice);
    await alice.reads(part('status'), /^Offline: \d+ edits are only in this tab, do not close it/);
    await findNetwork(alice);
    alice.cable.mend();
    await alice.saved();
    expect(await server.text('notes')).toBe('saved. waiting. ');
  });
}

for (const engine of ENGINES) {
  test(`[CON-9] ${engine}, refusing storage: people write together over a network that lets no WebSocket through`, async ({
    server,
    visit,
    arriveIn,
  }) => {
    const [alice, bob] = [await visit(engine, 'Alice', 'storage'), await arriveIn(engine, 'Bob', 'notes')];
    const proxy = await HttpProxy.open(`http://127.0.0.1:${server.port}`, { upgrades: 'refuse' });
    try {
      await alice.tab.open(proxy.url + server.path('notes'));
      await alice.connected();
      await alice.type('from alice. ');
      await bob.sees('from alice. ');
      await bob.type('from bob. ');
      await alice.sees('from alice. from bob. ');
      await alice.saved();
      expect(await server.text('notes')).toBe('from alice. from bob. ');
    } finally {
      await alice.tab.open('about:blank');
      await proxy.close();
    }
  });

  test(`[SYN-1] ${engine}, refusing service workers: edits are kept, and not to reload without a network is said`, async ({
    server,
    visit,
  }) => {
    const alice = await visit(engine, 'Alice', 'workers');
    await alice.open('notes');
    await alice.type('before. ');
    await alice.saved();
    alice.cable.cut();
    await alice.type('offline. ');
    await alice.status('saved', 'local');
    await alice.reads(part('status'), 'Only on this device');
    await loseNetwork(alice);
    await alice.reads(part('status'), /are on this device, do not reload this page/);
    await findNetwork(alice);
    await alice.keptOnDevice();
    // What was kept is there when the page can be had again.
    alice.cable.mend();
    await alice.tab.reload();
    await alice.sees('before. offline. ');
    await alice.saved();
    expect(await server.text('notes')).toBe('before. offline. ');
  });

  test(`${engine}: with its pages kept nobody is told not to reload`, async ({ arriveIn }) => {
    const alice = await arriveIn(engine, 'Alice', 'notes');
    await alice.type('before. ');
    await alice.saved();
    await alice.tab.run(() => navigator.serviceWorker.ready.then(() => true));
    alice.cable.cut();
    await alice.type('offline. ');
    await loseNetwork(alice);
    await alice.reads(part('status'), /^Offline: keep writing, \d+ edits are on this device(?!, do not reload)/);
  });

  test(`${engine}, refusing the clipboard: "copied" is said only of what is copied, else how to copy it`, async ({
    visit,
  }) => {
    const alice = await visit(engine, 'Alice', 'clipboard');
    await alice.open('notes');
    await alice.tab.click(part('share'));
    await alice.waitFor(part('copy-link'));
    await alice.tab.click(part('copy-link'));
    // Chromium and WebKit take the older way of copying from a page where they refuse the newer one.
    if (engine === 'firefox') {
      await alice.reads('dialog[open]', 'The browser does not let this page use the clipboard. The link is selected');
      await alice.tab.press('Control+c');
    } else await alice.reads(part('copy-link'), 'Link copied');
    await alice.tab.press('Escape');
    await alice.waitUntilGone('dialog[open]');
    await alice.focus();
    await alice.tab.press('Control+v');
    const address = await alice.tab.run(() => location.href);
    await alice.sees(address);
  });

  for (const refuses of [undefined, 'storage in frames'] as const) {
    const says =
      refuses === undefined
        ? 'a frame on another site keeps a copy there'
        : 'a frame on another site that may keep nothing says so';
    test(`[SYN-1] ${engine}: ${says}`, async ({ server, visit }) => {
      const site = await HostSite.open();
      const alice = await visit(engine, 'Alice', refuses);
      try {
        // It tells the page around it what it shows: that one may not look into a frame of another site.
        site.put(
          '/frame.html',
          `<!doctype html>${MODULE}<style>coscribe-editor { display: block; height: 360px; }</style>
           <coscribe-editor server="${alice.cable.url}" document="${server.name('frame')}"></coscribe-editor>
           <script>setInterval(() => {
             const root = document.querySelector('coscribe-editor').shadowRoot;
             const of = (selector) => root?.querySelector(selector)?.textContent ?? '';
             parent.postMessage({ status: of('[part=status]'), text: of('.cm-content') }, '*');
           }, 50);</script>`,
        );
        const outer = `${site.url.replace('127.0.0.1', 'localhost')}/outer.html`;
        site.put(
          '/outer.html',
          `<!doctype html><script>told = {}; addEventListener('message', ({ data }) => { told = data; });</script>
           <iframe src="${site.url}/frame.html" width="600" height="400"></iframe>`,
        );
        const told = (what: keyof Told) =>
          expect.poll(() => alice.tab.run((key) => (window as unknown as { told: Told }).told[key] ?? '', what));
        await alice.tab.open(outer);
        await told('status').toContain('Saved');
        await alice.tab.click('iframe');
        await alice.tab.type('framed');
        await expect.poll(() => server.text('frame')).toBe('framed');
        alice.cable.cut();
        await alice.tab.type(' and cut off');
        if (refuses === undefined) {
          await told('status').toContain('Only on this device');
          await alice.tab.reload();
        } else await told('status').toContain('Only in this tab');
        await told('text').toContain('framed and cut off');
        alice.cable.mend();
        await told('status').toContain('Saved');
        expect(await server.text('frame')).toBe('framed and cut off');
      } finally {
        await site.close();
      }
    });
  }
}

interface Told {
  readonly status?: string;
  readonly text?: string;
}

/** The system tells the browser that there is no network: of the three only Chromium can be told so by a program. */
function loseNetwork(visitor: Visitor): Promise<void> {
  return visitor.tab.run(() => {
    Object.defineProperty(navigator, 'onLine', { configurable: true, value: false });
    dispatchEvent(new Event('offline'));
  });
}

function findNetwork(visitor: Visitor): Promise<void> {
  return visitor.tab.run(() => {
    Reflect.deleteProperty(navigator, 'onLine');
    dispatchEvent(new Event('online'));
  });
}
