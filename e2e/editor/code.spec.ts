import type { EditorSettings } from '../../web/editor/index.ts';
import { expect, type Person, test } from './harness-page.ts';

/** Waits until the grammar and the help with typing are there. */
async function settle(person: Person, change: Partial<EditorSettings> = {}): Promise<void> {
  await person.page.evaluate(([name, settings]) => window.harness.desk(name).editor.configure(settings), [
    person.name,
    change,
  ] as const);
}

const suggestions = (person: Person) => person.page.locator('.cm-tooltip-autocomplete li');

for (const [unit, name] of [
  ['  ', '2 spaces'],
  ['    ', '4 spaces'],
  ['        ', '8 spaces'],
  ['\t', 'tabs'],
] as const) {
  test(`in a file indented by ${name} Enter after a brace and Tab give one more of them`, async ({ room }) => {
    const content = `function f() {\n${unit}if (a) {\n${unit}${unit}b();\n${unit}}\n}\n`;
    const alice = await room.join('alice', { content, language: 'JavaScript' });
    await settle(alice);
    await alice.select(content.indexOf('if (a) {') + 'if (a) {'.length);
    await alice.press('Enter');
    await alice.page.keyboard.type('x');
    expect(await alice.held()).toContain(`if (a) {\n${unit}${unit}x\n${unit}${unit}b();`);
    await alice.select((await alice.held()).length);
    await alice.press('Tab');
    expect((await alice.held()).endsWith(`}\n${unit}`)).toBe(true);
    await alice.press('Shift+Tab');
    expect((await alice.held()).endsWith('}\n')).toBe(true);
  });
}

test('a text that is not indented yet goes by the setting, a choice goes before the text', async ({ room }) => {
  const alice = await room.join('alice', { content: 'f {\n    g\n}\n', language: 'Rust', newIndentation: 'tab' });
  await settle(alice, { indentation: 2 });
  await alice.select(12);
  await alice.press('Tab');
  expect(await alice.held()).toBe('f {\n    g\n}\n  ');
  const bob = await room.join('bob', { field: 'other', content: 'x\n', language: 'Python', newIndentation: 'tab' });
  await settle(bob);
  await bob.select(2);
  await bob.press('Tab');
  expect(await bob.held()).toBe('x\n\t');
  await bob.press('Backspace');
  await settle(bob, { newIndentation: 'auto' });
  await bob.press('Tab');
  expect(await bob.held()).toBe('x\n    ');
});

test('words are offered in code, and Enter and Tab do what they always do until one is chosen', async ({ room }) => {
  const alice = await room.join('alice', { content: 'remainder = 1;\n', language: 'JavaScript' });
  await settle(alice);
  await alice.select(15);
  await alice.page.keyboard.type('rema', { delay: 30 });
  await expect(suggestions(alice)).toHaveText(['remainder']);
  await alice.press('Enter');
  await alice.page.keyboard.type('rema', { delay: 30 });
  await expect(suggestions(alice)).toHaveCount(2);
  await alice.press('Tab');
  expect(await alice.held()).toBe('remainder = 1;\nrema\nrema  ');
  await alice.press('Enter');
  await alice.page.keyboard.type('rem', { delay: 30 });
  await expect(suggestions(alice)).toHaveText(['rema', 'remainder']);
  await expect(async () => {
    // Arrows that come in the moment in which the list opens are still the text's, and close it.
    await alice.press('Control+Space');
    await expect(suggestions(alice)).toHaveText(['rema', 'remainder'], { timeout: 5_000 });
    await alice.press('ArrowDown');
    await alice.press('ArrowDown');
    await expect(suggestions(alice).nth(1)).toHaveAttribute('aria-selected', 'true', { timeout: 1_000 });
  }).toPass();
  await alice.press('Enter');
  expect((await alice.held()).split('\n').at(-1)?.trim()).toBe('remainder');
  await alice.page.keyboard.type('; rem', { delay: 30 });
  await expect(suggestions(alice).first()).toBeVisible();
  await alice.press('Escape');
  await expect(suggestions(alice)).toHaveCount(0);
});

test('in prose words are offered when they are asked for, or when the setting says so', async ({ room }) => {
  const alice = await room.join('alice', { content: 'remainder ' });
  await settle(alice, { language: 'JavaScript' });
  await settle(alice, { language: '' });
  await alice.select(10);
  await alice.page.keyboard.type('remai');
  await alice.press('Control+Space');
  await expect(suggestions(alice)).toHaveText(['remainder']);
  await alice.press('Escape');
  await settle(alice, { completion: true });
  await alice.page.keyboard.type('n');
  await expect(suggestions(alice)).toHaveText(['remainder']);
  await settle(alice, { completion: 'auto' });
  await alice.press('Escape');
  await alice.page.keyboard.type('d');
  // Typed on for longer than a list takes to open.
  for (const letter of 'er and more of it') await alice.page.keyboard.type(letter, { delay: 20 });
  await expect(suggestions(alice)).toHaveCount(0);
});

test('code in Markdown begins where the text does, whatever the measure, and its ground is seen', async ({
  room,
  page,
}) => {
  const content = 'Text of a paragraph.\n\n```js\nlet a = 1;\n```\n\nMore text.';
  for (const measure of ['39em', '36rem', '500px', '']) {
    await page.addStyleTag({ content: `body { --cs-measure: ${measure || 'initial'}; }` });
    const alice = await room.join('alice', { content });
    await expect(alice.pane.locator('.cs-code-line').first()).toBeAttached();
    const lefts = await page.evaluate(() => {
      const { view } = window.harness.desk('alice').editor;
      return [1, 24, 40].map((at) => Math.round(view.coordsAtPos(view.state.doc.lineAt(at).from)?.left ?? 0));
    });
    expect(new Set(lefts).size, `${measure}: ${lefts}`).toBe(1);
    await page.evaluate(() => window.harness.leave('alice'));
  }
});
