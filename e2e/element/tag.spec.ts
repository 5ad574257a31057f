import type { CoscribeEditorElement } from '../../web/element/index.ts';
import {
  content,
  detail,
  element,
  errors,
  expect,
  happened,
  LISTEN,
  MODULE,
  message,
  test,
  textOf,
} from './element-page.ts';

test('one tag shows a shared document, and what is written in it is saved', async ({
  server,
  page,
  show,
  arrive,
  tag,
}) => {
  await show(tag('minutes', 'user-name="Ada"'));
  await content(page).click();
  await page.keyboard.type('# Minutes');
  await expect(element(page).locator('[part=status]')).toContainText('Saved');
  expect(await server.text('minutes')).toBe('# Minutes');

  const bob = await arrive('Bob', 'minutes');
  await bob.sees('# Minutes');
  await expect(bob.face('Ada')).toBeVisible();
  await bob.type('\nby Bob');
  await expect.poll(() => textOf(page)).toBe('# Minutes\nby Bob');

  const events = await happened(page);
  expect(events[0]).toBe('ready');
  expect(new Set(events)).toEqual(new Set(['ready', 'people', 'status', 'saved', 'change']));
  expect(await detail(page, 'change')).toEqual({ text: '# Minutes\nby Bob' });
  expect(await detail(page, 'saved')).toEqual({ saved: true, unsavedChanges: 0 });
  expect(await detail(page, 'status')).toEqual({ status: 'connected', retryAt: null });
  const { people } = (await detail(page, 'people')) as { people: { name: string; clientId: number }[] };
  expect(people.map(({ name }) => name)).toEqual(['Ada', 'Bob']);
  // Markdown is coloured from the start, without another file.
  await expect(content(page).locator('.cm-line').first().locator('span').first()).toHaveCSS('font-weight', '700');
});

test('its methods do what their names say', async ({ page, show, arrive, tag }) => {
  await show(`<button>elsewhere</button>${tag('m')}`);
  await page.getByRole('button').focus();
  await element(page).evaluate((editor) => editor.focus());
  await expect(content(page)).toBeFocused();
  await page.keyboard.type('one');
  const call = (name: 'getText' | 'undo' | 'redo' | 'getSelection') =>
    element(page).evaluate((editor, name) => (editor as CoscribeEditorElement)[name](), name);
  expect(await call('undo')).toBe(true);
  expect(await call('getText')).toBe('');
  expect(await call('undo')).toBe(false);
  expect(await call('redo')).toBe(true);
  expect(await call('getText')).toBe('one');
  await page.keyboard.press('Control+a');
  expect(await call('getSelection')).toEqual({ from: 0, to: 3, text: 'one' });

  const bob = await arrive('Bob', 'm');
  await bob.type(`${'\n'.repeat(100)}here`);
  await expect.poll(() => textOf(page)).toContain('here');
  await expect(element(page).locator('.cs-caret-flag')).toHaveCount(0);
  const jumped = await element(page).evaluate((editor) => {
    const { people } = window.details['people'] as { people: { clientId: number; name: string }[] };
    const bob = people.find(({ name }) => name === 'Bob');
    return bob !== undefined && (editor as CoscribeEditorElement).jumpTo(bob);
  });
  expect(jumped).toBe(true);
  await expect(element(page).locator('.cs-caret-flag')).toHaveText('Bob');
  expect(await element(page).evaluate((editor) => (editor as CoscribeEditorElement).jumpTo(1))).toBe(false);
});

test('attributes and properties work while it runs', async ({ server, page, show, arrive, tag }) => {
  await show(tag('a', 'user-name="Ada"'));
  const bob = await arrive('Bob', 'a');
  const set = (properties: Record<string, string | boolean>) =>
    element(page).evaluate((editor, properties) => Object.assign(editor, properties) && undefined, properties);
  const inner = element(page).locator('.cm-editor');

  await expect(content(page)).toBeVisible();
  await expect(inner.locator('.cm-lineNumbers')).toHaveCount(0);
  await set({ lineNumbers: true });
  await expect(inner.locator('.cm-lineNumbers')).toBeVisible();
  await set({ lineNumbers: false, placeholder: 'Write here', theme: 'dark', label: 'Notes' });
  await expect(element(page)).toHaveAttribute('line-numbers', 'off');
  await expect(inner.locator('.cm-lineNumbers')).toHaveCount(0);
  await expect(inner.locator('.cm-placeholder')).toHaveText('Write here');
  await expect(inner).toHaveAttribute('data-theme', 'dark');
  await expect(content(page)).toHaveAttribute('aria-label', 'Notes');
  await set({ theme: 'light' });
  await expect(inner).toHaveAttribute('data-theme', 'light');

  await set({ userName: 'Countess', userColor: '#123456' });
  await expect(bob.face('Countess')).toBeVisible();
  await set({ readOnly: true });
  await content(page).click();
  await page.keyboard.type('no');
  await set({ readOnly: false });
  await content(page).click();
  await page.keyboard.type('let x = 1;');
  await bob.sees('let x = 1;');

  await set({ language: 'rust' });
  await expect(content(page).locator('.cm-line span').first()).toHaveText('let');
  await expect
    .poll(() => element(page).evaluate((editor) => (editor as CoscribeEditorElement).editor?.language))
    .toBe('Rust');

  // Another document in the same element.
  await set({ document: server.name('b') });
  await expect.poll(() => textOf(page)).toBe('');
  await expect.poll(async () => (await happened(page)).filter((event) => event === 'ready').length).toBe(2);
  await content(page).click();
  await page.keyboard.type('b');
  await expect.poll(() => server.text('b')).toBe('b');
  expect(await server.text('a')).toBe('let x = 1;');
  await set({ document: server.name('a') });
  await expect.poll(() => textOf(page)).toBe('let x = 1;');
  expect(await errors(page)).toEqual([]);
});

