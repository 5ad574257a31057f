import type { Page } from 'playwright/test';
import { expect, type Person, test } from './harness-page.ts';

const prose = Array.from(
  { length: 600 },
  (_, i) => `Paragraph ${i}. ${'The quick brown fox jumps over the lazy dog. '.repeat(1 + (i % 5))}`,
).join('\n');

/** The line at the top of the reader's view and where it stands, in every frame while something goes on. */
async function watchLine(page: Page, name: string) {
  await page.evaluate((name) => {
    const { view } = window.harness.desk(name).editor;
    const top = view.scrollDOM.getBoundingClientRect().top;
    const lines = [...view.contentDOM.querySelectorAll('.cm-line')];
    const read = lines.find((line) => line.getBoundingClientRect().top > top + 20)?.textContent ?? '';
    const seen: number[] = [];
    const look = () => {
      const line = [...view.contentDOM.querySelectorAll('.cm-line')].find(({ textContent }) => textContent === read);
      seen.push(line === undefined ? Number.NaN : line.getBoundingClientRect().top);
      requestAnimationFrame(look);
    };
    look();
    Object.assign(window, { seen });
  }, name);
  return async () => {
    const seen = await page.evaluate(() => (window as unknown as { seen: number[] }).seen);
    return { frames: seen.length, moved: Math.max(...seen) - Math.min(...seen) };
  };
}

/** Waits until the lines in view are the same, at the same place, in two frames that follow each other. */
async function standsStill(page: Page, name: string): Promise<void> {
  await page.evaluate(async (name) => {
    const { contentDOM } = window.harness.desk(name).editor.view;
    const places = () =>
      [...contentDOM.querySelectorAll('.cm-line')].map((line) => line.getBoundingClientRect().top).join();
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    for (let before = ''; before !== places(); await frame()) {
      before = places();
      await frame();
    }
  }, name);
}

/** Scrolls far down. */
async function scrollDown({ pane }: Person): Promise<void> {
  await expect(async () => {
    await pane.locator('.cm-scroller').evaluate((scroller) => scroller.scrollTo({ top: 5_000 }));
    const first = pane.locator('.cm-line').filter({ hasText: /^Paragraph 0\./ });
    await expect(first).not.toBeInViewport({ timeout: 200 });
  }).toPass();
}

for (const language of ['Markdown', 'TypeScript']) {
  test.describe(`the line being read in ${language}`, () => {
    test('[SYN-10] stays where it is while others write above it', async ({ room, page }) => {
      const alice = await room.join('alice', { content: prose, language });
      const bob = await room.join('bob', { language });
      await scrollDown(alice);
      await standsStill(page, 'alice');
      const result = await watchLine(page, 'alice');
      await bob.select(40);
      for (let i = 0; i < 12; i++) await page.keyboard.press('Enter');
      for (const word of 'Some words of a new paragraph near the top, '.repeat(3).split(' ')) {
        await page.keyboard.insertText(`${word} `);
      }
      for (let i = 0; i < 12; i++) await page.keyboard.press('Backspace');
      await expect.poll(() => alice.shown()).toBe(await bob.held());
      // A busy machine paints fewer frames than there were keys: then Bob writes on.
      while ((await result()).frames <= 20) await page.keyboard.press('Enter');
      await expect.poll(() => alice.shown()).toBe(await bob.held());
      const { frames, moved } = await result();
      expect(frames).toBeGreaterThan(20);
      expect(moved).toBeLessThan(1);
    });

    test('[SYN-10] stays where it is while a stock client writes text and caret together, in bursts', async ({
      room,
      page,
    }) => {
      const alice = await room.join('alice', { content: prose, language });
      const bob = await room.join('bob', { language });
      await scrollDown(alice);
      await standsStill(page, 'alice');
      const result = await watchLine(page, 'alice');
      await page.evaluate(async () => {
        const { Y, desk } = window.harness;
        const { text, doc, awareness } = desk('bob');
        for (let i = 0; i < 60; i++) {
          doc.transact(() => text.insert(20 + i, i % 3 === 0 ? '\n' : 'x'));
          const anchor = Y.createRelativePositionFromTypeIndex(text, 21 + i);
          awareness.setLocalStateField('cursor', { anchor, head: anchor });
          await new Promise((resolve) => setTimeout(resolve, i % 4 === 0 ? 20 : 3));
        }
      });
      await expect.poll(() => alice.shown()).toBe(await bob.held());
      expect((await result()).moved).toBeLessThan(1);
    });
  });
}

test('[SYN-10] the end of the text stays in view for those who are there', async ({ room, page }) => {
  const alice = await room.join('alice', { content: prose });
  await room.join('bob');
  await alice.press('Control+End');
  await expect(alice.pane.locator('.cm-line').filter({ hasText: /^Paragraph 599\./ })).toBeInViewport();
  await standsStill(page, 'alice');
  const result = await watchLine(page, 'alice');
  await page.evaluate(() => window.harness.desk('bob').text.insert(20, 'a\nb\nc\n'));
  await expect.poll(async () => (await alice.shown()).includes('a\nb\nc')).toBe(true);
  expect((await result()).moved).toBeLessThan(1);
});
