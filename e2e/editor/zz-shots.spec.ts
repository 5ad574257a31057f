import { test } from './harness-page.ts';

const prose = `# The Harbour at Dusk

The boats come in **one by one**, and the *gulls* settle on the masts. Somebody has left a lamp burning in the window of the chandler's shop; it throws a warm stripe over the stones, and everything that moves crosses it once.

## What we still need

- [ ] rope, two coils, [from the store](https://example.org)
- [x] oil for the lamps
- bread and \`salt\`

> A quiet writing desk, not a dashboard.

\`\`\`js
// counts the boats
export function boats(harbour) {
  const list = harbour.filter((b) => b.kind === 'boat' && b.length > 12);
  return list.length + 1;
}
\`\`\`

שלום עולם, this line begins in Hebrew.

The end, and a last paragraph that is long enough to wrap around at the measure so that one can see how the lines are set.
`;
const code = `import { createServer } from 'node:http';

/** Says hello. */
export class Greeter<T extends object> {
  #count = 0x1f;
  greet(name: string): string | null {
    if (name === '') return null; // nobody
    this.#count += 1;
    return \`Hello \${name}, you are number \${this.#count}\`.replace(/o+/g, "0");
  }
}
`;
for (const theme of ['light', 'dark'] as const) {
  for (const [kind, content, language] of [
    ['prose', prose, 'Markdown'],
    ['code', code, 'TypeScript'],
  ] as const) {
    for (const width of [1280, 390]) {
      test(`${theme} ${kind} ${width}`, async ({ room, page }) => {
        await page.setViewportSize({ width, height: 800 });
        const alice = await room.seat('alice', { theme, language, content });
        await room.seat('bob', { theme, language });
        await room.seat('carol', { theme, language });
        await page.evaluate(async () => {
          for (const name of ['bob', 'carol', 'alice']) {
            const { editor } = window.harness.desk(name);
            editor.focus();
            if (name === 'bob') editor.view.dispatch({ selection: { anchor: 120, head: 260 }, userEvent: 'select' });
            if (name === 'carol') editor.view.dispatch({ selection: { anchor: 3 }, userEvent: 'select' });
            if (name === 'alice') editor.view.dispatch({ selection: { anchor: 40, head: 70 }, userEvent: 'select' });
            await new Promise((r) => setTimeout(r, 150));
          }
          for (const id of ['bob', 'carol']) {
            const e = document.getElementById(id);
            if (e) e.style.display = 'none';
          }
        });
        await alice.carets.first().waitFor({ state: 'attached' });
        await page.waitForTimeout(700);
        await page.screenshot({ path: `/tmp/ed/${theme}-${kind}-${width}.png` });
        if (kind === 'prose') {
          await page.evaluate(() =>
            window.harness.desk('alice').editor.follow(window.harness.desk('bob').awareness.clientID),
          );
          await page.keyboard.press('Control+f');
          await page.keyboard.type('boat');
          await page.waitForTimeout(400);
          await page.screenshot({ path: `/tmp/ed/${theme}-search-${width}.png` });
        }
      });
    }
  }
}
