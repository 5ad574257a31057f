import { expect, same, test } from './harness-page.ts';

test('two people type and see each other', async ({ room }) => {
  const alice = await room.join('alice');
  const bob = await room.join('bob');
  await alice.type('Hello ');
  await same(alice, bob);
  await bob.press('End');
  await bob.type('world');
  expect(await same(alice, bob)).toBe('Hello world');
  expect(await alice.errors()).toEqual([]);
});

test('[SYN-1] both write at the same place while apart and have the same text afterwards', async ({ room, page }) => {
  const alice = await room.join('alice', { content: 'start end' });
  const bob = await room.join('bob');
  await page.evaluate(() => window.harness.setOffline('bob', true));
  await alice.select(6);
  await alice.type('alice ');
  await bob.select(6);
  await bob.type('bob ');
  await page.evaluate(() => window.harness.setOffline('bob', false));
  const text = await same(alice, bob);
  expect(['start alice bob end', 'start bob alice end']).toContain(text);
});

test('[SYN-8] undo and redo by keys revert only own edits, across remote ones and a reconnect', async ({
  room,
  page,
}) => {
  const alice = await room.join('alice');
  const bob = await room.join('bob');
  await alice.type('alice ');
  await same(alice, bob);
  await page.evaluate(() => window.harness.setOffline('bob', true));
  await bob.press('Control+End');
  await bob.type('bob');
  await page.evaluate(() => window.harness.setOffline('bob', false));
  expect(await same(alice, bob)).toBe('alice bob');
  await alice.press('Control+z');
  expect(await same(alice, bob)).toBe('bob');
  await alice.press('Control+z');
  expect(await same(alice, bob)).toBe('bob');
  await alice.press('Control+Shift+Z');
  expect(await same(alice, bob)).toBe('alice bob');
  await alice.press('Control+z');
  await alice.press('Control+y');
  expect(await same(alice, bob)).toBe('alice bob');
  await bob.press('Control+z');
  expect(await same(alice, bob)).toBe('alice ');
});

test('right-to-left text, combining marks, tabs and surrogate pairs survive a round trip', async ({ room }) => {
  const alice = await room.join('alice', { language: 'Plain text' });
  const bob = await room.join('bob');
  const text = 'שלום, مرحبا e\u0301 ñ\t👩‍👩‍👧‍👦 🇩🇪 𝒳';
  await alice.content.focus();
  await alice.page.keyboard.insertText(text);
  expect(await same(alice, bob)).toBe(text);
  // Backspace takes a whole family and a whole flag, and the other side agrees.
  await bob.press('Control+End');
  await bob.press('Backspace');
  await bob.press('Backspace');
  await bob.press('Backspace');
  expect(await same(alice, bob)).toBe('שלום, مرحبا e\u0301 ñ\t👩‍👩‍👧‍👦 ');
  await expect(alice.pane.locator('.cm-line').first()).toHaveAttribute('dir', 'rtl');
});

test.describe('a document with CRLF', () => {
  test('is typed into at the ends of its lines without tearing a line break', async ({ room, page }) => {
    const alice = await room.join('alice', { content: 'one\r\ntwo\r\nthree', language: 'Plain text' });
    const bob = await room.join('bob', { language: 'Plain text' });
    await alice.select(0);
    await alice.press('End');
    await page.keyboard.type('!');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.type('>');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('new');
    expect(await same(alice, bob)).toBe('one!\r\n>two\r\nnew\r\nthree');
    await page.keyboard.press('Home');
    await page.keyboard.press('Backspace');
    expect(await same(alice, bob)).toBe('one!\r\n>twonew\r\nthree');
    await bob.select(1);
    await bob.press('End');
    await bob.press('Delete');
    expect(await same(alice, bob)).toBe('one!>twonew\r\nthree');
  });

  test('takes pasted text in its own style, and a document with LF in its own', async ({ room, page }) => {
    const alice = await room.join('alice', { content: 'one\r\ntwo' });
    const bob = await room.join('bob');
    await alice.select(0);
    await alice.paste('a\nb\r\nc\r');
    expect(await same(alice, bob)).toBe('a\r\nb\r\nc\r\none\r\ntwo');
    await page.reload();
    await page.waitForFunction(() => 'harness' in window);
    const carol = await room.join('carol', { content: 'one\ntwo' });
    await carol.select(0);
    await carol.paste('a\r\nb\r');
    expect(await same(carol)).toBe('a\nb\none\ntwo');
  });

  test('shows a lone carriage return as a sign and hides those of line breaks', async ({ room }) => {
    const alice = await room.join('alice', { content: 'one\r\nt\rwo' });
    await expect(alice.pane.locator('.cm-specialChar')).toHaveCount(1);
    await expect(alice.pane.locator('.cm-specialChar')).toHaveAttribute('title', /carriage return/i);
    await expect(alice.pane.locator('.cm-line').first()).toHaveText('one');
  });
});

