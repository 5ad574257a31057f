import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './world.ts';

test('[CON-10] the connection at work: messages without a token or a word of the text, and controls that disturb it', async ({
  arrive,
  server,
}) => {
  const [alice, bob] = [await arrive('Alice', 'wire'), await arrive('Bob', 'wire')];
  await alice.page.getByTestId('menu').click();
  await alice.page.getByTestId('connection').click();
  const panel = alice.page.getByTestId('inspector');
  const log = panel.locator('.log li');
  await expect(panel).toHaveAttribute('data-transport', 'websocket');
  await expect(panel.locator('.facts')).toContainText('connected');

  await alice.type('a secret word');
  await bob.sees('a secret word');
  await expect(log.filter({ hasText: 'stored' }).last()).toBeVisible();
  await expect(log.filter({ hasText: '↑ update' }).first()).toContainText(/\d+ B/);
  await expect(panel.locator('.facts')).toContainText(/Round trip\s*\d+ ms/);

  const cut = () => panel.getByRole('button', { name: 'Cut' }).click();
  await cut();
  await expect(log.filter({ hasText: 'waiting' }).first()).toBeAttached();
  await expect(log.filter({ hasText: 'welcome' }).first()).toContainText('editor');
  await alice.connected();

  await panel.getByRole('button', { name: 'Go offline' }).click();
  await expect(alice.status).not.toHaveAttribute('data-connection', 'connected');
  await alice.type('!');
  await expect(panel.locator('.facts')).toContainText(/Unsaved edits\s*1/);
  await panel.getByRole('button', { name: 'Reconnect' }).click();
  await bob.sees('a secret word!');
  await alice.saved();

  await panel.getByLabel('Delay').selectOption('1000');
  await alice.type('?');
  await expect(alice.status).toHaveAttribute('data-saved', 'saving');
  await bob.sees('a secret word!?');
  await panel.getByLabel('Delay').selectOption('0');

  await panel.getByRole('button', { name: 'Pause' }).click();
  await expect.poll(() => log.count()).toBeGreaterThan(0);
  const before = await log.count();
  await bob.type(' from bob');
  await alice.sees('a secret word!? from bob');
  expect(await log.count()).toBe(before);
  await panel.getByRole('button', { name: 'Go on' }).click();
  await expect.poll(() => log.count()).toBeGreaterThan(before);

  await panel.getByRole('button', { name: 'Copy' }).click();
  const copied = await alice.page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(/→ update \d+ B/);
  expect(copied).not.toMatch(/secret|own\.|Bearer/);
  expect(await server.text('wire')).toBe('a secret word!? from bob');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the panel of the connection is readable (${colorScheme})`, async ({ arrive }, testInfo) => {
    const alice = await arrive('Alice', 'looks', { colorScheme, viewport: { width: 1280, height: 720 } });
    await alice.page.getByTestId('menu').click();
    await alice.page.getByTestId('connection').click();
    await expect(alice.page.getByTestId('inspector')).toHaveAttribute('data-transport', 'websocket');
    await alice.type('# Minutes\n\nWho was there');
    const log = alice.page.getByTestId('inspector').locator('.log li');
    await expect(log.filter({ hasText: 'stored' }).first()).toBeAttached();
    const { violations } = await new AxeBuilder({ page: alice.page }).include('coscribe-inspector').analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
    await alice.page.screenshot({ path: testInfo.outputPath('desktop.png') });
    await alice.page.setViewportSize({ width: 390, height: 800 });
    await alice.page.screenshot({ path: testInfo.outputPath('phone.png') });
    const scrollWidth = await alice.page.evaluate(() => document.documentElement.scrollWidth);
    expect(scrollWidth).toBeLessThanOrEqual(390);
  });
}
