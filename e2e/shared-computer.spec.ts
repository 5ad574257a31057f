import { expect, type Page } from 'playwright/test';
import { countKeptEdits } from './kept-edits.ts';
import { content, goOffline, leaveUnsent, signIn, signOutAtProvider, status, test } from './sign-in-world.ts';

test.use({ serviceWorkers: 'allow' });

async function write(page: Page, text: string): Promise<void> {
  await expect(status(page)).toHaveAttribute('data-connection', 'connected');
  await content(page).click();
  await page.keyboard.type(text);
}

/** Waits until all is saved: from that moment on a sign-out asks nothing. */
async function saved(page: Page): Promise<void> {
  await expect(status(page)).toHaveAttribute('data-saved', 'saved');
}

/** Everything that this browser keeps for the site, as one text. */
function everything(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const databases = (await indexedDB.databases()).map(({ name }) => name);
    return JSON.stringify([localStorage, sessionStorage, databases]);
  });
}

async function signOut(page: Page): Promise<void> {
  await page.locator('[data-self]').click();
  await page.getByTestId('sign-out').click();
}

/** Makes a document that only its owner may read, owned by the one at the page, and says its path. */
async function makePrivate(page: Page, home: string, text: string): Promise<string> {
  await page.goto(home);
  await page.getByTestId('new-document').first().click();
  await write(page, text);
  await saved(page);
  await page.getByTestId('share').click();
  await page.getByTestId('share-anyone').selectOption('');
  await expect(page.getByTestId('share-who')).toContainText('lets nobody in');
  await page.keyboard.press('Escape');
  return new URL(page.url()).pathname;
}

test('[DEV-5] after a sign-out neither a guest nor the next person sees anything of the person before', async ({
  page,
  server,
}) => {
  await signIn(page, server.url, 'alice', '/d/plan');
  const path = await makePrivate(page, server.url, 'a secret of alice');
  const tab = await page.context().newPage();
  await tab.goto(server.url + path);
  await expect(content(tab)).toContainText('a secret of alice');
  const list = await page.context().newPage();
  await list.goto(server.url);
  await expect(list.getByTestId('recent').locator('a')).not.toHaveCount(0);

  await signOut(page);
  await signOutAtProvider(page, server.url);
  // Other tabs: text and name are gone, and they say why.
  await expect(tab.getByRole('heading', { name: 'You signed out' })).toBeVisible();
  expect(await tab.evaluate(() => document.documentElement.outerHTML)).not.toMatch(/secret of alice|Alice Example/);
  await expect(tab).toHaveTitle(/You signed out/);
  await expect(list.getByText('Nothing yet.')).toBeVisible();
  expect(await everything(page)).not.toMatch(/alice|secret/i);

  // The guest, over the address and over the way back.
  await page.goBack();
  expect(await page.evaluate(() => document.documentElement.outerHTML)).not.toMatch(/secret of alice|Alice Example/);
  await page.goto(server.url + path);
  await expect(page.getByTestId('gate')).toBeVisible();
  await expect(page.getByTestId('editor')).toBeHidden();

  // The provider asks who it is, and the next person is somebody else.
  await signIn(page, server.url, 'bob', path);
  await expect(page.getByTestId('gate')).toContainText('You are signed in as Bob Example');
  expect(await everything(page)).not.toMatch(/alice/i);
  await page.goto(server.url);
  await expect(page.getByText('Nothing yet.')).toBeVisible();
});

test('[DEV-5] a guest’s list, copies and keys are there again when the person has signed out, and not while they are in', async ({
  page,
  server,
}) => {
  await page.goto(server.url);
  await page.getByTestId('new-document').first().click();
  await write(page, 'by a guest');
  await saved(page);
  await signIn(page, server.url, 'alice', '/');
  await expect(page.getByText('Nothing yet.')).toBeVisible();
  await page.getByTestId('sign-out').click();
  await signOutAtProvider(page, server.url);
  await expect(page.getByTestId('recent').locator('a')).toHaveCount(1);
  await page.getByTestId('recent').locator('a').click();
  await page.getByTestId('share').click();
  await expect(page.getByTestId('owner-key-download')).toBeVisible();
});

const textOnServer = async (home: string, name: string) => (await fetch(`${home}/api/documents/${name}/text`)).text();

