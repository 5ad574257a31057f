import { Server } from '@hocuspocus/server';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright/test';
import { HostSite } from './host-page.ts';
import { StockServer } from './stock-server.ts';
import { expect, test } from './world.ts';

/** A page whose document is connected by a provider that is not ours: the editor gets document, text and presence. */
const script = (provider: string) => `
  import { createEditor } from 'coscribe/editor';
  import * as Y from 'yjs';
  const [name, color] = location.hash.slice(1).split('-');
  const doc = new Y.Doc();
  const text = doc.getText('their own field');
  ${provider}
  createEditor(document.querySelector('main'), { doc, text, awareness, user: { name, color: '#' + color } });
  const element = document.createElement('coscribe-editor');
  Object.assign(element, { doc, awareness, field: 'their own field' });
  document.body.append(element);`;

const Y_WEBSOCKET = (url: string) =>
  script(`
  import { WebsocketProvider } from 'y-websocket';
  const { awareness } = new WebsocketProvider('${url}', 'plan', doc, { disableBc: true });`);

const HOCUSPOCUS = (url: string) =>
  script(`
  import { HocuspocusProvider } from '@hocuspocus/provider';
  const { awareness } = new HocuspocusProvider({ url: '${url}', name: 'plan', document: doc });`);

async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    format: 'esm',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

async function open(browser: Browser, address: string, who: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${address}#${who}`);
  return page;
}

/** Alice and Bob write, see each other, and undo only what they wrote themselves; the element shows the same. */
async function expectTogether(browser: Browser, code: string): Promise<void> {
  const host = await HostSite.open();
  host.put('/page.js', await bundle(code));
  const address = host.put('/', '<!doctype html><main></main><script type="module" src="/page.js"></script>');
  const [alice, bob] = await Promise.all([
    open(browser, address, 'Alice-2f6f9f'),
    open(browser, address, 'Bob-a4502e'),
  ]);
  const editor = (page: Page) => page.locator('main .cm-content');
  await editor(alice).click();
  await alice.keyboard.type('Alice was here');
  await expect(editor(bob)).toHaveText('Alice was here');
  await expect(bob.locator('main .cs-caret-flag')).toHaveText('Alice');
  await editor(bob).click();
  await bob.keyboard.press('Control+Home');
  await bob.keyboard.type('Bob too. ');
  await expect(editor(alice)).toHaveText('Bob too. Alice was here');
  await editor(alice).press('Control+z');
  await expect(editor(bob)).toHaveText('Bob too.');
  await expect(bob.locator('coscribe-editor .cm-content')).toHaveText('Bob too.');
  for (const page of [alice, bob]) await page.context().close();
  await host.close();
}

test.describe('with a field of its own', () => {
  test.use({ settings: ['--field', 'their own field'] });

  test('a document that y-websocket connects is shown and edited', async ({ server, browser }) => {
    await expectTogether(browser, Y_WEBSOCKET(`${server.url.replace('http', 'ws')}/sync`));
  });
});

test('so is one that y-websocket connects to its own server', async ({ browser }) => {
  const stock = await StockServer.start();
  await expectTogether(browser, Y_WEBSOCKET(stock.url));
  await stock.stop();
});

test('a document that Hocuspocus connects is shown and edited', async ({ browser }) => {
  const hocuspocus = new Server({ address: '127.0.0.1', port: 0, quiet: true, stopOnSignals: false });
  await hocuspocus.listen();
  await expectTogether(browser, HOCUSPOCUS(`ws://127.0.0.1:${hocuspocus.address.port}`));
  await hocuspocus.destroy();
});
