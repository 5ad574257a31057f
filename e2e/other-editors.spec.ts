import type { HostSite } from './host-page.ts';
import { openSite } from './other-editors/site.ts';
import { type Content, type OtherEditor, Writer } from './other-editors/writer.ts';
import { expect, test as inWorld } from './world.ts';

const ANY = ['--documents', 'any'];

const EDITORS: Readonly<Record<string, OtherEditor>> = {
  'y-prosemirror': { page: 'y-prosemirror', field: '.ProseMirror', bold: '"strong"', keepsLetters: true },
  Tiptap: { page: 'tiptap', field: '.ProseMirror', bold: '"bold"', keepsLetters: true },
  Quill: { page: 'quill', field: '.ql-editor', bold: '"bold":true', keepsLetters: true },
  BlockNote: { page: 'blocknote', field: '.bn-editor', bold: '"bold":true', keepsLetters: true },
  Lexical: { page: 'lexical', field: '[contenteditable]', bold: '"format":1', keepsLetters: false },
  'y-monaco': { page: 'monaco', field: '.inputarea, .native-edit-context', bold: null, keepsLetters: true },
};

/** The editors' pages, bundled once a worker. */
const test = inWorld.extend<object, { site: HostSite }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern.
    async ({}, use) => {
      const site = await openSite([...Object.values(EDITORS).map(({ page }) => page), 'monaco-worker']);
      await use(site);
      await site.close();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
});

test.use({ settings: ANY });

/** Every letter, no matter who came first, in the order of the alphabet. */
const sorted = (text: string) => [...text.replace(/\s/g, '')].sort().join('');

/** What an editor shows, without its formatting. */
function textOf(shown: unknown): string {
  if (typeof shown === 'string') return shown;
  if (Array.isArray(shown)) return shown.map(textOf).join('');
  if (shown === null || typeof shown !== 'object') return '';
  return Object.entries(shown)
    .map(([key, value]) => (typeof value === 'object' || key === 'text' || key === 'insert' ? textOf(value) : ''))
    .join('');
}

/** Waits until everybody has the same document, with all that was written in it. */
async function same(people: readonly Writer[], written: readonly string[]): Promise<Content> {
  let [first, ...others]: Content[] = [];
  await expect(async () => {
    [first, ...others] = await Promise.all(people.map((person) => person.content()));
    for (const other of others) expect(other).toEqual(first);
    const text = textOf(first?.shown);
    if (people[0]?.editor.keepsLetters) expect(sorted(text), text).toBe(sorted(written.join('')));
    const missing = written.filter((word) => sorted(word).length > 0 && !text.includes(word));
    if (!people[0]?.editor.keepsLetters) expect(missing, text).toEqual([]);
  }).toPass({ intervals: [50, 100, 250], timeout: 30_000 });
  if (first === undefined) throw new Error('nobody is there');
  return first;
}

for (const [name, editor] of Object.entries(EDITORS)) {
  test(`[SYN-6] people who format and write in ${name} have the same document, over cuts and kill -9`, async ({
    browser,
    site,
    server,
  }) => {
    const arrive = (who: string, isFirst = false) =>
      Writer.arrive(browser, { name: who, editor, site: site.url, port: server.port, documentName: 'plan', isFirst });
    const alice = await arrive('Alice', true);
    const [bob, carol] = await Promise.all([arrive('Bob'), arrive('Carol')]);
    const people = [alice, bob, carol];
    const written: string[] = [];
    const write = async (person: Writer, text: string) => {
      written.push(...text.split(' '));
      await person.type(text);
    };
    const select = (before: string, word: string) => Promise.all(people.map((person) => person.select(before, word)));
    /** Two make the word bold at the same moment, a third italic, and all write on behind it. */
    const formatAndWrite = (round: number) =>
      Promise.all(
        people.map(async (person) => {
          await person.press(person === carol ? 'Control+i' : 'Control+b');
          await person.collapse();
          await write(person, `${person.name}${round}`);
        }),
      );

    await alice.goToEnd();
    await write(alice, 'The quick brown fox');
    await alice.press('Enter');
    await write(alice, 'jumps over the lazy dog');
    await same(people, written);

    await test.step('at the same moment', async () => {
      await select('The quick ', 'brown');
      await formatAndWrite(1);
      const { shown } = await same(people, written);
      if (editor.bold !== null) expect(JSON.stringify(shown)).toContain(editor.bold);
    });

    await test.step('while nobody hears of the others', async () => {
      await select('The ', 'quick');
      for (const { cable } of people) cable.cut();
      await formatAndWrite(2);
      for (const { cable } of people) cable.mend();
      await same(people, written);
    });

    await test.step('while the server is killed', async () => {
      await select('', 'The');
      await Promise.all([formatAndWrite(3), server.kill()]);
      await Promise.all([...people.map((person) => write(person, ' 4')), server.startAgain(ANY)]);
      await same(people, written);
    });

    // Who comes new gets what the server has. It told nobody of anything before that was on its disk.
    const reader = await arrive('Dora');
    const everybody = [...people, reader];
    const left = await same(everybody, written);
    await Promise.all(everybody.map((person) => person.leave()));
    for (const end of [() => server.kill(), () => server.stop()]) {
      await test.step('after a new start', async () => {
        await end();
        await server.startAgain(ANY);
        const later = await arrive('Emil');
        everybody.push(later);
        expect(await same([later], written)).toEqual(left);
        await later.leave();
      });
    }
    expect(everybody.flatMap(({ errors }) => errors)).toEqual([]);
  });
}