test('[DEV-6] signing out with unsent edits asks, can be called off, and saves them first when told to', async ({
  page,
  server,
  cable,
}) => {
  await fetch(`${server.url}/api/documents/plan`, { method: 'PUT', body: '' });
  await signIn(page, cable.url, 'alice', '/');
  await leaveUnsent(page, cable, '/d/plan', 'late');
  await page.getByTestId('sign-out').click();
  const dialog = page.getByTestId('sign-out-dialog');
  await expect(dialog).toContainText('1 document has edits that are not on the server yet.');
  await expect(dialog.getByRole('listitem')).toHaveText('plan: 4 edits');
  await expect(page.getByTestId('sign-out-send')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  expect(await page.evaluate(countKeptEdits)).toBe(4);

  await page.getByTestId('sign-out').click();
  await page.getByTestId('sign-out-send').click();
  await signOutAtProvider(page, cable.url);
  expect(await textOnServer(server.url, 'plan')).toBe('late');
  expect(await everything(page)).not.toMatch(/alice/i);
});

test('[DEV-6] edits that nobody wants are gone with a sign-out, and none is sent later', async ({
  page,
  server,
  cable,
}) => {
  await fetch(`${server.url}/api/documents/plan`, { method: 'PUT', body: '' });
  await signIn(page, cable.url, 'alice', '/');
  await leaveUnsent(page, cable, '/d/plan', 'late');
  await page.getByTestId('sign-out').click();
  await page.getByTestId('sign-out-lose').click();
  await signOutAtProvider(page, cable.url);
  expect(await everything(page)).not.toMatch(/alice/i);
  await page.goto(`${cable.url}/d/plan`);
  await expect(status(page)).toHaveAttribute('data-connection', 'connected');
  await saved(page);
  expect(await textOnServer(server.url, 'plan')).toBe('');
});

test('[DEV-6] without the server nobody is signed out, and nothing is deleted', async ({ page, server, cable }) => {
  await fetch(`${server.url}/api/documents/plan`, { method: 'PUT', body: '' });
  await signIn(page, cable.url, 'alice', '/d/plan');
  await write(page, 'x');
  await saved(page);
  await goOffline(page, cable);
  await signOut(page);
  await expect(page.getByTestId('toast')).toContainText('You are still signed in.');
  await expect(content(page)).toContainText('x');
  expect(await everything(page)).toMatch(/alice/);
});

test('[DEV-5] a session that ends elsewhere takes the text off the page, keeps the edits for their person, and sends nothing', async ({
  page,
  server,
  cable,
}) => {
  await fetch(`${server.url}/api/documents/plan`, { method: 'PUT', body: '' });
  await signIn(page, cable.url, 'alice', '/d/plan');
  await write(page, 'saved. ');
  await saved(page);
  await goOffline(page, cable);
  await content(page).press('Control+End');
  await page.keyboard.type('later');
  await expect.poll(() => page.evaluate(countKeptEdits)).toBe(5);
  // Signed out somewhere else: neither the cookie nor the tokens made with it are good any more.
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const headers = { cookie, origin: server.url };
  expect((await fetch(`${server.url}/auth/sign-out`, { method: 'POST', headers })).status).toBe(200);
  cable.mend();
  await expect(page.getByRole('heading', { name: 'You are no longer signed in' })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.outerHTML)).not.toMatch(/saved\. |Alice Example/);
  await page.getByTestId('cover-go-on').click();
  await expect(status(page)).toHaveAttribute('data-connection', 'connected');
  await expect(content(page)).toHaveText('saved. ');
  expect(await textOnServer(server.url, 'plan')).toBe('saved. ');

  // The provider still knows her.
  await page.goto(`${cable.url}/auth/sign-in?return=/d/plan`);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL(`${cable.url}/d/plan`);
  await expect(content(page)).toHaveText('saved. later');
  await saved(page);
  expect(await textOnServer(server.url, 'plan')).toBe('saved. later');
});

test('[DEV-5] a tab of the person before does not go on with the session of the next', async ({ page, server }) => {
  await fetch(`${server.url}/api/documents/plan`, { method: 'PUT', body: '' });
  await signIn(page, server.url, 'alice', '/d/plan');
  await write(page, 'of alice');
  await saved(page);
  const next = await page.context().newPage();
  // Without a sign-out: the provider is asked as if by another browser.
  await page.context().clearCookies();
  await signIn(next, server.url, 'bob', '/');
  await expect(page.getByRole('heading', { name: 'Somebody else is signed in now' })).toBeVisible();
  await expect(next.getByText('Nothing yet.')).toBeVisible();
});

test('[DEV-3] what a browser has from before it kept people apart goes to the one who is signed in then', async ({
  page,
  server,
}) => {
  // As the version before left it, of somebody signed in.
  await page.goto(`${server.url}/404.html`);
  const guest = JSON.stringify([{ name: 'plan', title: 'Old plan', openedAt: Date.now() }]);
  await page.evaluate((list) => localStorage.setItem('coscribe.recent', list), guest);
  await page.evaluate(
    (host) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open(`coscribe:ws://${host}/sync/plan`, 1);
        opening.onupgradeneeded = () => {
          const database = opening.result;
          database.createObjectStore('updates', { autoIncrement: true });
          database.createObjectStore('unsaved', { autoIncrement: true });
          database.createObjectStore('meta').put({ title: 'Old plan', language: '' }, 'properties');
        };
        opening.onsuccess = () => {
          opening.result.close();
          resolve();
        };
        opening.onerror = () => reject(opening.error);
      }),
    new URL(server.url).host,
  );
  // The first page with people is opened signed in: as it is for everybody who was so before the update.
  await page.request.get(`${server.url}/api/session`);
  await signIn(page, server.url, 'alice', '/');
  await expect(page.getByTestId('recent').locator('a')).toContainText('Old plan');
  expect(
    await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name?.split('/sync/')[1])),
  ).toEqual([expect.stringMatching(/^plan#.*alice$/)]);
  await page.getByTestId('sign-out').click();
  await signOutAtProvider(page, server.url);
  await expect(page.getByText('Nothing yet.')).toBeVisible();
});

test('[DEV-7] a document taken off the list can take its copy and its key along, and what is lost is said', async ({
  page,
  server,
}) => {
  await page.goto(server.url);
  await page.getByTestId('new-document').first().click();
  await write(page, 'by a guest');
  await saved(page);
  await page.goto(server.url);
  const remove = page.getByRole('button', { name: 'Remove Untitled from this list' });
  const question = page.getByTestId('recent-question');
  await remove.click();
  await expect(question).toContainText('This browser keeps a copy of the text and its owner key.');
  await expect(question).toContainText('you would no longer be its owner');
  await page.keyboard.press('Escape');
  await expect(question).toHaveCount(0);
  await expect(remove).toBeFocused();
  await remove.click();
  await page.getByTestId('recent-forget').click();
  await expect(page.getByText('Nothing yet.')).toBeVisible();
  expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
  expect(await everything(page)).not.toContain('own.');
});
