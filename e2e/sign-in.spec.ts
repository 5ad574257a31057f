import { expect, type Page } from 'playwright/test';
import { passProvider, personOf, signOutAtProvider, test } from './sign-in-world.ts';

test('somebody signs in at the provider, comes back to the document, and signs out', async ({
  page,
  server,
  provider,
}) => {
  await page.goto(`${server.url}/auth/sign-in?return=/d/notes`);
  await passProvider(page, 'alice');
  await page.waitForURL(`${server.url}/d/notes`);
  expect(await personOf(page)).toMatchObject({ id: `${provider.issuer}|alice`, name: 'Alice Example' });
  expect(await page.evaluate(() => document.cookie)).toBe('');
  const issued = await page.evaluate(async () => (await fetch('/api/session/token', { method: 'POST' })).status);
  expect(issued).toBe(200);
  await page.evaluate(() => fetch('/auth/sign-out', { method: 'POST' }));
  expect(await personOf(page)).toBe(null);
});

test('[PRE-1] somebody signs in from a document, and others see the name that the provider gave', async ({
  page,
  browser,
  server,
}) => {
  const people = (of: Page) => of.getByTestId('people').locator('[data-person]');
  const guest = await (await browser.newContext()).newPage();
  await guest.goto(`${server.url}/d/notes`);
  await page.goto(`${server.url}/d/notes`);
  await expect(people(page)).toHaveCount(2);
  await people(page).first().click();
  await page.getByTestId('sign-in').click();
  await passProvider(page, 'alice');
  await page.waitForURL(`${server.url}/d/notes`);
  await expect(guest.getByTestId('people').locator('[data-person="Alice Example"]')).toBeVisible();
  await page.getByTestId('people').locator('[data-person="Alice Example"]').click();
  await expect(page.getByTestId('signed-in')).toContainText('Alice Example');
  await page.getByTestId('sign-out').click();
  await signOutAtProvider(page, server.url);
  await page.goto(`${server.url}/d/notes`);
  await expect(guest.getByTestId('people').locator('[data-person="Alice Example"]')).toHaveCount(0);
  await expect(people(guest)).toHaveCount(2);
  expect(await personOf(page)).toBe(null);
  await guest.context().close();
});

test('[SEC-15] a guest with the name and colour of somebody signed in is told apart', async ({
  page,
  browser,
  server,
  provider,
}) => {
  await fetch(`${server.url}/api/documents/notes`, { method: 'PUT' });
  await page.goto(`${server.url}/auth/sign-in?return=/d/notes`);
  await passProvider(page, 'alice');
  await page.waitForURL(`${server.url}/d/notes`);
  await expect(page.getByTestId('status')).toHaveAttribute('data-connection', 'connected');
  const kept = `coscribe:${encodeURIComponent(`${provider.issuer}|alice`)}:coscribe.guest`;
  const color = await page.evaluate((key) => JSON.parse(localStorage.getItem(key) ?? '').color as string, kept);
  const as = async (name: string): Promise<Page> => {
    const guest = { name: 'coscribe.guest', value: JSON.stringify({ name, color }) };
    const storageState = { cookies: [], origins: [{ origin: server.url, localStorage: [guest] }] };
    const visitor = await (await browser.newContext({ storageState })).newPage();
    await visitor.goto(`${server.url}/d/notes`);
    await expect(visitor.getByTestId('status')).toHaveAttribute('data-connection', 'connected');
    return visitor;
  };
  const mallory = await as('Alice Example');
  const bob = await as('Bob');

  await expect(bob.getByRole('button', { name: 'Bob (you): change name and colour' })).toBeVisible();
  const known = bob.getByRole('button', { name: 'Alice Example (verified): go to their cursor' });
  const guest = bob.getByRole('button', { name: 'Alice Example (guest): go to their cursor' });
  await expect(known.locator('.face-known')).toBeVisible();
  await expect(guest.locator('.face-known')).toHaveCount(0);
  await expect(page.locator('[data-self] .face-known')).toBeVisible();

  const content = (of: Page) => of.getByTestId('editor').locator('.cm-content');
  const flags = bob.getByTestId('editor').locator('.cs-caret-flag');
  await content(page).pressSequentially('one\ntwo');
  await expect(flags.filter({ hasText: /^Alice Example$/ })).toHaveClass(/cs-caret-known/);
  await content(mallory).press('ArrowDown');
  await expect(flags.filter({ hasText: /^Alice Example \(guest\)$/ })).not.toHaveClass(/cs-caret-known/);
  await guest.click();
  await expect(bob.locator('#person-card')).toContainText('A guest: anyone can take this name.');
  await bob.keyboard.press('Escape');
  await known.click();
  await expect(bob.locator('#person-card')).toContainText('Verified: the server knows them by this name.');

  // Her leaving makes nobody else her.
  await page.close();
  await expect(known).toHaveCount(0);
  await expect(guest).toBeVisible();
  await mallory.context().close();
  await bob.context().close();
});

