import type { CoscribeEditorElement } from '../../web/element/index.ts';
import { content, element, expect, test } from './element-page.ts';

test('it is a form field', async ({ page, show, tag }) => {
  await show(`
    <form id="form"><fieldset id="set"><label for="notes">Notes</label>
      ${tag('f', 'id="notes" name="notes" required')}</fieldset>
      <input name="other" value="first"><button>Send</button></form>`);
  const sent = () =>
    page.evaluate(() => [...new FormData(document.querySelector('form') as HTMLFormElement).entries()]);
  const valid = () => page.evaluate(() => (document.querySelector('form') as HTMLFormElement).checkValidity());
  expect(await valid()).toBe(false);
  await page.getByText('Notes').click();
  await expect(content(page)).toBeFocused();
  await expect(page.getByRole('textbox', { name: 'Notes' })).toHaveAttribute('aria-required', 'true');
  await page.keyboard.type('hello');
  // At once: a form may be sent in the same moment as the last key.
  expect(
    await element(page).evaluate((editor) => {
      const { view } = (editor as CoscribeEditorElement).editor ?? {};
      view?.dispatch({ changes: { from: 0, insert: 'Oh ' } });
      return new FormData((editor as CoscribeEditorElement).form ?? undefined).get('notes');
    }),
  ).toBe('Oh hello');
  expect(await valid()).toBe(true);
  expect(await sent()).toEqual([
    ['notes', 'Oh hello'],
    ['other', 'first'],
  ]);

  // A reset takes the form back, but not what others may have written meanwhile.
  await page.locator('input').fill('changed');
  await page.evaluate(() => (document.querySelector('form') as HTMLFormElement).reset());
  expect(await sent()).toEqual([
    ['notes', 'Oh hello'],
    ['other', 'first'],
  ]);

  // Its own attribute counts by being there, as the browser's selectors and its form see it.
  const disabled = await element(page).evaluate((editor) => {
    editor.setAttribute('disabled', 'false');
    const seen = [(editor as CoscribeEditorElement).disabled, editor.matches(':disabled')];
    editor.removeAttribute('disabled');
    return [...seen, (editor as CoscribeEditorElement).disabled, editor.matches(':disabled')];
  });
  expect(disabled).toEqual([true, true, false, false]);
  await page.evaluate(() => document.querySelector('fieldset')?.setAttribute('disabled', ''));
  expect(await sent()).toEqual([['other', 'first']]);
  await expect(content(page)).toHaveAttribute('contenteditable', 'false');
  await expect(content(page)).toHaveAttribute('aria-disabled', 'true');
  await expect(content(page)).toHaveAttribute('tabindex', '-1');
  await page.evaluate(() => document.querySelector('fieldset')?.removeAttribute('disabled'));
  await expect(content(page)).toHaveAttribute('contenteditable', 'true');
  await expect(content(page)).toHaveAttribute('tabindex', '0');
  expect(await sent()).toEqual([
    ['notes', 'Oh hello'],
    ['other', 'first'],
  ]);
});

test('a form cannot be sent before the text has come', async ({ server, page, show, tag }) => {
  await server.kill();
  await show(`<form>${tag('late', 'name="notes"')}</form>`, {
    wait: false,
  });
  const form = () =>
    page.evaluate(() => {
      const form = document.querySelector('form') as HTMLFormElement;
      const { validationMessage } = form.elements[0] as unknown as CoscribeEditorElement;
      return [form.checkValidity(), validationMessage, new FormData(form).get('notes')];
    });
  await content(page).click();
  await page.keyboard.type('first ');
  expect(await form()).toEqual([false, 'The text is still loading.', null]);
  await server.startAgain();
  await expect(element(page).locator('[part=status]')).toContainText('Saved');
  expect(await form()).toEqual([true, '', 'first ']);

  // The copy on this device is the text, too.
  await server.kill();
  await page.reload();
  await expect.poll(form).toEqual([true, '', 'first ']);
});
