import AxeBuilder from '@axe-core/playwright';
import { HttpProxy } from '../server/testing/http-proxy.ts';
import { WireClient } from '../server/testing/wire-client.ts';
import type { Person } from './person.ts';
import type { TestServer } from './test-server.ts';
import { test as base, expect } from './world.ts';

const KEY = 'k'.repeat(32);

const test = base.extend<{
  /** A network that lets no WebSocket through to the server. */
  blockedNetwork: HttpProxy;
}>({
  blockedNetwork: async ({ server }, use) => {
    const proxy = await HttpProxy.open(server.url, { upgrades: 'refuse' });
    await use(proxy);
    await proxy.close();
  },
});

test.use({ settings: ['--api-key', KEY] });

/** Lets somebody open the dashboard by a link, as `coscribe admin` prints it. */
async function openDashboard(somebody: Person, server: TestServer): Promise<void> {
  const response = await fetch(`${server.url}/api/admin/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
  });
  const { path } = (await response.json()) as { path: string };
  await somebody.page.goto(`${somebody.cable.url}${path}`);
  await expect(somebody.page.getByRole('heading', { name: 'Operations' })).toBeVisible();
  await expect(somebody.page.getByTestId('feed')).toHaveText('Live');
}

/** Presses a button of the question that is open. */
async function confirm({ page }: Person): Promise<void> {
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('confirm')).toHaveCount(0);
}

test('[OPS-2] who runs the server sees two people who write among a crowd, with what carries them, and acts', async ({
  arrive,
  blockedNetwork,
  server,
  visitor,
}) => {
  const crowd = await Promise.all(Array.from({ length: 40 }, (_, i) => WireClient.join(server.url, `crowd-${i % 4}`)));
  const alice = await arrive('Alice', 'plan');
  const bob = await visitor('Bob');
  await bob.page.goto(`${blockedNetwork.url}${server.path('plan')}`);
  await bob.connected();
  await alice.title.click();
  await alice.page.getByTestId('title-input').fill('The plan');
  await alice.page.getByTestId('title-input').press('Enter');
  const ines = await visitor('Ines');
  await openDashboard(ines, server);
  const { page } = ines;
  await expect(page.getByTestId('tile').filter({ hasText: 'Connections' })).toContainText('42');

  await page.getByLabel('Find documents and connections').fill('the plan');
  await page.getByLabel('Find documents and connections').press('Enter');
  await expect(page.getByTestId('document-row')).toHaveCount(1);
  await expect(page.getByTestId('document-row')).toContainText('The plan');
  await expect(page.getByTestId('connection-row')).toHaveCount(2);
  await page.getByLabel('Order of connections').selectOption('newest');
  await expect(page.getByTestId('transport')).toHaveText(['http', 'websocket']);

  // What both write goes on while everything is done.
  for (const client of crowd) client.insert(0, 'x');
  await alice.type('Written together. ');
  await bob.sees('Written together. ');

  await page.getByLabel('What they read').fill('Restart at 18:00.');
  await page.getByRole('button', { name: 'Tell…' }).click();
  await confirm(ines);
  for (const person of [alice, bob])
    await expect(person.page.getByTestId('announcement')).toHaveText('Restart at 18:00.');
  await page.getByTestId('take-back').click();
  await confirm(ines);
  for (const person of [alice, bob]) await expect(person.page.getByTestId('announcement')).toHaveCount(0);

  await page.getByTestId('document-row').getByRole('button').click();
  await expect(page.getByTestId('document-panel')).toContainText(server.name('plan'));
  await page.getByTestId('rename').click();
  await page.getByLabel('Title', { exact: true }).fill('The new plan');
  await confirm(ines);
  for (const person of [alice, bob]) await expect(person.title).toHaveText('The new plan');
  await page.getByTestId('unload').click();
  await confirm(ines);
  await alice.type('And on. ');
  await bob.sees('Written together. And on. ');
  await alice.saved();
  expect(server.output).toContain('"reason":"It was dropped from memory, to be loaded again."');

  await page.getByLabel('Find documents and connections').fill('the new plan');
  await page.getByLabel('Find documents and connections').press('Enter');
  await page.getByTestId('document-row').getByRole('button').click();
  await page.getByTestId('delete').click();
  await confirm(ines);
  for (const person of [alice, bob]) {
    await expect(person.page.getByText('This document was deleted or replaced on the server.')).toBeVisible();
  }
  await expect(page.getByTestId('deleted-row')).toContainText('The new plan');
  await page.getByTestId('deleted-row').getByRole('button', { name: 'Bring back…' }).click();
  await confirm(ines);
  await expect(page.getByTestId('deleted-row')).toHaveCount(0);
  await alice.page.reload();
  await alice.sees('Written together. And on. ');
});

test('[OPS-5] it asks when the push does not come, says so, and says when nothing does', async ({
  server,
  visitor,
}) => {
  const ines = await visitor('Ines');
  const { page } = ines;
  await page.route('**/api/admin/stream?**', (route) => route.abort());
  const response = await fetch(`${server.url}/api/admin/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
  });
  const { path } = (await response.json()) as { path: string };
  await page.goto(`${ines.cable.url}${path}`);
  await expect(page.getByTestId('feed')).toHaveText('Every 5 s');
  const client = await WireClient.join(server.url, 'plan');
  await expect(page.getByTestId('tile').filter({ hasText: 'Connections' })).toContainText('1 websocket');
  await client.leave();
  await page.route('**/api/admin/view?**', (route) => route.abort());
  await expect(page.getByTestId('feed')).toHaveText(/^Stale since \d\d:\d\d:\d\d$/);
  await page.unrouteAll();
  await expect(page.getByTestId('feed')).toHaveText(/^(Every 5 s|Live)$/);
});