test('an embed of another editor neither hangs the editor nor shifts the text', async ({ room, page }) => {
  const alice = await room.join('alice', { content: 'before after' });
  await page.evaluate(() => window.harness.desk('alice').text.insertEmbed(7, { image: 'x' }));
  await expect.poll(() => alice.shown()).toBe('before \ufffcafter');
  await alice.press('Control+End');
  await alice.type('!');
  expect(await alice.held()).toBe('before after!');
  await expect(alice.pane.locator('.cm-specialChar')).toHaveCount(1);
});

test('filters and read-only settings of a host hold back the person, not the others', async ({ room, page }) => {
  const alice = await room.join('alice', { content: 'text', readOnly: true });
  const bob = await room.join('bob');
  await bob.press('Control+End');
  await bob.type(' of bob');
  expect(await same(alice, bob)).toBe('text of bob');
  await alice.content.focus();
  await page.keyboard.type('alice');
  await alice.paste('alice');
  expect(await same(alice, bob)).toBe('text of bob');
  await page.evaluate(() => window.harness.desk('alice').editor.configure({ readOnly: false }));
  await alice.press('Control+Home');
  await alice.type('the ');
  expect(await same(alice, bob)).toBe('the text of bob');
});

test('an editor is bound to another text, with its own history', async ({ room, page }) => {
  const alice = await room.join('alice', { content: 'first text' });
  await alice.press('Control+End');
  await alice.type('!');
  await page.evaluate(() => {
    const { doc, editor } = window.harness.desk('alice');
    doc.getText('second').insert(0, 'another');
    editor.bindText(doc.getText('second'));
  });
  await expect.poll(() => alice.shown()).toBe('another');
  await alice.press('Control+z');
  await alice.press('Control+End');
  await alice.type('?');
  expect(await alice.shown()).toBe('another?');
  expect(await page.evaluate(() => window.harness.desk('alice').doc.getText('second').toString())).toBe('another?');
  expect(await alice.held()).toBe('first text!');
  await page.evaluate(() => window.harness.desk('alice').text.insert(0, 'unseen '));
  await alice.press('Control+z');
  await expect.poll(() => alice.shown()).toBe('another');
});

test('extensions that throw are reported and do not break the editing', async ({ room, page }) => {
  const alice = await room.join('alice');
  const bob = await room.join('bob');
  await page.evaluate(() => {
    const { editor } = window.harness.desk('alice');
    editor.onFollowChange(() => {
      throw new Error('angry listener');
    });
    editor.follow(window.harness.desk('bob').awareness.clientID);
  });
  expect(await alice.errors()).toEqual(['Error: angry listener']);
  await alice.type('still here');
  expect(await same(alice, bob)).toBe('still here');
});

test('pasting 1 MB arrives in frames of bounded size and is one step to undo', async ({ room, page }) => {
  const alice = await room.join('alice');
  const bob = await room.join('bob');
  await alice.type('x');
  const megabyte = 'A line of text that is pasted. 😀\n'.repeat(30_000);
  const begun = Date.now();
  await alice.content.focus();
  await alice.paste(megabyte);
  expect((await same(alice, bob)) === `x${megabyte}`).toBe(true);
  await page.keyboard.type('after');
  expect((await same(alice, bob)) === `x${megabyte}after`).toBe(true);
  process.stdout.write(`1 MB pasted, typed after and seen by the other in ${Date.now() - begun} ms\n`);
  const sizes = await page.evaluate(() => window.harness.desk('alice').sent);
  expect(Math.max(...sizes)).toBeLessThan(3 * 64 * 1024);
  // What was typed behind it is one step or, on a slow machine, several; the paste itself goes at once.
  let left = await same(alice, bob);
  for (let steps = 0; left.length >= megabyte.length && steps < 6; steps++) {
    await alice.press('Control+z');
    left = await same(alice, bob);
  }
  expect(left.length).toBeLessThan(2);
});

test('a document of 100,000 lines is typed into at both ends and in the middle', async ({ room, page }) => {
  const content = Array.from({ length: 100_000 }, (_, i) => `line ${i + 1} of a long document`).join('\n');
  const alice = await room.join('alice', { content });
  const bob = await room.join('bob');
  await bob.select(content.length);
  const begun = Date.now();
  await alice.select(0);
  await page.keyboard.type('top ');
  await page.keyboard.press('Control+End');
  await page.keyboard.type(' bottom');
  await alice.select(2_000_000);
  await page.keyboard.type('middle');
  const text = await same(alice, bob);
  process.stdout.write(`17 keys in 100,000 lines, seen by the other, in ${Date.now() - begun} ms\n`);
  expect(text.startsWith('top line 1 ')).toBe(true);
  expect(text.endsWith(' bottom')).toBe(true);
  expect(text.slice(2_000_000, 2_000_006)).toBe('middle');
});
