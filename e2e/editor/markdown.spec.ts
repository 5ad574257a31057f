import { expect, test } from './harness-page.ts';

test('bold, italic and link are set by their keys in Markdown, and taken back', async ({ room }) => {
  const alice = await room.join('alice', { content: 'one two three' });
  await alice.select(4, 7);
  // The grammar brings the keys.
  await expect(async () => {
    await alice.press('Control+b');
    expect(await alice.held()).toBe('one **two** three');
  }).toPass();
  await alice.press('Control+i');
  expect(await alice.held()).toBe('one ***two*** three');
  await alice.press('Control+b');
  expect(await alice.held()).toBe('one *two* three');
  await alice.press('Control+i');
  expect(await alice.held()).toBe('one two three');
  await alice.press('Control+k');
  await alice.page.keyboard.type('https://a.example');
  expect(await alice.held()).toBe('one [two](https://a.example) three');
});

test('in code the keys for bold and italic neither change nor select anything', async ({ room, page }) => {
  const alice = await room.join('alice', { content: 'call(word)' });
  await page.evaluate(() => window.harness.desk('alice').editor.configure({ language: 'JavaScript' }));
  await alice.select(6);
  for (const key of ['b', 'i', 'u']) await alice.press(`Control+${key}`);
  await alice.page.keyboard.type('x');
  expect(await alice.held()).toBe('call(wxord)');
});

test('a typed mark goes around what is selected, and a list marker is not doubled', async ({ room }) => {
  const alice = await room.join('alice', { content: 'one\n\n- two' });
  await expect(alice.pane.locator('.cm-line span').first()).toBeVisible();
  for (const [mark, expected] of [
    ['*', '*one*\n\n- two'],
    ['_', '_one_\n\n- two'],
    ['`', '`one`\n\n- two'],
  ] as const) {
    await alice.select(0, 3);
    await alice.page.keyboard.type(mark);
    expect(await alice.held()).toBe(expected);
    await alice.press('Control+z');
    await expect.poll(() => alice.held()).toBe('one\n\n- two');
  }
  await alice.select(10);
  await alice.press('Enter');
  await alice.page.keyboard.type('- three');
  expect(await alice.held()).toBe('one\n\n- two\n- three');
});

test('Ctrl and a click open an address in a tab that knows nothing of this one', async ({ room, page, context }) => {
  const alice = await room.join('alice', { content: 'https://a.example/page\n\n[bad](javascript:document.title=1)' });
  await context.route('https://a.example/**', (route) => route.fulfill({ contentType: 'text/html', body: 'there' }));
  const line = alice.pane.locator('.cm-line').first();
  const box = await line.boundingBox();
  if (box === null) throw new Error('the line is not shown');
  const place = await page.evaluate(() => window.harness.desk('alice').editor.view.coordsAtPos(4));
  if (place === null) throw new Error('the address is not shown');
  const opened = context.waitForEvent('page');
  await page.keyboard.down('Control');
  await page.mouse.click(place.left, (place.top + place.bottom) / 2);
  await page.keyboard.up('Control');
  const tab = await opened;
  await tab.waitForURL('https://a.example/page');
  expect(await tab.evaluate(() => window.opener)).toBeNull();
  expect(await page.evaluate(() => window.harness.desk('alice').editor.view.state.selection.ranges.length)).toBe(1);
});

test('a piece into which another types while it is dragged moves with what they typed', async ({ room, page }) => {
  const alice = await room.join('alice', { content: 'start piece end', lineNumbers: false });
  const bob = await room.join('bob');
  await alice.select(6, 12);
  const [from, to] = await page.evaluate(() => {
    const { view } = window.harness.desk('alice').editor;
    return [view.coordsAtPos(8), view.coordsAtPos(0)].map((at) => ({
      x: at?.left ?? 0,
      y: ((at?.top ?? 0) + (at?.bottom ?? 0)) / 2,
    }));
  });
  if (from === undefined || to === undefined) throw new Error('the text is not shown');
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x - 20, from.y, { steps: 4 });
  await page.evaluate(() => window.harness.desk('bob').text.insert(8, 'NEW'));
  // A drop before that has come is at the same time as it: then the words stay where the piece was.
  await expect(alice.pane.locator('.cm-content')).toContainText('piNEWece');
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => bob.held()).toBe('piNEWece start end');
  await alice.press('Control+z');
  await expect.poll(() => bob.held()).toBe('start piNEWece end');
});
