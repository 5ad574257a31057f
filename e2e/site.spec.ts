import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright/test';
import { expect, test } from './world.ts';

test('a new document has an unguessable address, at once, and is in the list of recent ones', async ({
  server,
  page,
}) => {
  await page.goto(server.url);
  await page.getByTestId('new-document').first().click();
  await expect(page).toHaveURL(/\/d\/[A-Za-z0-9]{20,}$/);
  await page.getByTestId('editor').locator('.cm-content').click();
  await page.keyboard.type('hello');
  await page.getByTestId('title').click();
  await page.getByTestId('title-input').fill('My notes');
  await page.getByTestId('title-input').press('Enter');
  await expect(page).toHaveTitle(/My notes/);
  const address = `${server.url}/api/documents/${new URL(page.url()).pathname.replace('/d/', '')}`;
  await expect.poll(async () => (await page.request.get(address)).text()).toContain('"title":"My notes"');
  await page.goto(server.url);
  await page.getByTestId('recent').getByText('My notes').click();
  await expect(page.getByText('hello')).toBeVisible();
});

test('a document opens by name; a bad name is refused with a sentence', async ({ server, page }) => {
  await page.goto(server.url);
  await page.getByTestId('open-name').fill('a//b');
  await page.getByTestId('open-submit').click();
  await expect(page.getByText('must not begin or end with a slash')).toBeVisible();
  await page.getByTestId('open-name').fill(server.name('team/notes'));
  await page.getByTestId('open-submit').click();
  await expect(page).toHaveURL(/\/d\/[\w-]*team(%2F|\/)notes$/);
  await expect(page.getByTestId('status')).toHaveAttribute('data-connection', 'connected');
});

test('a renamed title reaches everybody, the tab, and the server', async ({ server, arrive }) => {
  const [alice, bob] = [await arrive('Alice', 'notes'), await arrive('Bob', 'notes')];
  await alice.title.click();
  await alice.page.getByTestId('title-input').fill('Minutes.md');
  await alice.page.getByTestId('title-input').press('Enter');
  await expect(bob.title).toHaveText('Minutes.md');
  await expect(bob.page).toHaveTitle(/Minutes\.md/);
  await expect.poll(async () => (await fetch(server.api('notes'))).json()).toMatchObject({ title: 'Minutes.md' });
  await alice.title.click();
  await alice.page.getByTestId('title-input').fill('nonsense');
  await alice.page.getByTestId('title-input').press('Escape');
  await expect(alice.title).toHaveText('Minutes.md');
});

test('the link is copied, the text is downloaded under its title, the language is chosen for everybody', async ({
  arrive,
}) => {
  const alice = await arrive('Alice', 'notes', { permissions: ['clipboard-read', 'clipboard-write'] });
  const bob = await arrive('Bob', 'notes');
  await alice.page.getByTestId('share').click();
  await alice.page.getByTestId('copy-link').click();
  const copied = await alice.page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(alice.address('notes'));
  await alice.page.keyboard.press('Escape');

  await alice.page.getByTestId('menu').click();
  await alice.page.getByTestId('language').click();
  await alice.page.getByRole('combobox').fill('typescr');
  await alice.page.keyboard.press('Enter');
  await alice.content.focus();
  await alice.page.keyboard.type('const answer: number = 42;');
  await expect(bob.content.locator('span').filter({ hasText: /^const$/ })).toBeVisible();
  const downloading = bob.page.waitForEvent('download');
  await bob.page.getByTestId('menu').click();
  await bob.page.getByTestId('download').click();
  expect((await downloading).suggestedFilename()).toMatch(/\.ts$/);
});

test('Mod+S opens no dialog of the browser and says the truth', async ({ arrive }) => {
  const alice = await arrive('Alice', 'notes');
  await alice.type('x');
  await alice.saved();
  await alice.page.keyboard.press('Control+s');
  await expect(alice.page.getByTestId('toast')).toContainText('Everything is saved');
});

test('what does not exist is a page with a way on, and status 404', async ({ server, page }) => {
  const response = await page.goto(`${server.url}/nowhere`);
  expect(response?.status()).toBe(404);
  await expect(page.getByRole('link').first()).toBeVisible();
  expect(await page.title()).toMatch(/not/i);
  expect((await page.goto(`${server.url}/d/a%00b`))?.status()).toBe(404);
});

test('no request leaves for another host, and the page breaks no rule of its security policy', async ({
  server,
  page,
}) => {
  const foreign: string[] = [];
  const problems: string[] = [];
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== server.url) foreign.push(request.url());
  });
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(String(error)));
  await server.provide('notes');
  for (const path of ['/', server.path('notes')]) {
    await page.goto(server.url + path);
    await page.waitForLoadState('networkidle');
  }
  await page.getByTestId('editor').locator('.cm-content').click();
  await page.keyboard.type('# Title\n\n```js\nlet a = 1;\n```\n');
  await page.getByTestId('share').click();
  await expect(page.getByTestId('share-link')).toBeVisible();
  expect([foreign, problems]).toEqual([[], []]);
});

