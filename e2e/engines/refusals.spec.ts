import { HttpProxy } from '../../server/testing/http-proxy.ts';
import { HostSite } from '../host-page.ts';
import { ENGINES, type Refusal } from './engine.ts';
import { expect, test } from './engines-world.ts';
import { putFramedComponent, toldByFrame, writeInFrame } from './framed-component.ts';
import { part } from './visitor.ts';

/** What each engine is told to refuse so that a page can keep nothing. WebKit's room has no bound that could be set. */
const KEEPS_NOTHING: readonly (readonly ['chromium' | 'firefox' | 'webkit', Refusal])[] = [
  ['chromium', 'storage'],
  ['chromium', 'room'],
  ['firefox', 'storage'],
  ['firefox', 'room'],
  ['webkit', 'storage'],
];

for (const [engine, refuses] of KEEPS_NOTHING) {
  test(`[SYN-1, CON-9] ${engine}, refusing ${refuses}: people write and save, and edits without a network are said to be in this tab only`, async ({
    server,
    visit,
    arriveIn,
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
    await alice.loseNetwork();
    await alice.reads(part('status'), /^Offline: \d+ edits are only in this tab, do not close it/);
    await alice.findNetwork();
    alice.cable.mend();
    await alice.saved();
    expect(await server.text('notes')).toBe('saved. waiting. ');

    // A network that lets no WebSocket through asks for locks, which are refused with the rest.
    const proxy = await HttpProxy.open(`http://127.0.0.1:${server.port}`, { upgrades: 'refuse' });
    try {
      await alice.tab.open(proxy.url + server.path('notes'));
      await alice.connected();
      await alice.sees('saved. waiting. ');
      const bob = await arriveIn('chromium', 'Bob', 'notes');
      await bob.type('from bob. ');
      await alice.sees('saved. waiting. from bob. ');
      await alice.type('over HTTP.');
      await bob.sees('saved. waiting. from bob. over HTTP.');
      await alice.saved();
    } finally {
      await alice.tab.open('about:blank');
      await proxy.close();
    }
  });
}

for (const engine of ENGINES) {
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
    await alice.loseNetwork();
    await alice.reads(part('status'), /are on this device, do not reload this page/);
    await alice.findNetwork();
    await alice.keptOnDevice();
    // What was kept is there when the page can be had again.
    alice.cable.mend();
    await alice.tab.reload();
    await alice.sees('before. offline. ');
    await alice.saved();
    expect(await server.text('notes')).toBe('before. offline. ');
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
        const outer = putFramedComponent(site, {
          server: alice.cable.url,
          document: server.name('frame'),
          how: 'on another site',
        });
        await alice.tab.open(outer);
        await writeInFrame(alice, server, async () => {
          await toldByFrame(alice, 'status').toContain(
            refuses === undefined ? 'Only on this device' : 'Only in this tab',
          );
          if (refuses === undefined) await alice.tab.reload();
        });
      } finally {
        await site.close();
      }
    });
  }
}
