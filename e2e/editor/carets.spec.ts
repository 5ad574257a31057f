import { expect, same, test } from './harness-page.ts';

const PARAGRAPHS = Array.from({ length: 200 }, (_, i) => `Paragraph ${i + 1} with some words in it.`).join('\n\n');

test("people see each other's carets, selections, names and colours", async ({ room, page }) => {
  const alice = await room.join('alice', { content: 'Some words to select' });
  const bob = await room.join('bob');
  await bob.select(5, 10);
  const caret = alice.carets;
  await expect(caret).toHaveCount(1);
  await expect(caret).toHaveCSS('background-color', 'rgb(47, 111, 180)');
  await expect(caret.locator('.cs-caret-flag')).toHaveText('bob');
  await expect(caret.locator('.cs-caret-flag')).toBeVisible();
  const selection = alice.pane.locator('.cs-selection');
  await expect(selection).toHaveCount(1);
  const words = await page.evaluate(() => {
    const { view } = window.harness.desk('alice').editor;
    return { left: view.coordsAtPos(5)?.left ?? 0, right: view.coordsAtPos(10)?.left ?? 0 };
  });
  const box = await selection.boundingBox();
  expect(Math.abs((box?.x ?? 0) - words.left)).toBeLessThan(2);
  expect(Math.abs((box?.x ?? 0) + (box?.width ?? 0) - words.right)).toBeLessThan(2);
  // They are no part of the text.
  await expect(alice.content.locator('.cs-caret, .cs-selection')).toHaveCount(0);
  await expect(alice.content).toHaveText('Some words to select');
});

test('all selection ranges are seen', async ({ room, page }) => {
  const alice = await room.join('alice', { content: 'one two one two one' });
  const bob = await room.join('bob');
  await bob.select(0, 3);
  await page.keyboard.press('Control+d');
  await page.keyboard.press('Control+d');
  await expect(alice.pane.locator('.cs-selection')).toHaveCount(3);
  await expect(alice.carets).toHaveCount(3);
  await expect(alice.pane.locator('.cs-caret-flag')).toHaveCount(1);
  await page.keyboard.type('X');
  expect(await same(alice, bob)).toBe('X two X two X');
  await expect(alice.carets).toHaveCount(3);
  await expect(alice.pane.locator('.cs-selection')).toHaveCount(0);
});

test('carets and names are written as y-codemirror.next writes them', async ({ room, page }) => {
  const alice = await room.join('alice', { content: 'Some text' });
  await alice.select(4);
  const state = () => page.evaluate(() => window.harness.desk('alice').awareness.getLocalState());
  await expect.poll(async () => (await state())?.['cursor'] != null).toBe(true);
  const id = await alice.id();
  const position = { type: null, tname: 'content', item: { client: id, clock: 4 }, assoc: 0 };
  expect(await state()).toEqual({
    user: { name: 'alice', color: '#b4452f' },
    cursor: { anchor: position, head: position },
  });
});

test('a stock client is seen, and what it may send wrongly is not', async ({ room, page }) => {
  const alice = await room.join('alice', { content: 'Some text' });
  const bob = await room.join('bob');
  await page.evaluate(() => {
    const { awareness, text } = window.harness.desk('bob');
    const at = (index: number) => window.harness.Y.createRelativePositionFromTypeIndex(text, index);
    awareness.setLocalState({ user: { name: 'stock', color: '#30bced' }, cursor: { anchor: at(0), head: at(4) } });
  });
  await expect(alice.pane.locator('.cs-selection')).toHaveCount(1);
  await expect(alice.pane.locator('.cs-caret-flag')).toHaveText('stock');
  await page.evaluate(() => {
    window.harness.desk('bob').awareness.setLocalState({
      user: { name: '<img src=x onerror=alert(1)>', color: 'red;background:url(//evil.example)' },
      cursor: { anchor: { item: 'x' }, head: 7 },
      ranges: 'all',
    });
  });
  await expect(alice.carets).toHaveCount(0);
  await bob.select(2);
  await expect(alice.pane.locator('.cs-caret-flag')).toHaveText('<img src=x onerror=alert(1)>');
  await expect(alice.carets).not.toHaveCSS('background-image', /url/);
});

