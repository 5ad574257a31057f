import { expect, same, test } from './harness-page.ts';

test.describe('undo keys with the focus outside the text', () => {
  for (const [where, html] of [
    ['an input', '<input id="elsewhere">'],
    ['an input with words of its own', '<input id="elsewhere" value="kept">'],
    ['a text area', '<textarea id="elsewhere"></textarea>'],
    ['an editable element', '<div id="elsewhere" contenteditable>other</div>'],
    ['a button', '<button id="elsewhere">Press</button>'],
  ] as const) {
    test(`[SYN-8] in ${where} change nothing in the text`, async ({ room, page }) => {
      const alice = await room.join('alice', { content: 'before ' });
      const bob = await room.join('bob');
      await alice.press('Control+End');
      await page.keyboard.insertText('a phrase');
      await page.evaluate((html) => document.body.insertAdjacentHTML('beforeend', html), html);
      const elsewhere = page.locator('#elsewhere');
      await elsewhere.click();
      for (const key of ['Control+z', 'Control+z', 'Control+Shift+Z', 'Control+y']) await page.keyboard.press(key);
      expect(await same(alice, bob)).toBe('before a phrase');
      await expect(elsewhere).toBeFocused();
      // In the text they work as ever.
      await alice.press('Control+z');
      expect(await same(alice, bob)).toBe('before ');
      await elsewhere.click();
      for (const key of ['Control+Shift+Z', 'Control+y', 'Control+z']) await page.keyboard.press(key);
      expect(await same(alice, bob)).toBe('before ');
      await alice.press('Control+Shift+Z');
      expect(await same(alice, bob)).toBe('before a phrase');
    });
  }

  test('[SYN-8] take back what was typed in the field they are pressed in', async ({ room, page }) => {
    const alice = await room.join('alice');
    await alice.content.focus();
    await page.keyboard.insertText('a phrase');
    await page.evaluate(() => document.body.insertAdjacentHTML('beforeend', '<input id="elsewhere">'));
    const elsewhere = page.locator('#elsewhere');
    await elsewhere.click();
    await page.keyboard.type('word');
    for (let i = 0; i < 6; i++) await page.keyboard.press('Control+z');
    await expect(elsewhere).toHaveValue('');
    expect(await alice.shown()).toBe('a phrase');
  });

  test('[SYN-8] in the search field of the editor change nothing in the text', async ({ room, page }) => {
    const alice = await room.join('alice');
    await alice.content.focus();
    await page.keyboard.insertText('a phrase');
    await alice.press('Control+f');
    await expect(alice.pane.locator('.cs-search input').first()).toBeFocused();
    for (const key of ['Control+z', 'Control+z', 'Control+y']) await page.keyboard.press(key);
    expect(await same(alice)).toBe('a phrase');
  });
});

test.describe('undo and redo show the place they changed', () => {
  const lines = Array.from({ length: 400 }, (_, i) => `line ${i}`).join('\n');

  test('after the caret and the view went elsewhere', async ({ room, page }) => {
    const alice = await room.join('alice', { content: lines });
    await alice.select(0);
    await page.keyboard.insertText('typed ');
    await alice.select(lines.length);
    const first = alice.pane.locator('.cm-line', { hasText: /line 0$/ });
    await expect(first).toHaveCount(0);
    await alice.press('Control+z');
    await expect(first).toBeInViewport();
    await expect(first).toHaveText('line 0');
    await alice.select(lines.length);
    await expect(first).toHaveCount(0);
    await alice.press('Control+Shift+Z');
    await expect(first).toBeInViewport();
    await expect(first).toHaveText('typed line 0');
    await page.keyboard.type('again ');
    await expect(first).toHaveText('typed again line 0');
  });

  test('also of a change that a program or a drop made where the caret was not', async ({ room, page }) => {
    const alice = await room.join('alice', { content: lines });
    await alice.select(lines.length);
    await page.evaluate(() => {
      const { view } = window.harness.desk('alice').editor;
      view.dispatch({ changes: { from: 0, insert: 'moved ' }, userEvent: 'move.drop' });
    });
    const first = alice.pane.locator('.cm-line', { hasText: /line 0$/ });
    await alice.press('Control+z');
    await expect(first).toBeInViewport();
    await expect(first).toHaveText('line 0');
  });
});
