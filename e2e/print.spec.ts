import { expect, test } from './world.ts';

/** How many sheets a document of the browser's printer has. */
function pages(pdf: Buffer): number {
  return pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`paper has the whole text and nothing else, in black on white, from the ${colorScheme} theme`, async ({
    arrive,
  }) => {
    const alice = await arrive('Alice', `print-${colorScheme}`, { colorScheme });
    const bob = await arrive('Bob', `print-${colorScheme}`);
    const lines = Array.from({ length: 400 }, (_, i) => `Line ${i} of what is to be printed, *with* some \`code\``);
    await alice.content.focus();
    await alice.page.keyboard.insertText(lines.join('\n'));
    await alice.page.keyboard.press('Control+Home');
    await expect(bob.page.getByText('Line 0 of what')).toBeVisible();
    await bob.content.focus();
    await bob.page.keyboard.press('ArrowDown');
    await expect(alice.carets).toHaveCount(1);
    await alice.saved();

    expect(pages(await alice.page.pdf({ format: 'A4' }))).toBeGreaterThan(7);

    await alice.page.emulateMedia({ media: 'print' });
    await expect(alice.page.locator('.cm-line')).toHaveCount(400);
    for (const hidden of ['.bar', '.cm-gutters', '.cs-carets', '.cm-cursorLayer']) {
      await expect(alice.page.locator(hidden).first()).toBeHidden();
    }
    const colors = await alice.page
      .locator('.cm-line')
      .first()
      .evaluate((line) => {
        const of = (element: Element | null) => (element === null ? '' : getComputedStyle(element).backgroundColor);
        const parts = [line, ...line.querySelectorAll('*')].map((part) => getComputedStyle(part).color);
        return { text: [...new Set(parts)], paper: of(line.closest('.cm-scroller')) };
      });
    expect(colors).toEqual({ text: ['rgb(0, 0, 0)'], paper: 'rgb(255, 255, 255)' });
    expect(await alice.page.evaluate(() => document.documentElement.scrollHeight)).toBeGreaterThan(400 * 20);
    // Back on the screen everything is as it was.
    await alice.page.emulateMedia({ media: 'screen' });
    await expect(alice.page.locator('.bar')).toBeVisible();
    await expect(alice.carets).toHaveCount(1);
  });
}

test('nothing but the text is printed for somebody who is being asked for a name, with a dialog open', async ({
  arrive,
}) => {
  const alice = await arrive('Alice', 'notes');
  await alice.type('To be printed');
  await alice.saved();
  await alice.page.evaluate(() => localStorage.removeItem('coscribe.guest'));
  await alice.page.reload();
  await expect(alice.page.getByRole('form', { name: 'Your name' })).toBeVisible();
  await alice.page.getByTestId('share').click();
  await expect(alice.page.getByRole('dialog')).toBeVisible();
  await alice.page.emulateMedia({ media: 'print' });
  const shown = await alice.page.evaluate(() =>
    [...document.body.querySelectorAll('*')]
      .filter((element) => element.closest('.pane') === null && element.querySelector('.pane') === null)
      .filter((element) => element.checkVisibility({ visibilityProperty: true }))
      .map((element) => element.outerHTML.slice(0, 80)),
  );
  expect(shown).toEqual([]);
  await expect(alice.content).toBeVisible();
});
