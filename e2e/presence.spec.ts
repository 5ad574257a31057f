import { expect, test } from './world.ts';

test('[PRE-1] carets and faces appear, carry names, and leave with their people', async ({ arrive }) => {
  const alice = await arrive('Alice', 'notes');
  await expect(alice.faces).toHaveCount(1);
  await expect(alice.face('Alice')).toHaveAttribute('title', 'Alice (you)');
  const bob = await arrive('Bob', 'notes');
  await bob.type('hello');
  await expect(alice.face('Bob')).toBeVisible();
  await expect(alice.carets).toHaveCount(1);
  await expect(alice.page.getByTestId('editor').getByText('Bob')).toBeVisible();
  await bob.context.close();
  await expect(alice.faces).toHaveCount(1);
  await expect(alice.carets).toHaveCount(0);
});

test('[PRE-1] a face leaves when the cable of its person breaks, and comes back with them', async ({ arrive }) => {
  const [alice, bob] = [await arrive('Alice', 'notes'), await arrive('Bob', 'notes')];
  await bob.type('x');
  await expect(alice.face('Bob')).toBeVisible();
  await bob.goOffline();
  await expect(alice.face('Bob')).toHaveCount(0);
  await bob.goOnline();
  await expect(alice.face('Bob')).toBeVisible();
  await expect(alice.carets).toHaveCount(1);
});

test('one sees all selection ranges of somebody else', async ({ arrive }) => {
  const [alice, bob] = [await arrive('Alice', 'notes'), await arrive('Bob', 'notes')];
  await bob.type('one\ntwo\nthree');
  await bob.page.keyboard.press('Control+Home');
  await bob.page.keyboard.press('Control+Alt+ArrowDown');
  await bob.page.keyboard.press('Control+Alt+ArrowDown');
  await expect(alice.carets).toHaveCount(3);
});

test('five circles at most, and the rest behind a number', async ({ arrive }) => {
  const names = ['Alice', 'Bob', 'Carol', 'Dan', 'Eve', 'Frank', 'Grace'];
  const [alice] = await Promise.all(names.map((name) => arrive(name, 'notes')));
  if (alice === undefined) throw new Error('nobody came');
  await expect(alice.page.getByRole('button', { name: '3 more people' })).toHaveText('+3');
  await expect(alice.faces.first()).toHaveAttribute('data-person', 'Alice');
  await alice.page.getByRole('button', { name: '3 more people' }).click();
  await expect(alice.page.getByText('Grace').first()).toBeAttached();
});

test("a guest's name and colour can be changed, are seen by others, and stay", async ({ arrive }) => {
  const [alice, bob] = [await arrive('Alice', 'notes'), await arrive('Bob', 'notes')];
  await alice.face('Alice').click();
  await alice.page.getByTestId('own-name-input').fill('Alicia');
  await alice.page.getByTestId('own-name-input').press('Enter');
  await expect(bob.face('Alicia')).toBeVisible();
  await alice.page.reload();
  await expect(alice.face('Alicia')).toBeVisible();
  await expect(bob.face('Alicia')).toBeVisible();
});

test('following somebody scrolls with them until one types', async ({ arrive }) => {
  const [alice, bob] = [await arrive('Alice', 'notes'), await arrive('Bob', 'notes')];
  await bob.type('first line\n');
  await bob.content.focus();
  await bob.page.keyboard.insertText('\n'.repeat(200));
  await bob.page.keyboard.press('Control+Home');
  await expect(alice.face('Bob')).toBeVisible();
  await alice.face('Bob').click();
  await alice.page.getByRole('button', { name: 'Follow Bob' }).click();
  await expect(alice.face('Bob')).toHaveAttribute('data-followed', '');
  await bob.type('the very end');
  await expect(alice.page.getByText('the very end')).toBeInViewport();
  await alice.page.keyboard.press('Escape');
  await expect(alice.face('Bob')).not.toHaveAttribute('data-followed', '');
});
