import { HostSite } from './host-page.ts';
import { expect, test } from './world.ts';

const BASE = '/our/notes';

test.use({ settings: ['--public-url', `http://127.0.0.1${BASE}`], serviceWorkers: 'allow' });

test('below a path of its host the site is whole: pages, panels, links, people, offline', async ({
  server,
  visitor,
  browser,
}) => {
  const [alice, bob] = [await visitor('Alice'), await visitor('Bob')];
  const outside: string[] = [];
  for (const { context } of [alice, bob]) {
    // The requests of pages and workers, and WebSockets.
    context.on('request', (request) => {
      const { protocol, pathname } = new URL(request.url());
      if (protocol === 'http:' && pathname !== BASE && !pathname.startsWith(`${BASE}/`)) outside.push(request.url());
    });
  }

  await alice.page.goto(alice.cable.url + BASE);
  expect(new URL(alice.page.url()).pathname).toBe(`${BASE}/`);
  await expect(alice.page.locator('.demo-editor .cm-content')).toContainText('garden');
  await alice.page.getByTestId('new-document').click();
  await alice.connected();
  await alice.type('hello below. ');
  await alice.saved();
  const { pathname } = new URL(alice.page.url());
  expect(pathname).toMatch(/^\/our\/notes\/d\/[\w-]+$/);

  await alice.page.getByTestId('share').click();
  await expect(alice.page.getByTestId('share-link')).toHaveValue(alice.cable.url + pathname);
  await alice.page.keyboard.press('Escape');
  await bob.page.goto(bob.cable.url + pathname);
  await bob.connected();
  await bob.sees('hello below. ');
  await expect(bob.face('Alice')).toBeVisible();

  // The start page knows the document; its name opens it too.
  await bob.page.locator('.bar-home').click();
  await expect(bob.page.getByTestId('recent').getByRole('link')).toHaveAttribute('href', pathname);
  await bob.page.getByTestId('open-name').fill('another');
  await bob.page.getByTestId('open-submit').click();
  await bob.page.getByTestId('create-document').click();
  await bob.connected();
  expect(new URL(bob.page.url()).pathname).toBe(`${BASE}/d/another`);

  // A page of another site that takes the component and its document from there.
  const host = await HostSite.open();
  const module = `${server.url}${BASE}/coscribe-editor.js`;
  const tag = `<coscribe-editor server="${server.url}${BASE}" document="another" language="python"></coscribe-editor>`;
  const carol = await browser.newPage();
  await carol.goto(host.put('/', `<!doctype html><script type="module" src="${module}"></script>${tag}`));
  await carol.locator('coscribe-editor .cm-content').click();
  await carol.keyboard.type('def hello(): pass');
  await bob.sees('def hello(): pass');
  // What it fetches later, the language for one, it finds too.
  await expect(carol.locator('coscribe-editor .cm-content span').first()).toBeVisible();
  await carol.close();
  await host.close();

  await alice.page.evaluate(() => navigator.serviceWorker.ready);
  await alice.goOffline();
  await alice.page.reload();
  await alice.sees('hello below. ');
  await alice.page.goto(`${alice.cable.url}${BASE}/`);
  await expect(alice.page.getByTestId('recent').getByRole('link')).toBeVisible();
  expect(outside).toEqual([]);
});
