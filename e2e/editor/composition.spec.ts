import type { Page } from 'playwright/test';
import { expect, same, test } from './harness-page.ts';

/** An input method, as Chromium's own protocol lets a test be one. */
async function inputMethod(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  return {
    compose: (text: string) =>
      devtools.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length }),
    commit: (text: string) => devtools.send('Input.insertText', { text }),
  };
}

/** What somebody else writes: pieces of text, each before or behind a word that is there. */
async function write(page: Page, ...edits: { before?: string; behind?: string; insert?: string; cut?: string }[]) {
  await page.evaluate((edits) => {
    const { text, doc } = window.harness.desk('bob');
    for (const { before, behind, insert, cut } of edits) {
      doc.transact(() => {
        const word = before ?? behind ?? cut ?? '';
        const at = text.toString().indexOf(word) + (behind === undefined ? 0 : word.length);
        if (cut !== undefined) text.delete(at, cut.length);
        if (insert !== undefined) text.insert(at, insert);
      });
    }
  }, edits);
}

const KEYBOARDS = {
  'a computer': undefined,
  'a phone':
    'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
};

for (const [device, userAgent] of Object.entries(KEYBOARDS)) {
  test.describe(`a word left underlined on ${device}`, () => {
    test.use(userAgent === undefined ? {} : { userAgent });

    test('[SYN-10] hides nothing that others write in its paragraph, before and after it', async ({ room, page }) => {
      const alice = await room.join('alice', { content: 'first\nThe cat sat on the mat.\nlast' });
      const bob = await room.join('bob');
      const { compose, commit } = await inputMethod(page);
      await alice.select('first\nThe cat '.length);
      await compose('h');
      await compose('happ');
      await expect.poll(() => alice.shown()).toBe('first\nThe cat happsat on the mat.\nlast');
      await write(page, { behind: 'The ', insert: 'big ' }, { behind: 'on the ', insert: 'red ' });
      await expect.poll(() => alice.shown()).toBe('first\nThe big cat happsat on the red mat.\nlast');
      await write(page, { behind: 'mat.', insert: '\nA new paragraph.' }, { cut: 'first\n' });
      await expect.poll(() => alice.shown()).toBe('The big cat happsat on the red mat.\nA new paragraph.\nlast');
      // The word is still the input method's, and only the word.
      await compose('happil');
      await expect.poll(() => alice.shown()).toBe('The big cat happilsat on the red mat.\nA new paragraph.\nlast');
      await commit('happily ');
      expect(await same(alice, bob)).toBe('The big cat happily sat on the red mat.\nA new paragraph.\nlast');
      await page.keyboard.type('!');
      expect(await same(alice, bob)).toBe('The big cat happily !sat on the red mat.\nA new paragraph.\nlast');
      expect(await alice.errors()).toEqual([]);
    });

    test('[SYN-10] at the end of a paragraph hides no new paragraph behind it', async ({ room, page }) => {
      const alice = await room.join('alice', { content: 'One **bold** ' });
      const bob = await room.join('bob');
      const { compose, commit } = await inputMethod(page);
      await alice.select('One **bold** '.length);
      await compose('w');
      await compose('wor');
      await expect.poll(() => alice.shown()).toBe('One **bold** wor');
      await write(page, { behind: 'wor', insert: '\n\nanother' }, { before: 'One', insert: 'zero\n' });
      await expect.poll(() => alice.shown()).toBe('zero\nOne **bold** wor\n\nanother');
      await compose('word');
      await commit('word');
      expect(await same(alice, bob)).toBe('zero\nOne **bold** word\n\nanother');
      expect(await alice.errors()).toEqual([]);
    });

    test('[SYN-10] is itself left alone until it is done', async ({ room, page }) => {
      const alice = await room.join('alice', { content: 'start  end' });
      const bob = await room.join('bob');
      const { compose, commit } = await inputMethod(page);
      await alice.select('start '.length);
      await compose('h');
      await compose('hello');
      await expect.poll(() => alice.held()).toBe('start hello end');
      await write(page, { behind: 'hel', insert: '---' }, { behind: 'end', insert: '!' });
      await expect.poll(() => alice.shown()).toBe('start hello end!');
      expect(await alice.held()).toBe('start hel---lo end!');
      await commit('hello');
      const text = await same(alice, bob);
      expect(text).toContain('---');
      expect(text).toMatch(/^start .* end!$/);
      expect(await alice.errors()).toEqual([]);
    });
  });
}

test('[SYN-10] two compose in one paragraph at once', async ({ room, page }) => {
  const alice = await room.join('alice', { content: 'left middle right', language: 'Plain text' });
  const bob = await room.join('bob', { language: 'Plain text' });
  const { compose, commit } = await inputMethod(page);
  await alice.select('left'.length);
  await compose('に');
  await compose('にほ');
  // What a composing person sends are replacements of the whole word.
  for (const [cut, insert] of [
    ['middle', 'k'],
    ['k', 'か'],
    ['か', 'かん'],
  ] as const) {
    await write(page, { cut, insert });
  }
  await expect.poll(() => alice.shown()).toBe('leftにほ かん right');
  await compose('にほん');
  await commit('日本');
  expect(await same(alice, bob)).toBe('left日本 かん right');
});

test('[SYN-10] a word that is composed without a space before it is left alone, and the text around it is not', async ({
  room,
  page,
}) => {
  const alice = await room.join('alice', { content: 'first\nsecond\nthird', language: 'Plain text' });
  const bob = await room.join('bob', { language: 'Plain text' });
  const { compose, commit } = await inputMethod(page);
  await alice.select(12);
  await compose('に');
  await compose('にほ');
  await expect.poll(() => alice.shown()).toBe('first\nsecondにほ\nthird');
  await write(
    page,
    { before: 'second', insert: 'the ' },
    { before: 'first', insert: 'very ' },
    { behind: 'third', insert: '!' },
  );
  await expect.poll(() => alice.shown()).toBe('very first\nthe secondにほ\nthird!');
  await compose('にほん');
  await expect.poll(() => alice.shown()).toBe('very first\nthe secondにほん\nthird!');
  await commit('日本');
  expect(await same(alice, bob)).toBe('very first\nthe second日本\nthird!');
  await page.keyboard.type('.');
  expect(await same(alice, bob)).toBe('very first\nthe second日本.\nthird!');
  expect(await alice.errors()).toEqual([]);
});