async function seriousFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`an audit finds nothing serious, in the ${colorScheme} theme`, async ({ server, arrive }) => {
    const alice = await arrive('Alice', 'notes', { colorScheme, reducedMotion: 'reduce' });
    const bob = await arrive('Bob', 'notes');
    await bob.type(
      '# A title\n\nSome *text* and `code`, a [link](http://example.org).\n\n```js\nlet a = 1; // one\n```\n',
    );
    await expect(alice.carets).toHaveCount(1);
    expect(await seriousFindings(alice.page)).toEqual([]);
    await alice.page.getByTestId('share').click();
    await expect(alice.page.getByTestId('share-link')).toBeVisible();
    expect(await seriousFindings(alice.page)).toEqual([]);
    for (const path of ['/', '/nowhere']) {
      await alice.page.goto(server.url + path);
      expect(await seriousFindings(alice.page)).toEqual([]);
    }
  });
}

for (const width of [320, 390]) {
  test(`fits into ${width} pixels, with everything within reach`, async ({ arrive }) => {
    const alice = await arrive('Alice', 'notes', { viewport: { width, height: 700 }, hasTouch: true });
    for (const testId of ['title', 'status', 'share', 'menu'])
      await expect(alice.page.getByTestId(testId)).toBeInViewport();
    expect(await alice.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await alice.page.goto(alice.cable.url);
    expect(await alice.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
}

test('somebody who has named the document types on in the text, after Enter and after Escape', async ({ arrive }) => {
  const alice = await arrive('Alice', 'fresh');
  const { keyboard } = alice.page;
  await alice.title.click();
  await keyboard.type('Board minutes');
  await keyboard.press('Enter');
  await keyboard.type('Present: Ana');
  await alice.sees('Present: Ana');
  await expect(alice.title).toHaveText('Board minutes');

  await alice.title.click();
  await keyboard.type('Something else');
  await keyboard.press('Escape');
  await keyboard.type(', Ben');
  await alice.sees('Present: Ana, Ben');
  await expect(alice.title).toHaveText('Board minutes');
});

test('what is opened over the text gives the focus back to where it was', async ({ arrive }) => {
  const alice = await arrive('Alice', 'fresh');
  const { keyboard } = alice.page;
  await alice.type('a');
  const openers: (() => Promise<void>)[] = [
    () => alice.page.getByTestId('share').click(),
    async () => {
      await alice.page.getByTestId('menu').click();
      await alice.page.getByTestId('keys').click();
    },
    () => keyboard.press('Control+Shift+P'),
  ];
  for (const open of openers) {
    await open();
    await expect(alice.page.locator('dialog[open]')).toBeVisible();
    await keyboard.press('Escape');
    await expect(alice.page.locator('dialog[open]')).toHaveCount(0);
    await keyboard.type('b');
  }
  await alice.sees('abbb');

  await alice.page.getByTestId('share').focus();
  await keyboard.press('Enter');
  await expect(alice.page.locator('dialog[open]')).toBeVisible();
  await keyboard.press('Escape');
  await expect(alice.page.getByTestId('share')).toBeFocused();
});

test('a letter typed in the moment in which the text has the focus again is where the caret was', async ({
  arrive,
}) => {
  const alice = await arrive('Alice', 'fresh');
  const { keyboard } = alice.page;
  await alice.type('[]');
  await keyboard.press('ArrowLeft');
  const letters = 'abcdefghijklmnopqrstuvwxy';
  for (const letter of letters) {
    await keyboard.press('Control+Shift+P');
    await expect(alice.page.locator('dialog[open]')).toBeVisible();
    await keyboard.press('Escape');
    await keyboard.type(letter);
  }
  await alice.sees(`[${letters}]`);
});

test('[SEC-17] a link that wants a new document creates none without a click', async ({ enter, server }) => {
  const path = server.path('Trap 1');
  for (const fragment of ['#new', '#new.made-up']) {
    const ana = await enter('Ana', path + fragment);
    await expect(ana.page.getByTestId('missing')).toContainText('There is no document here yet.');
    expect(new URL(ana.page.url()).hash).toBe('');
    expect((await fetch(server.api('Trap 1'))).status).toBe(404);
  }
  const ben = await enter('Ben', `${path}#new`);
  await ben.page.getByTestId('create-document').click();
  await ben.page.keyboard.type('Wanted');
  await ben.sees('Wanted');
  await ben.saved();
});

test('a link to nothing says so, makes nothing by being looked at, and offers to create the document', async ({
  enter,
  server,
}) => {
  const path = server.path('Budget 2027');
  const ana = await enter('Ana', path);
  await expect(ana.page.getByTestId('missing')).toContainText('There is no document here yet.');
  await expect(ana.content).toHaveCount(0);
  await expect(ana.status).toHaveText('');
  expect((await fetch(server.api('Budget 2027'))).status).toBe(404);
  await ana.page.goto(`${ana.cable.url}/`);
  await expect(ana.page.getByTestId('recent')).not.toContainText('Budget');

  await ana.page.goto(ana.cable.url + path);
  await ana.page.getByTestId('create-document').click();
  await ana.page.keyboard.type('Income');
  await ana.sees('Income');
  await ana.saved();
  const ben = await enter('Ben', path);
  await ben.sees('Income');
  // She has created it, so it is hers.
  await ana.page.getByTestId('share').click();
  await expect(ana.page.getByTestId('share-anyone')).toBeVisible();
});
