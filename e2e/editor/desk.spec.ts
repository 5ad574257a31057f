import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './harness-page.ts';

const MARKDOWN = '# One\n\ntext\n\n## Two\n\nmore\n\n# Three\n\n```js\nconst x = 1;\n```\n';

test('Markdown is the default, and code blocks get their own grammar', async ({ room, page }) => {
  const alice = await room.join('alice', { content: MARKDOWN });
  expect(await page.evaluate(() => window.harness.desk('alice').editor.language)).toBe('Markdown');
  await expect(alice.pane.locator('.cs-code-line')).toHaveCount(3);
  const keyword = alice.pane.locator('.cs-code-line span', { hasText: /^const$/ });
  await expect(keyword).toHaveCSS('color', 'rgb(138, 47, 92)');
});

test('a grammar is loaded when its language is chosen', async ({ room, page }) => {
  const scripts: string[] = [];
  page.on('request', (request) => scripts.push(new URL(request.url()).pathname));
  const alice = await room.join('alice', { content: 'def f():\n  return 1\n' });
  await expect(alice.pane.locator('.cm-line').first()).toHaveText('def f():');
  expect(scripts.filter((path) => path.includes('python'))).toEqual([]);
  await page.evaluate(() => window.harness.desk('alice').editor.configure({ language: '', fileName: 'script.py' }));
  expect(await page.evaluate(() => window.harness.desk('alice').editor.language)).toBe('Python');
  await expect(alice.pane.locator('.cm-line span', { hasText: /^def$/ })).toHaveCSS('color', 'rgb(138, 47, 92)');
  await expect(alice.pane.locator('.cm-editor')).toHaveClass(/cs-code/);
});

test('prose wraps at a readable measure in the middle, code takes the full width', async ({ room, page }) => {
  await page.setViewportSize({ width: 1400, height: 700 });
  const alice = await room.join('alice', { content: 'word '.repeat(200) });
  const lineBox = () =>
    page.evaluate(() => {
      const line = document.querySelector<HTMLElement>('#alice .cm-line');
      if (line === null) return null;
      const range = document.createRange();
      range.selectNodeContents(line);
      const { left, right, height } = range.getBoundingClientRect();
      return { left, right: innerWidth - right, width: right - left, height };
    });
  const prose = await lineBox();
  expect(prose?.width ?? 0).toBeLessThan(600);
  expect(prose?.width ?? 0).toBeGreaterThan(500);
  expect(Math.abs((prose?.left ?? 0) - (prose?.right ?? 0))).toBeLessThan(60);
  await page.evaluate(() => window.harness.desk('alice').editor.configure({ language: 'JavaScript' }));
  await expect.poll(async () => (await lineBox())?.width ?? 0).toBeGreaterThan(1_400);
  await page.evaluate(() => window.harness.desk('alice').editor.configure({ lineWrapping: true }));
  await expect.poll(async () => (await lineBox())?.height ?? 0).toBeGreaterThan(30);
  // A click beside the text reaches it.
  await page.evaluate(() => window.harness.desk('alice').editor.configure({ language: 'Markdown' }));
  await page.mouse.click(1_300, 100);
  await expect(alice.content).toBeFocused();
});

test('code shows each sign as it is typed, in code blocks and in prose too', async ({ room, page }) => {
  const alice = await room.join('alice', { content: 'a `=>` b\n\n```js\n() => 1\n```\n' });
  const ligatures = (selector: string) => expect(alice.pane.locator(selector).first());
  await ligatures('.cs-code-line').toHaveCSS('font-variant-ligatures', 'none');
  await ligatures('.cm-line span:text-is("=>")').toHaveCSS('font-variant-ligatures', 'none');
  await ligatures('.cm-line').toHaveCSS('font-variant-ligatures', 'normal');
  await page.evaluate(() => window.harness.desk('alice').editor.configure({ language: 'JavaScript' }));
  await ligatures('.cm-line').toHaveCSS('font-variant-ligatures', 'none');
});

test('sections fold and unfold', async ({ room }) => {
  const alice = await room.join('alice', { content: MARKDOWN });
  await alice.select(2);
  await alice.press('Control+Shift+BracketLeft');
  await expect(alice.pane.locator('.cm-foldPlaceholder')).toHaveCount(1);
  await expect(alice.content).not.toContainText('Two');
  await expect(alice.content).toContainText('Three');
  await alice.press('Control+Shift+BracketRight');
  await expect(alice.content).toContainText('Two');
});

