import type { Locator, Page } from 'playwright/test';
import { expect, type Person, same, test } from './harness-page.ts';

/** The parts of somebody's search. */
function search({ pane }: Person) {
  const panel = pane.getByRole('search');
  return {
    panel,
    find: panel.getByRole('textbox', { name: 'Find' }),
    replacement: panel.getByRole('textbox', { name: 'Replace with' }),
    status: panel.getByRole('status'),
    button: (name: string): Locator => panel.getByRole('button', { name, exact: true }),
  };
}

/** Keeps back the module of the search. Returns how to let it come. */
async function holdSearch(page: Page): Promise<() => void> {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/\/search[-.][^/]*$/, (route) => released.then(() => route.continue()));
  return () => release();
}

test('search counts, says which match is selected, goes on and back, and closes', async ({ room, page }) => {
  const alice = await room.join('alice', { content: 'cat dog cat Cat concatenate' });
  await alice.select(0);
  await alice.press('Control+f');
  const { panel, find, status, button } = search(alice);
  // Typed before the search has been loaded, it is in its field and not in the text.
  await page.keyboard.type('cat');
  await expect(find).toHaveValue('cat');
  await expect(status).toHaveText('1 of 4');
  await expect(alice.pane.locator('.cm-searchMatch')).toHaveCount(4);
  await page.keyboard.press('Enter');
  await expect(status).toHaveText('2 of 4');
  await page.keyboard.press('Shift+Enter');
  await button('Previous match').click();
  await expect(status).toHaveText('4 of 4');
  await button('Match case').click();
  await expect(status).toHaveText('3 of 3');
  await button('Whole words').click();
  await expect(status).toHaveText(/ 2$|2 found/);
  await button('Regular expression').click();
  await find.fill('c.t|dog');
  await expect(status).toHaveText(/ of 3$/);
  await find.fill('(');
  await expect(status).toHaveText('Not an expression');
  await find.fill('zebra');
  await expect(status).toHaveText('No results');
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await expect(alice.content).toBeFocused();
  expect(await same(alice)).toBe('cat dog cat Cat concatenate');
});

test('replacing is folded away, replaces what is highlighted, and can be undone in one step', async ({
  room,
  page,
}) => {
  const alice = await room.join('alice', { content: 'cat dog cat cat' });
  const bob = await room.join('bob');
  await alice.select(0);
  await alice.press('Control+f');
  await page.keyboard.type('cat');
  const { replacement, status, button } = search(alice);
  await expect(status).toHaveText('1 of 3');
  await expect(replacement).toBeHidden();
  await button('Replace').first().click();
  await replacement.fill('bird');
  await button('Next match').click();
  await expect(status).toHaveText('2 of 3');
  // A match comes in front of the highlighted one.
  await page.evaluate(() => window.harness.desk('bob').text.insert(8, 'cat '));
  await expect(status).toHaveText('3 of 4');
  await alice.pane.getByRole('button', { name: 'Replace this match' }).click();
  expect(await same(alice, bob)).toBe('cat dog cat bird cat');
  await alice.pane.getByRole('button', { name: 'Replace all matches' }).click();
  await expect(status).toHaveText('Replaced 3 · Undo');
  expect(await same(alice, bob)).toBe('bird dog bird bird bird');
  await button('Undo the replacing').click();
  await expect(status).toHaveText('Undone');
  expect(await same(alice, bob)).toBe('cat dog cat bird cat');
});

test('an expression is replaced with what it found', async ({ room, page }) => {
  const alice = await room.join('alice', { content: 'Ada Lovelace\nAlan Turing' });
  await alice.press('Control+f');
  const { find, replacement, button } = search(alice);
  await button('Regular expression').click();
  await find.fill('(\\w+) (\\w+)');
  await button('Replace').first().click();
  await replacement.fill('$2, $1\\t$&');
  await alice.pane.getByRole('button', { name: 'Replace all matches' }).click();
  expect(await same(alice)).toBe('Lovelace, Ada\tAda Lovelace\nTuring, Alan\tAlan Turing');
  await page.keyboard.press('Escape');
});

test('replacing tens of thousands says how far it is, leaves the page open to others, and is one step', async ({
  room,
  page,
}) => {
  const line = 'some words around a match in a line of text\n';
  const alice = await room.join('alice', { content: line.repeat(20_000), language: 'Plain text' });
  const bob = await room.join('bob', { language: 'Plain text' });
  await alice.select(0);
  await alice.press('Control+f');
  const { find, replacement, status, button } = search(alice);
  await find.fill('match');
  await expect(status).toHaveText('1 of 20,000');
  await button('Replace').first().click();
  await replacement.fill('hit');
  // Longest time in which the page could do nothing else.
  await page.evaluate(() => {
    const watch = { longest: 0, last: performance.now(), began: performance.now() };
    Object.assign(window, { watch });
    const look = () => {
      const now = performance.now();
      watch.longest = Math.max(watch.longest, now - watch.last);
      watch.last = now;
      setTimeout(look, 0);
    };
    look();
  });
  await alice.pane.getByRole('button', { name: 'Replace all matches' }).click();
  await expect(status).toHaveText(/Replacing… [\d,]+ · Stop/);
  await page.evaluate(() => window.harness.desk('bob').text.insert(0, 'bob was here\n'));
  await expect(status).toHaveText('Replaced 20,000 · Undo', { timeout: 90_000 });
  const { longest, all } = await page.evaluate(() => {
    const { watch } = window as unknown as { watch: { longest: number; began: number } };
    return { longest: watch.longest, all: performance.now() - watch.began };
  });
  // Not a time of its own, which depends on the machine: done in one piece, the longest would be nearly all.
  expect(longest).toBeLessThan(all / 3);
  expect(await same(alice, bob)).toBe(`bob was here\n${line.replace('match', 'hit').repeat(20_000)}`);
  await button('Undo the replacing').click();
  expect(await same(alice, bob)).toBe(`bob was here\n${line.repeat(20_000)}`);
});