test('what is set before the element is known counts too', async ({ server, page, host }) => {
  host.put(
    '/early.js',
    `${LISTEN}
    const editor = document.createElement('coscribe-editor');
    Object.assign(editor, { server: '${server.url}', document: '${server.name('early')}', userName: 'Ada', lineNumbers: false });
    addEventListener('DOMContentLoaded', () => document.body.append(editor));`,
  );
  await page.goto(host.put('/early.html', `<!doctype html><body><script src="/early.js"></script>${MODULE}`));
  await expect(element(page)).toHaveAttribute('document', server.name('early'));
  await expect.poll(() => happened(page)).toContain('status');
  await expect(element(page).locator('.cm-lineNumbers')).toHaveCount(0);
});

test('custom properties and parts give it the look of the page', async ({ page, show, tag }) => {
  await show(`
    <style>
      coscribe-editor { --cs-paper: rgb(1, 2, 3); --cs-size-prose: 30px; height: 300px; }
      coscribe-editor::part(status) { color: rgb(9, 8, 7); }
      coscribe-editor::part(editor) { border: 3px solid rgb(7, 7, 7); }
      coscribe-editor::part(message) { color: rgb(5, 5, 5); }
    </style>
    ${tag('look')}`);
  await expect(element(page).locator('.cm-editor')).toHaveCSS('background-color', 'rgb(1, 2, 3)');
  await expect(content(page)).toHaveCSS('font-size', '30px');
  await expect(element(page).locator('[part=status]')).toHaveCSS('color', 'rgb(9, 8, 7)');
  await expect(element(page).locator('[part=editor]')).toHaveCSS('border-top-width', '3px');
  await expect(message(page)).toHaveCSS('color', 'rgb(5, 5, 5)');
  expect((await element(page).boundingBox())?.height).toBe(300);
  // A long text scrolls inside.
  await content(page).click();
  await page.keyboard.insertText('line\n'.repeat(100));
  expect((await element(page).boundingBox())?.height).toBe(300);
  expect(
    await element(page)
      .locator('.cm-scroller')
      .evaluate(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight),
  ).toBe(true);
});

test('in a page that is read from right to left the text is beside its numbers, too', async ({ page, show, tag }) => {
  await show(`<html dir="rtl">${tag('rtl')}`);
  await element(page).evaluate((editor) => editor.setAttribute('line-numbers', 'on'));
  await content(page).click();
  await page.keyboard.type('שלום\nplain');
  await page.keyboard.press('Control+f');
  await expect(element(page).locator('.cs-search')).toBeVisible();
  const places = await element(page).evaluate((editor) => {
    const text = document.createRange();
    text.selectNodeContents(editor.shadowRoot?.querySelector('.cm-line') as Element);
    const box = (name: string) => editor.shadowRoot?.querySelector(name)?.getBoundingClientRect() ?? new DOMRect();
    return {
      text: text.getBoundingClientRect(),
      numbers: box('.cm-gutters'),
      close: box('[name=close]'),
      find: box('.cs-search'),
    };
  });
  expect(places.numbers.left - places.text.right).toBeLessThan(40);
  expect(places.numbers.left - places.text.right).toBeGreaterThan(0);
  expect(places.close.left - places.find.left).toBeLessThan(20);
});

test('[CON-10] inspect() shows how the connection works, and hides it again', async ({ page, show, tag }) => {
  await show(tag('watched', 'user-name="Ada"'));
  const inspect = () => element(page).evaluate((editor) => (editor as CoscribeEditorElement).inspect());
  await inspect();
  const panel = page.locator('coscribe-inspector');
  await expect(panel).toHaveAttribute('data-transport', 'websocket');
  await content(page).click();
  await page.keyboard.type('seen on the wire');
  await expect(panel.locator('.log li').filter({ hasText: 'stored' }).first()).toBeAttached();
  await expect(panel.locator('.log')).not.toContainText('seen');
  await inspect();
  await expect(panel).toHaveCount(0);
});