test('brackets close and match, comments toggle', async ({ room, page }) => {
  const alice = await room.join('alice', { language: 'JavaScript' });
  await alice.content.focus();
  await page.evaluate(() => window.harness.desk('alice').editor.configure({ language: 'JavaScript' }));
  await page.keyboard.type('f(');
  expect(await alice.held()).toBe('f()');
  await page.keyboard.type('1)');
  expect(await alice.held()).toBe('f(1)');
  await expect(alice.pane.locator('.cm-matchingBracket').first()).toBeAttached();
  await page.keyboard.press('Control+/');
  expect(await alice.held()).toBe('// f(1)');
});

test('Tab indents with a hint, Esc then Tab leaves the editor, coming back by Tab shows a ring', async ({
  room,
  page,
}) => {
  const alice = await room.join('alice');
  await alice.content.focus();
  await page.keyboard.press('Tab');
  expect(await alice.held()).toBe('  ');
  const hint = alice.pane.getByRole('status');
  await expect(hint).toHaveText('Tab indents. Press Esc, then Tab to leave the editor.');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Shift+Tab');
  await expect(alice.content).not.toBeFocused();
  await expect(hint).toBeHidden();
  await expect(page.getByRole('button', { name: 'After' })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(alice.content).toBeFocused();
  await expect(alice.pane.locator('.cm-scroller')).toHaveClass(/cs-ring/);
  await alice.content.click();
  await expect(alice.pane.locator('.cm-scroller')).not.toHaveClass(/cs-ring/);
});

test('the theme is light, dark, or as the system says, also when that changes', async ({ room, page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  const alice = await room.join('alice', { content: 'text' });
  const editor = alice.pane.locator('.cm-editor');
  await expect(editor).toHaveCSS('background-color', 'rgb(30, 27, 24)');
  await page.emulateMedia({ colorScheme: 'light' });
  await expect(editor).toHaveCSS('background-color', 'rgb(251, 248, 242)');
  await page.evaluate(() => window.harness.desk('alice').editor.configure({ theme: 'dark' }));
  await expect(editor).toHaveCSS('background-color', 'rgb(30, 27, 24)');
  await page.addStyleTag({ content: 'body { --cs-paper: rgb(1, 2, 3); }' });
  await expect(editor).toHaveCSS('background-color', 'rgb(1, 2, 3)');
});

test('settings change while the editor is open', async ({ room, page }) => {
  const alice = await room.join('alice', { placeholder: 'Write', lineNumbers: true });
  await expect(alice.pane.locator('.cm-placeholder')).toHaveText('Write');
  await expect(alice.pane.locator('.cm-lineNumbers')).toBeVisible();
  await page.evaluate(() => {
    const user = { name: 'Alice the second', color: '#123456' };
    return window.harness.desk('alice').editor.configure({ placeholder: 'Say something', lineNumbers: false, user });
  });
  await expect(alice.pane.locator('.cm-placeholder')).toHaveText('Say something');
  await expect(alice.pane.locator('.cm-lineNumbers')).toHaveCount(0);
  expect(await page.evaluate(() => window.harness.listPeople(window.harness.desk('alice').awareness))).toMatchObject([
    { name: 'Alice the second', color: '#123456', isSelf: true },
  ]);
});

test('destroying twice leaves nothing behind', async ({ room, page }) => {
  await room.join('alice', { content: 'text' });
  const left = await page.evaluate(() => {
    const { editor, doc, text, awareness } = window.harness.desk('alice');
    const before = awareness._observers.get('change')?.size ?? 0;
    editor.destroy();
    editor.destroy();
    void editor.configure({ theme: 'dark' });
    editor.undo();
    text.insert(0, 'afterwards ');
    return {
      before,
      awareness: awareness._observers.get('change')?.size ?? 0,
      text: text._eH.l.length,
      undo: doc._observers.get('afterTransaction')?.size ?? 0,
      elements: document.querySelector('#alice')?.childElementCount,
    };
  });
  expect(left).toEqual({ before: 2, awareness: 0, text: 0, undo: 0, elements: 0 });
});

for (const theme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the ${theme} editor, with carets, search and a read-only neighbour`, async ({
    room,
    page,
  }) => {
    // A name that is fading away has no contrast that could be judged.
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const alice = await room.join('alice', { content: MARKDOWN, theme });
    const bob = await room.join('bob', { theme, readOnly: true });
    await bob.content.focus();
    await alice.select(3);
    await alice.press('Control+f');
    await page.keyboard.type('t');
    const { violations } = await new AxeBuilder({ page }).include('#alice').include('#bob').analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
  });
}