test('a replacing that is stopped keeps what it did', async ({ room }) => {
  const alice = await room.join('alice', { content: 'a match here\n'.repeat(20_000), language: 'Plain text' });
  await alice.press('Control+f');
  const { find, replacement, status, button } = search(alice);
  await find.fill('match');
  await button('Replace').first().click();
  await replacement.fill('hit');
  // The page presses it as soon as it is there: a quick machine is done before anybody could.
  await alice.pane.evaluate((pane) => {
    new MutationObserver((_changes, observer) => {
      const stop = pane.querySelector<HTMLElement>('button[aria-label="Stop replacing"]');
      if (stop === null) return;
      observer.disconnect();
      stop.click();
    }).observe(pane, { subtree: true, childList: true });
  });
  await alice.pane.getByRole('button', { name: 'Replace all matches' }).click();
  await expect(status).toHaveText(/^Replaced [\d,]+ · Undo$/);
  const text = await same(alice);
  expect(text).toContain('hit');
  expect(text).toContain('match');
});

test('those who only read can search and are offered no replacing', async ({ room, page }) => {
  const alice = await room.join('alice', { content: 'cat dog cat', readOnly: true });
  await alice.press('Control+f');
  await page.keyboard.type('cat');
  const { status, button } = search(alice);
  await expect(status).toHaveText('1 of 2');
  await expect(button('Replace')).toHaveCount(0);
});

test('a line is gone to by its number', async ({ room, page }) => {
  const lines = Array.from({ length: 300 }, (_, i) => `line ${i + 1}`).join('\n');
  const alice = await room.join('alice', { content: lines, language: 'Plain text' });
  await alice.press('Control+g');
  await page.keyboard.type('250');
  await page.keyboard.press('Enter');
  await expect(alice.pane.locator('.cm-line', { hasText: /^line 250$/ })).toBeInViewport();
  await page.keyboard.insertText('at ');
  expect((await same(alice)).split('\n')[249]).toBe('at line 250');
});

test('the number of a line and Enter, typed before the search has been loaded, go to the line', async ({
  room,
  page,
}) => {
  const release = await holdSearch(page);
  const lines = Array.from({ length: 300 }, (_, i) => `line ${i + 1}`).join('\n');
  const alice = await room.join('alice', { content: lines, language: 'Plain text' });
  await alice.press('Control+g');
  await page.keyboard.type('250');
  await page.keyboard.press('Enter');
  expect(await same(alice)).toBe(lines);
  release();
  await expect(alice.pane.locator('.cm-line', { hasText: /^line 250$/ })).toBeInViewport();
  await page.keyboard.insertText('at ');
  expect((await same(alice)).split('\n')[249]).toBe('at line 250');
});

test('Backspace and Enter, typed before the search has been loaded, are for its field too', async ({ room, page }) => {
  const release = await holdSearch(page);
  const alice = await room.join('alice', { content: 'cat dog cat' });
  await alice.select(0);
  await alice.press('Control+f');
  await page.keyboard.type('cate');
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Enter');
  release();
  const { find, status } = search(alice);
  await expect(find).toHaveValue('cat');
  await expect(status).toHaveText('2 of 2');
  expect(await same(alice)).toBe('cat dog cat');
});

test('a command given twice before the search has been loaded is done twice', async ({ room, page }) => {
  const release = await holdSearch(page);
  const alice = await room.join('alice', { content: 'one two one two one' });
  await alice.select(0, 3);
  await page.keyboard.press('Control+d');
  await page.keyboard.press('Control+d');
  release();
  await expect
    .poll(() => page.evaluate(() => window.harness.desk('alice').editor.view.state.selection.ranges.length))
    .toBe(3);
  await page.keyboard.type('X');
  expect(await same(alice)).toBe('X two X two X');
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 600 }, hasTouch: true });

  test('the search leaves room for the text', async ({ room, page }) => {
    const alice = await room.join('alice', { content: 'cat dog\n'.repeat(100) });
    await alice.press('Control+f');
    await page.keyboard.type('cat');
    const { panel, find, status, button } = search(alice);
    await expect(status).toHaveText('1 of 100');
    expect((await panel.boundingBox())?.height).toBeLessThan(60);
    await expect(find).toBeInViewport({ ratio: 1 });
    await expect(button('Close the search')).toBeInViewport({ ratio: 1 });
    await button('Replace').first().click();
    expect((await panel.boundingBox())?.height).toBeLessThan(170);
    expect(await panel.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
    await expect(button('Close the search')).toBeInViewport({ ratio: 1 });
  });
});
