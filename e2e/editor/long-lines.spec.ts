import { expect, same, test } from './harness-page.ts';

const pastes: Record<string, string> = {
  'a paragraph of spaces': ' '.repeat(40_000),
  'links that never end': '[a](b '.repeat(20_000),
  'a megabyte of words': 'word '.repeat(200_000),
  'lists in lists on one line': '- '.repeat(2_500),
  'quotes in quotes': '>'.repeat(50_000),
  'numbered lists in lists': '1. '.repeat(8_000),
  'lists in lists, a line each': Array.from({ length: 700 }, (_, i) => `${'  '.repeat(i)}- x`).join('\n'),
  'stars and underlines': '*_'.repeat(20_000),
  brackets: '['.repeat(50_000),
  'code marks': '`a'.repeat(20_000),
  'spaces within the bound': ' '.repeat(4_990),
  'links within the bound': '[a](b '.repeat(830),
  'links on many lines': `${'[a](b '.repeat(100)}\n`.repeat(20),
  'less-than signs': '<a '.repeat(20_000),
};

for (const [what, pasted] of Object.entries(pastes)) {
  test(`${what} can be typed into, and nothing is thrown`, async ({ room, page }) => {
    const alice = await room.join('alice', { content: `# Before\n\n${pasted}\n\n**behind**\n` });
    const bob = await room.join('bob');
    await alice.select('# Before\n\n'.length);
    // The fastest of several: others use this machine as well.
    const fastest = await page.evaluate(async () => {
      const { view } = window.harness.desk('alice').editor;
      let fastest = Number.POSITIVE_INFINITY;
      for (let i = 0; i < 6; i++) {
        const began = performance.now();
        view.dispatch(view.state.replaceSelection('x'));
        view.lineBlockAtHeight(0);
        fastest = Math.min(fastest, performance.now() - began);
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
      }
      return fastest;
    });
    expect(fastest).toBeLessThan(100);
    expect((await same(alice, bob)).length).toBe(pasted.length + '# Before\n\n\n\n**behind**\n'.length + 6);
    // What is around it has its grammar.
    await alice.select((await alice.shown()).length);
    await expect(alice.pane.locator('.cm-line', { hasText: '**behind**' }).locator('span').first()).toBeVisible();
    expect([...(await alice.errors()), ...(await bob.errors())]).toEqual([]);
  });
}

for (const [language, pasted] of [
  ['JavaScript', '('.repeat(50_000)],
  ['JSON', '['.repeat(50_000)],
  ['HTML', '<p>'.repeat(20_000)],
] as const) {
  test(`nesting beyond measure in ${language} throws nothing`, async ({ room, page }) => {
    const alice = await room.join('alice', { content: `${pasted}\n`, language });
    await alice.select(pasted.length);
    await page.keyboard.insertText('x');
    expect(await same(alice)).toBe(`${pasted}x\n`);
    expect(await alice.errors()).toEqual([]);
  });
}
