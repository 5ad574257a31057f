import { expect, test } from './world.ts';

const TEXT = '# Minutes\n\nWho was there\n\n## Money\n\nNone\n\n## Other\n\nNothing';

test('the outline follows as everybody types, and goes to a heading', async ({ arrive }) => {
  const alice = await arrive('Alice', 'minutes');
  const bob = await arrive('Bob', 'minutes');
  await alice.content.fill(TEXT);
  await bob.sees(TEXT);

  await alice.page.keyboard.press('Control+Shift+O');
  const panel = alice.page.getByTestId('side-panel');
  const headings = panel.locator('.outline-heading');
  await expect(headings).toHaveText(['Minutes', 'Money', 'Other']);
  await bob.type('\n\n# Next time');
  await expect(headings).toHaveText(['Minutes', 'Money', 'Other', 'Next time']);

  await headings.filter({ hasText: 'Money' }).click();
  await expect(headings.filter({ hasText: 'Money' })).toHaveAttribute('aria-current', 'location');
  await expect(alice.content).toBeFocused();
  await alice.page.keyboard.type('x');
  await bob.sees(`${TEXT.replace('## Money', 'x## Money')}\n\n# Next time`);
});

test('the panel moves the text aside, is resized by pointer and keyboard, and stays as it was left', async ({
  arrive,
}) => {
  const alice = await arrive('Alice', 'minutes', { viewport: { width: 1280, height: 720 } });
  await alice.type('# Minutes');
  const line = alice.content.locator('.cm-line').first();
  const before = await line.boundingBox();
  await alice.page.getByTestId('menu').click();
  await alice.page.getByTestId('outline').click();
  const panel = alice.page.getByTestId('side-panel');
  await expect(panel.locator('.outline-heading')).toHaveText(['Minutes']);
  const box = await panel.boundingBox();
  const editor = await alice.page.getByTestId('editor').boundingBox();
  if (before === null || box === null || editor === null) throw new Error('nothing is drawn');
  expect(editor.x + editor.width).toBeLessThanOrEqual(box.x + 1);
  expect(editor.width + box.width).toBeCloseTo(1280, 0);

  const edge = alice.page.getByTestId('side-panel-edge');
  await edge.focus();
  await alice.page.keyboard.press('ArrowLeft');
  await expect(edge).toHaveAttribute('aria-valuenow', String(box.width + 16));
  await alice.page.mouse.move(box.x - 16, 300);
  await alice.page.mouse.down();
  await alice.page.mouse.move(box.x - 116, 300, { steps: 4 });
  await alice.page.mouse.up();
  await expect(edge).toHaveAttribute('aria-valuenow', String(box.width + 116));

  await alice.page.reload();
  await alice.connected();
  await expect(panel).toBeVisible();
  expect((await panel.boundingBox())?.width).toBe(box.width + 116);
});

test('Escape closes the panel and gives the focus back to where it came from', async ({ arrive }) => {
  const alice = await arrive('Alice', 'minutes');
  await alice.type('# Minutes');
  await alice.page.keyboard.press('Control+Shift+O');
  const panel = alice.page.getByTestId('side-panel');
  await expect(panel.locator('.outline-heading')).toBeFocused();
  await alice.page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await expect(alice.content).toBeFocused();

  await alice.page.getByTestId('share').focus();
  await alice.page.keyboard.press('Control+Shift+O');
  await expect(panel.locator('.outline-heading')).toBeFocused();
  await alice.page.getByTestId('side-panel-close').click();
  await expect(alice.page.getByTestId('share')).toBeFocused();
});

test('on a phone the outline is a sheet that leaves the text in sight, and a heading closes it', async ({ arrive }) => {
  const alice = await arrive('Alice', 'minutes', { viewport: { width: 390, height: 780 }, hasTouch: true });
  await alice.content.fill(TEXT);
  await alice.page.getByTestId('menu').click();
  await alice.page.getByTestId('outline').click();
  const panel = alice.page.getByTestId('side-panel');
  await expect(panel.locator('.outline-heading')).toHaveCount(3);
  const box = await panel.boundingBox();
  expect(box).toMatchObject({ x: 0, width: 390 });
  expect(box?.y).toBeGreaterThan(250);
  await expect(alice.content.locator('.cm-line').first()).toBeInViewport();
  await panel.locator('.outline-heading').last().click();
  await expect(panel).toHaveCount(0);
  await expect(alice.content).toBeFocused();
});

test('Ctrl+F finds in the text from wherever the focus is', async ({ arrive }) => {
  const alice = await arrive('Alice', 'minutes');
  await alice.type('needle in a haystack');
  await alice.page.getByTestId('share').focus();
  await alice.page.keyboard.press('Control+F');
  await expect(alice.page.getByRole('search').getByRole('textbox').first()).toBeFocused();
});
