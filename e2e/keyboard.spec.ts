import type { Route } from 'playwright/test';
import { expect, test } from './world.ts';

test('everything is reached by keyboard alone', async ({ arrive }) => {
  const alice = await arrive('Alice', 'notes');
  const bob = await arrive('Bob', 'notes');
  const { keyboard } = alice.page;
  await alice.content.focus();
  await keyboard.type('text');
  await keyboard.press('Tab');
  await bob.sees('text\t'.replace('\t', await alice.shown().then((shown) => shown.slice(4))));
  await keyboard.press('Alt+F9');
  const reached = new Set<string>();
  for (let i = 0; i < 12; i++) {
    reached.add(
      await alice.page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['testid'] ?? ''),
    );
    await keyboard.press('Tab');
  }
  for (const testId of ['title', 'share', 'menu']) expect(reached).toContain(testId);
});

test('one who types faster than the menu opens uses it all the same', async ({ arrive }) => {
  const alice = await arrive('Alice', 'notes');
  const menu = alice.page.getByTestId('menu');
  // In the same task as the key that opens it, before anything could be waited for.
  const focused = await menu.evaluate((button) => {
    (button as HTMLElement).focus();
    (button as HTMLElement).click();
    return document.activeElement?.role;
  });
  expect(focused).toBe('menuitem');
  await alice.page.keyboard.press('Escape');
  await expect(menu).toBeFocused();

  const press = (...keys: string[]) => Promise.all(keys.map((key) => alice.page.keyboard.press(key)));
  await press('Enter', 'ArrowDown', 'Escape');
  await expect(menu).toBeFocused();
  await press('Enter', 'ArrowDown', 'ArrowUp', 'Enter');
  await expect(alice.page.getByRole('search')).toBeVisible();
  expect(await alice.shown()).toBe('');
});

test('Escape closes a card whose button has the focus, and stays in the bar', async ({ arrive }) => {
  const alice = await arrive('Alice', 'notes');
  const bob = await arrive('Bob', 'notes');
  await bob.type('here');
  for (const [face, card] of [
    [alice.face('Alice'), '#own-card'],
    [alice.face('Bob'), '#person-card'],
  ] as const) {
    await face.focus();
    await alice.page.keyboard.press('Enter');
    await expect(alice.page.locator(card)).toBeVisible();
    await face.focus();
    await alice.page.keyboard.press('Escape');
    await expect(alice.page.locator(card)).toBeHidden();
    await expect(face).toBeFocused();
  }
  await alice.page.keyboard.press('Escape');
  await expect(alice.content).toBeFocused();
});

test('keys for a dialog that is still on its way do not go into the text, and Escape calls it off', async ({
  visitor,
}) => {
  const alice = await visitor('Alice', { serviceWorkers: 'block' });
  const { page } = alice;
  const held: Route[] = [];
  await page.route(/commands-dialog/, (route) => void held.push(route));
  await alice.open('notes');
  await alice.type('text');
  await page.keyboard.press('Control+Shift+P');
  await page.keyboard.type('language');
  await page.keyboard.press('Escape');
  expect(held.length).toBeGreaterThan(0);
  for (const route of held) await route.continue();
  await page.getByTestId('menu').click();
  await page.getByTestId('commands').click();
  await expect(page.getByRole('combobox')).toBeFocused();
  await page.keyboard.type('language');
  await expect(page.getByRole('combobox')).toHaveValue('language');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(await alice.shown()).toBe('text');
});

test('after a reload the caret and the view are where they were, also when others wrote meanwhile', async ({
  arrive,
}) => {
  const name = 'place-after-reload';
  const alice = await arrive('Alice', name);
  const bob = await arrive('Bob', name);
  await alice.content.focus();
  await alice.page.keyboard.insertText(Array.from({ length: 200 }, (_, i) => `line ${i}`).join('\n'));
  await alice.page.keyboard.press('Control+Home');
  for (let i = 0; i < 60; i++) await alice.page.keyboard.press('ArrowDown');
  await alice.page.keyboard.press('End');
  await alice.saved();
  const line = alice.page.locator('.cm-line', { hasText: /^line 60$/ });
  const before = await line.boundingBox();
  await expect(bob.page.locator('.cm-line', { hasText: /^line 0$/ })).toBeVisible();
  await bob.content.focus();
  await bob.page.keyboard.press('Control+Home');
  await bob.page.keyboard.insertText('above\nall\n');
  await bob.saved();
  await alice.page.reload();
  await alice.connected();
  await expect(line).toBeInViewport();
  await expect.poll(async () => Math.abs(((await line.boundingBox())?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(3);
  await alice.page.keyboard.insertText('!');
  await expect(alice.page.locator('.cm-line', { hasText: /^line 60!$/ })).toBeVisible();
});

test('in high contrast the entry that Enter would take is framed, in the menu and among all commands', async ({
  arrive,
}) => {
  const alice = await arrive('Alice', 'notes');
  await alice.page.emulateMedia({ forcedColors: 'active' });
  await alice.page.getByTestId('menu').focus();
  await alice.page.keyboard.press('Enter');
  await expect(alice.page.locator('.menu-item:focus')).toHaveCSS('outline-style', 'solid');
  await alice.page.keyboard.press('Escape');
  await alice.page.keyboard.press('Control+Shift+P');
  const picks = alice.page.locator('.pick');
  await expect(picks.and(alice.page.locator('[aria-selected="true"]'))).toHaveCSS('outline-style', 'solid');
  await expect(picks.and(alice.page.locator('[aria-selected="false"]')).first()).toHaveCSS('outline-style', 'none');
});