test('[OPS-2] is no page for anybody else, and its link opens it once', async ({ server, visitor }) => {
  const [ines, mallory] = [await visitor('Ines'), await visitor('Mallory')];
  const nothing = mallory.page.getByRole('heading', { name: 'There is nothing at this address.' });
  await mallory.page.goto(`${mallory.cable.url}/admin`);
  await expect(nothing).toBeVisible();
  await openDashboard(ines, server);
  const reloaded = await ines.page.reload();
  // A page around it could lead a click of theirs to a button that deletes.
  expect(await reloaded?.headerValue('content-security-policy')).toContain("frame-ancestors 'none'");
  await expect(ines.page.getByTestId('feed')).toHaveText('Live');
  await ines.page.getByTestId('leave').click();
  await expect(ines.page.getByTestId('new-document')).toBeVisible();
  await ines.page.goto(`${ines.cable.url}/admin`);
  await expect(ines.page.getByRole('heading', { name: 'There is nothing at this address.' })).toBeVisible();
});

test('[OPS-2] can be used by keys and read aloud, also on a phone', async ({ arrive, server, visitor }) => {
  await arrive('Alice', 'plan');
  const ines = await visitor('Ines', { viewport: { width: 390, height: 844 } });
  const { page } = ines;
  await openDashboard(ines, server);
  await expect(page.getByTestId('document-row')).toHaveCount(1);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  // Nothing is wider than the phone but the tables, which scroll by themselves.
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.getByTestId('document-row').getByRole('button').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('document-panel')).toContainText(server.name('plan'));
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('document-row').getByRole('button')).toBeFocused();
});

test('[OPS-1] the page of the API shows every route, by keys and on a phone', async ({ server, visitor }) => {
  const ines = await visitor('Ines', { viewport: { width: 390, height: 844 } });
  const { page } = ines;
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(`${ines.cable.url}/reference`);
  const link = page.locator('summary', { hasText: 'Makes a share link.' });
  await link.focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('details[open]')).toContainText('"role": "viewer" | "commenter" | "editor" | "owner"');
  const { paths } = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as { paths: Record<string, object> };
  const routes = Object.values(paths).reduce((count, methods) => count + Object.keys(methods).length, 0);
  await expect(page.locator('.reference-method')).toHaveCount(routes);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(errors).toEqual([]);
});
