import type { Person } from './person.ts';
import { expect, test } from './world.ts';

const CODE = 'function f() {\n    if (a) {\n        b();\n    }\n}\n';

const part = (person: Person, name: string) => person.page.getByTestId(`strip-${name}`);

async function command(person: Person, label: string): Promise<void> {
  await person.page.keyboard.press('Control+Shift+P');
  await person.page.getByRole('combobox', { name: 'Search commands' }).fill(label);
  await person.page.keyboard.press('Enter');
  await expect(person.page.getByRole('dialog')).toHaveCount(0);
}

test('the strip says line, column, selection, indentation and syntax, and each of them is changed there', async ({
  arrive,
}) => {
  const alice = await arrive('Alice', 'main.js');
  await alice.content.fill(CODE);
  await alice.page.keyboard.press('Control+Home');
  await expect(part(alice, 'place')).toHaveText('Line 1, column 1');
  await alice.page.keyboard.press('ArrowDown');
  await alice.page.keyboard.press('End');
  await expect(part(alice, 'place')).toHaveText('Line 2, column 13');
  await alice.page.keyboard.press('Shift+Home');
  await expect(part(alice, 'place')).toHaveText('Line 2, column 5 (8 selected)');
  await expect(part(alice, 'place')).toHaveAccessibleName('Line 2 of 6, column 5, 8 characters selected. Go to line');
  await expect(part(alice, 'indentation')).toHaveText('4 spaces');

  await part(alice, 'place').click();
  await expect(alice.content).not.toBeFocused();
  await alice.page.keyboard.type('3');
  await alice.page.keyboard.press('Enter');
  await expect(part(alice, 'place')).toHaveText('Line 3, column 1');
  await expect(alice.content).toBeFocused();

  await part(alice, 'syntax').click();
  await expect(alice.page.getByRole('combobox')).toBeFocused();
  await alice.page.keyboard.type('JavaScript');
  await alice.page.keyboard.press('Enter');
  await expect(part(alice, 'syntax')).toHaveText('JavaScript');

  await part(alice, 'indentation').click();
  await expect(alice.page.getByRole('option', { name: 'Automatic' })).toContainText('as in this text: 4 spaces');
  await expect(alice.page.getByRole('combobox')).toBeFocused();
  await alice.page.keyboard.type('Tabs');
  await alice.page.keyboard.press('Enter');
  await expect(part(alice, 'indentation')).toHaveText('Tabs');
  await expect(alice.content).toBeFocused();
  await alice.page.keyboard.press('Control+End');
  await alice.page.keyboard.press('Tab');
  await alice.sees(`${CODE}\t`);

  // Chosen for this text in this tab, reload and all; elsewhere for texts that have no indentation of their own.
  await alice.saved();
  await alice.page.reload();
  await expect(part(alice, 'indentation')).toHaveText('Tabs');
  const other = await alice.newTab('other.js');
  await expect(part(other, 'indentation')).toHaveText('Tabs');
  await other.content.fill(CODE);
  await expect(part(other, 'indentation')).toHaveText('4 spaces');
});

test('code folds and unfolds by commands, which also say where the cursor is', async ({ arrive }) => {
  const alice = await arrive('Alice', 'main.js');
  await alice.content.fill(`${CODE}function g() {\n    c();\n}\n`);
  await alice.page.getByTestId('menu').click();
  await alice.page.getByTestId('language').click();
  // What is typed before the dialog has come is dropped.
  await expect(alice.page.getByRole('combobox')).toBeFocused();
  await alice.page.keyboard.type('JavaScript');
  await alice.page.keyboard.press('Enter');
  await expect(alice.content.locator('.cm-line span').first()).toBeVisible();
  const folded = alice.content.locator('.cm-foldPlaceholder');
  await expect(async () => {
    await command(alice, 'Fold everything');
    await expect(folded).toHaveCount(2, { timeout: 500 });
  }).toPass();
  await command(alice, 'Unfold everything');
  await expect(folded).toHaveCount(0);
  await alice.page.keyboard.press('Control+Home');
  await command(alice, 'Fold the section');
  await expect(folded).toHaveCount(1);
  await command(alice, 'Unfold the section');
  await expect(folded).toHaveCount(0);
  await command(alice, 'Where is my cursor?');
  await expect(alice.page.locator('.toast')).toHaveText('Line 1 of 9, column 1.');
});

test('a phone has no strip', async ({ arrive }) => {
  const bob = await arrive('Bob', 'notes', { viewport: { width: 390, height: 844 } });
  // It comes when the page has time, after which it is there and hidden.
  await expect(bob.page.getByTestId('text-strip')).toBeAttached();
  await expect(bob.page.getByTestId('text-strip')).toBeHidden();
});