test('a caret moves with the text without a word about it', async ({ room, page }) => {
  const alice = await room.join('alice', { content: 'left right' });
  const bob = await room.join('bob');
  await bob.select(5);
  await expect(alice.carets).toHaveCount(1);
  const offset = () =>
    page.evaluate(() => {
      const { view } = window.harness.desk('alice').editor;
      const caret = document.querySelector('#alice .cs-caret')?.getBoundingClientRect();
      return caret === undefined ? null : view.posAtCoords({ x: caret.left + 1, y: caret.top + 8 });
    });
  await expect.poll(offset).toBe(5);
  const told = await page.evaluate(() => window.harness.desk('bob').told);
  await bob.type('typing here ');
  await same(alice, bob);
  await expect.poll(offset).toBe(17);
  await alice.press('Control+Home');
  await alice.type('more ');
  await same(alice, bob);
  await expect.poll(offset).toBe(22);
  expect(await page.evaluate(() => window.harness.desk('bob').told)).toBe(told);
});

test('moves of the own caret are told at most about 20 times a second, the last one always', async ({ room, page }) => {
  const alice = await room.join('alice', { content: 'x'.repeat(2_000) });
  const bob = await room.join('bob');
  await bob.select(0);
  await expect(alice.carets).toHaveCount(1);
  const { told, elapsed } = await page.evaluate(async () => {
    const bob = window.harness.desk('bob');
    const before = bob.told;
    const begun = performance.now();
    for (let i = 1; i <= 60; i++) {
      bob.editor.view.dispatch({ selection: { anchor: i * 10 } });
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return { told: bob.told - before, elapsed: performance.now() - begun };
  });
  expect(told).toBeLessThanOrEqual(elapsed / 50 + 1);
  await expect
    .poll(() =>
      page.evaluate(() => {
        const { awareness, doc } = window.harness.desk('bob');
        const head = awareness.getLocalState()?.['cursor']?.head;
        return window.harness.Y.createAbsolutePositionFromRelativePosition(head, doc)?.index;
      }),
    )
    .toBe(600);
});

test('names show on activity, fade, and show again under the pointer', async ({ room, page }) => {
  await page.clock.install();
  const alice = await room.join('alice', { content: 'first line\nsecond line' });
  const bob = await room.join('bob');
  await bob.select(13);
  await page.clock.runFor(200);
  const flag = alice.pane.locator('.cs-caret-flag');
  await expect(flag).toBeVisible();
  await page.clock.runFor(3_000);
  await expect(flag).toBeHidden();
  await bob.type('x');
  await page.clock.runFor(200);
  await expect(flag).toBeVisible();
  await page.clock.runFor(3_000);
  await expect(flag).toBeHidden();
  const box = await alice.carets.boundingBox();
  await page.mouse.move((box?.x ?? 0) + 3, (box?.y ?? 0) + 8);
  await expect(flag).toBeVisible();
  await page.mouse.move((box?.x ?? 0) + 80, (box?.y ?? 0) + 8);
  await expect(flag).toBeHidden();
  // The caret takes no clicks away from the text.
  await page.mouse.click((box?.x ?? 0) + 1, (box?.y ?? 0) + 8);
  expect((await page.evaluate(() => window.harness.desk('alice').editor.getSelection())).from).toBe(14);
});

test('names flip below on the first line and to the left past the middle', async ({ room }) => {
  const alice = await room.join('alice', { content: `${'word '.repeat(8)}\nsecond\nthird`, language: 'JavaScript' });
  const bob = await room.join('bob');
  const classes = async (at: number) => {
    await bob.select(at);
    await expect.poll(async () => (await alice.carets.getAttribute('class'))?.includes('cs-caret-show')).toBe(true);
    return (await alice.carets.getAttribute('class')) ?? '';
  };
  await expect.poll(() => classes(2)).toContain('cs-caret-below');
  await expect.poll(() => classes(45)).not.toContain('cs-caret-below');
  const wide = await alice.pane.evaluate((pane) => pane.clientWidth);
  expect(wide).toBeGreaterThan(300);
  await expect.poll(() => classes(39)).toContain('cs-caret-leftward');
  await expect.poll(() => classes(2)).not.toContain('cs-caret-leftward');
  for (const at of [0, 39, 42]) {
    await classes(at);
    const flag = await alice.pane.locator('.cs-caret-flag').boundingBox();
    const pane = await alice.pane.boundingBox();
    expect((flag?.x ?? -1) >= (pane?.x ?? 0) && (flag?.y ?? -1) >= 0).toBe(true);
    expect((flag?.x ?? 0) + (flag?.width ?? 0)).toBeLessThanOrEqual((pane?.x ?? 0) + (pane?.width ?? 0));
  }
});

test('a caret stays on blur, and goes when it is hidden, when its person leaves and when the editor is destroyed', async ({
  room,
  page,
}) => {
  const alice = await room.join('alice', { content: 'text' });
  const bob = await room.join('bob');
  const carol = await room.join('carol');
  await bob.select(2);
  await carol.select(3);
  await expect(alice.carets).toHaveCount(2);
  await page.evaluate(() => window.harness.desk('bob').editor.configure({ hideMyCursor: true }));
  await expect(alice.carets).toHaveCount(1);
  await page.evaluate(() => window.harness.desk('bob').editor.configure({ hideMyCursor: false }));
  await expect(alice.carets).toHaveCount(2);
  await page.evaluate(() => window.harness.leave('carol'));
  await expect(alice.carets).toHaveCount(1);
  await page.evaluate(() => window.harness.desk('bob').editor.destroy());
  await expect(alice.carets).toHaveCount(0);
  expect(await page.evaluate(() => window.harness.desk('bob').awareness.getLocalState()?.['user'])).toEqual({
    name: 'bob',
    color: '#2f6fb4',
  });
});

test('only what is visible is drawn, also of a crowd that has selected everything', async ({ room, page }) => {
  const alice = await room.join('alice', { content: PARAGRAPHS.repeat(50) });
  await page.evaluate(() => window.harness.crowd(200));
  await expect.poll(() => alice.carets.count()).toBeGreaterThan(0);
  expect(await alice.carets.count()).toBeLessThan(20);
  await page.evaluate(() => window.harness.crowd(100, true));
  await expect.poll(() => alice.pane.locator('.cs-selection').count()).toBeGreaterThanOrEqual(100);
  const begun = Date.now();
  await alice.select(0);
  await page.keyboard.type('typed among three hundred people');
  await expect.poll(async () => (await alice.held()).startsWith('typed among three hundred people')).toBe(true);
  process.stdout.write(`32 keys among 300 people in ${Date.now() - begun} ms\n`);
  expect(await alice.shown()).toBe(await alice.held());
});

test('jumping to somebody scrolls their caret into view', async ({ room, page }) => {
  const alice = await room.join('alice', { content: PARAGRAPHS });
  const bob = await room.join('bob');
  await bob.select(PARAGRAPHS.length - 5);
  const jump = (id: number) => page.evaluate((id) => window.harness.desk('alice').editor.jumpTo(id), id);
  const id = await bob.id();
  await expect.poll(() => jump(id)).toBe(true);
  await expect(alice.carets).toBeInViewport();
  expect(await jump(12345)).toBe(false);
});

test.describe('following', () => {
  test('scrolls along, outlines the pane with the name, tells the followed one and the host', async ({
    room,
    page,
  }) => {
    const alice = await room.join('alice', { content: PARAGRAPHS });
    const bob = await room.join('bob');
    await bob.select(0);
    await expect(alice.carets).toHaveCount(1);
    const id = await bob.id();
    const changes = await page.evaluateHandle((id) => {
      const list: (number | null)[] = [];
      const { editor } = window.harness.desk('alice');
      editor.onFollowChange((now) => list.push(now));
      editor.follow(id);
      return list;
    }, id);
    await expect(alice.pane.locator('.cs-follow-label')).toHaveText('Following bob · Esc to stop');
    await expect(alice.pane.locator('.cs-follow')).toHaveCSS('box-shadow', /rgb\(47, 111, 180\)/);
    await bob.select(PARAGRAPHS.length - 5);
    await expect(alice.carets).toBeInViewport();
    await expect
      .poll(() =>
        page.evaluate(
          (id) => window.harness.listPeople(window.harness.desk('bob').awareness).find((p) => p.following === id)?.name,
          id,
        ),
      )
      .toBe('alice');
    await alice.press('Escape');
    await expect(alice.pane.locator('.cs-follow')).toBeHidden();
    expect(await changes.jsonValue()).toEqual([id, null]);
  });

  for (const [what, act] of [
    ['typing', (page) => page.keyboard.type('x')],
    ['moving the caret', (page) => page.keyboard.press('ArrowRight')],
    ['clicking', (page) => page.locator('#alice .cm-content').click({ position: { x: 100, y: 100 } })],
    [
      'scrolling',
      async (page) => {
        await page.locator('#alice .cm-content').hover({ position: { x: 100, y: 100 } });
        await page.mouse.wheel(0, 300);
      },
    ],
    ['their leaving', (page) => page.evaluate(() => window.harness.leave('bob'))],
  ] satisfies [string, (page: import('playwright/test').Page) => Promise<unknown>][]) {
    test(`${what} stops it`, async ({ room, page }) => {
      const alice = await room.join('alice', { content: PARAGRAPHS });
      const bob = await room.join('bob');
      await bob.select(5);
      await expect(alice.carets).toHaveCount(1);
      await alice.select(0);
      const following = () => page.evaluate(() => window.harness.desk('alice').editor.following);
      await page.evaluate((id) => window.harness.desk('alice').editor.follow(id), await bob.id());
      expect(await following()).toBe(await bob.id());
      await act(page);
      await expect.poll(following).toBe(null);
      await expect(alice.pane.locator('.cs-follow')).toBeHidden();
    });
  }
});

test("with a high-contrast theme people's carets and selections are still seen", async ({ room, page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  const alice = await room.join('alice', { content: 'some words to select' });
  const bob = await room.join('bob');
  await bob.select(0, 10);
  await expect(alice.carets).toHaveCount(1);
  const background = (selector: string) =>
    alice.pane
      .locator(selector)
      .first()
      .evaluate((element) => getComputedStyle(element).backgroundColor);
  expect(await background('.cs-caret')).toBe('rgb(47, 111, 180)');
  const paper = await background('.cm-scroller');
  expect(await background('.cs-selection')).not.toBe(paper);
});

test('carets stay at their letters when a font arrives or styles change', async ({ room, page }) => {
  const alice = await room.join('alice', { content: 'Some wide words to stand behind' });
  const bob = await room.join('bob');
  await bob.select(20);
  await alice.select(25);
  const apart = () =>
    page.evaluate(() => {
      const { view } = window.harness.desk('alice').editor;
      const off = (selector: string, position: number) =>
        Math.abs(
          (view.dom.querySelector(selector)?.getBoundingClientRect().left ?? -1e4) -
            (view.coordsAtPos(position)?.left ?? 0),
        );
      return Math.max(off('.cs-caret', 20), off('.cm-cursor-primary', 25));
    });
  const place = () => page.evaluate(() => window.harness.desk('alice').editor.view.coordsAtPos(25)?.left ?? 0);
  await expect.poll(apart).toBeLessThan(2);
  for (const style of [
    '#alice { --cs-font-prose: monospace }',
    '#alice { letter-spacing: 3px }',
    '#alice { --cs-size-prose: 12px }',
    '#alice { --cs-measure: 20rem }',
  ]) {
    const before = await place();
    await page.addStyleTag({ content: style });
    expect(Math.abs((await place()) - before), style).toBeGreaterThan(10);
    await expect.poll(apart, style).toBeLessThan(2);
  }
});

test('line numbers stand on the line of their text, in code and in prose', async ({ room, page }) => {
  const alice = await room.join('alice', { content: 'one\ntwo', lineNumbers: true });
  for (const language of ['Markdown', 'JavaScript']) {
    await page.evaluate((language) => window.harness.desk('alice').editor.configure({ language }), language);
    const baselines = await alice.pane.evaluate((pane) => {
      const baseline = (selector: string) => {
        const mark = document.createElement('span');
        mark.style.cssText = 'display: inline-block; width: 1px; height: 0';
        const place = [...pane.querySelectorAll(selector)].find((element) => element.textContent !== '9');
        place?.append(mark);
        const { bottom } = mark.getBoundingClientRect();
        mark.remove();
        return bottom;
      };
      return [baseline('.cm-line'), baseline('.cm-lineNumbers .cm-gutterElement:not([style*="visibility"])')];
    });
    expect(Math.abs((baselines[0] ?? 0) - (baselines[1] ?? 99)), `${language} ${baselines}`).toBeLessThan(1);
  }
});

test('code has line numbers and prose has none, unless asked', async ({ room, page }) => {
  const alice = await room.join('alice', { content: 'text' });
  const numbers = alice.pane.locator('.cm-lineNumbers');
  await expect(numbers).toHaveCount(0);
  await page.evaluate(() => window.harness.desk('alice').editor.configure({ language: 'Rust' }));
  await expect(numbers).toHaveCount(1);
  await page.evaluate(() => window.harness.desk('alice').editor.configure({ language: '' }));
  await expect(numbers).toHaveCount(0);
  await page.evaluate(() => window.harness.desk('alice').editor.configure({ lineNumbers: true }));
  await expect(numbers).toHaveCount(1);
});
