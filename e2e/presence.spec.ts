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

test('strangers get names and colours that differ, and are asked for a name without being held up', async ({
  browser,
  server,
}) => {
  await server.provide('class');
  const pages = [];
  for (let i = 0; i < 4; i++) {
    // The same chance for everybody: all would be the same person.
    const context = await browser.newContext();
    await context.addInitScript(() => {
      let calls = 0;
      Math.random = () => [0.42, 0.17, 0.83, 0.05, 0.61][calls++ % 5] ?? 0;
    });
    const page = await context.newPage();
    await page.goto(server.url + server.path('class'));
    await expect(page.getByTestId('status')).toHaveAttribute('data-connection', 'connected');
    await expect(page.getByTestId('people').locator('[data-person]')).toHaveCount(i + 1);
    pages.push(page);
  }
  const [last] = pages.slice(-1);
  if (last === undefined) throw new Error('nobody came');
  const faces = last.getByTestId('people').locator('[data-person]');
  const differing = () =>
    faces.evaluateAll((all) => ({
      names: new Set(all.map((face) => (face as HTMLElement).dataset['person'])).size,
      colors: new Set(all.map((face) => (face as HTMLElement).style.backgroundColor)).size,
    }));
  await expect.poll(differing).toEqual({ names: 4, colors: 4 });

  const content = last.getByTestId('editor').locator('.cm-content');
  await expect(content).toBeFocused();
  await last.keyboard.type('hello');
  await last.getByTestId('first-name').fill('Zoë');
  await last.keyboard.press('Enter');
  await expect(last.getByTestId('name-card')).toHaveCount(0);
  await expect(pages[0]?.getByTestId('people').locator('[data-person="Zoë"]') ?? faces).toHaveCount(1);
  await last.reload();
  await expect(last.getByTestId('status')).toHaveAttribute('data-connection', 'connected');
  await expect(last.getByTestId('name-card')).toHaveCount(0);
  await Promise.all(pages.map((page) => page.context().close()));
});

test('two tabs of one browser are one face, and following goes on after a reload on either side', async ({
  arrive,
}) => {
  const alice = await arrive('Alice', 'notes');
  const bob = await arrive('Bob', 'notes');
  const again = await bob.newTab('notes');
  await expect(alice.faces).toHaveCount(2);
  await again.page.close();
  await expect(alice.faces).toHaveCount(2);

  await alice.face('Bob').click();
  await alice.page.keyboard.press('Escape');
  await alice.face('Bob').click();
  await expect(alice.page.locator('#person-card')).toBeVisible();
  await alice.face('Bob').click();
  await expect(alice.face('Bob')).toHaveAttribute('data-followed');
  await expect(bob.page.getByTestId('toast')).toHaveText('Alice now follows you.');
  await bob.page.reload();
  await bob.connected();
  await expect(alice.face('Bob')).toHaveAttribute('data-followed');
  await alice.page.reload();
  await alice.connected();
  await expect(alice.face('Bob')).toHaveAttribute('data-followed');
});