test('[SEC-3] a page of another origin gets neither a token nor an answer, and signs nobody out', async ({
  page,
  server,
  provider,
}) => {
  await page.goto(`${server.url}/auth/sign-in`);
  await passProvider(page, 'alice');
  await page.waitForURL(`${server.url}/`);
  // The provider's page has another port: another origin, but the same site, so that the cookie goes along.
  await page.goto(`${provider.issuer}/.well-known/openid-configuration`);
  const stolen = await page.evaluate(
    (url) =>
      Promise.all(
        ['/api/session', '/api/session/token', '/auth/sign-out'].map((path) =>
          fetch(url + path, { method: path === '/api/session' ? 'GET' : 'POST', credentials: 'include' }).then(
            () => 'answered',
            () => 'refused',
          ),
        ),
      ),
    server.url,
  );
  expect(stolen).toEqual(['refused', 'refused', 'refused']);
  await page.goto(server.url);
  expect(await personOf(page)).toMatchObject({ name: 'Alice Example' });
});

test('the start page says who is signed in, and lets people in and out', async ({ page, server }) => {
  await page.goto(server.url);
  await page.getByTestId('sign-in').click();
  await passProvider(page, 'alice');
  await page.waitForURL(`${server.url}/`);
  await expect(page.getByTestId('signed-in')).toContainText('Signed in as Alice Example');
  await page.getByTestId('sign-out').click();
  await signOutAtProvider(page, server.url);
  await expect(page.getByTestId('sign-in')).toBeVisible();
  expect(await personOf(page)).toBe(null);
});

test('a sign-in that is cancelled ends on a page that says so, from where one can try again', async ({
  page,
  server,
}) => {
  await page.goto(`${server.url}/auth/sign-in?return=/d/notes`);
  await page.getByRole('link', { name: /cancel/i }).click();
  await expect(page.getByRole('heading', { name: 'You are not signed in.' })).toBeVisible();
  expect(new URL(page.url()).pathname).toBe('/auth/callback');
  await page.getByRole('link', { name: 'Try again' }).click();
  await passProvider(page, 'alice');
  await page.waitForURL(`${server.url}/d/notes`);
  expect(await personOf(page)).toMatchObject({ name: 'Alice Example' });
});

test('a private document offers to sign in; the name then comes from the provider and is not to be edited', async ({
  page,
  server,
}) => {
  const owner = { Authorization: `Bearer own.${'k'.repeat(43)}` };
  const made = await page.request.put(`${server.url}/api/documents/plan`, { headers: owner, data: { anyone: null } });
  expect(made.status()).toBe(201);
  await page.goto(`${server.url}/d/plan`);
  await page.getByTestId('gate-sign-in').click();
  await passProvider(page, 'alice');
  await page.waitForURL(`${server.url}/d/plan`);
  await expect(page.getByTestId('gate')).toContainText('You are signed in as Alice Example');

  // A document of her own: hers as a person, on every device.
  await page.goto(server.url);
  await page.getByTestId('new-document').first().click();
  await expect(page.getByTestId('status')).toHaveAttribute('data-connection', 'connected');
  await page.locator('[data-self]').click();
  await expect(page.getByTestId('signed-in')).toContainText('Alice Example');
  await expect(page.getByTestId('own-name-input')).toHaveValue('Alice Example');
  expect(await page.getByTestId('own-name-input').isEditable()).toBe(false);
  const name = decodeURIComponent(new URL(page.url()).pathname.replace('/d/', ''));
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('own.');
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await page.getByTestId('share').click();
  await expect(page.getByText('You own this document as Alice Example.')).toBeVisible();
  await page.getByTestId('share-anyone').selectOption('viewer');
  await page.keyboard.press('Escape');

  await page.locator('[data-self]').click();
  await page.getByTestId('sign-out').click();
  await signOutAtProvider(page, server.url);
  await page.goto(`${server.url}/d/${name}`);
  await expect(page.getByTestId('role-badge')).toBeVisible();
  await page.locator('[data-self]').click();
  await expect(page.getByTestId('sign-in')).toBeVisible();
  expect(await page.getByTestId('own-name-input').isEditable()).toBe(true);
});
