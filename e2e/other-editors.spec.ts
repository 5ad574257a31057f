import type { HostSite } from './host-page.ts';
import { openSite } from './other-editors/site.ts';
import { type Content, type OtherEditor, Writer } from './other-editors/writer.ts';
import { expect, test as inWorld } from './world.ts';

const ANY = ['--documents', 'any'];

const EDITORS: Readonly<Record<string, OtherEditor>> = {
  'y-prosemirror': { page: 'y-prosemirror', field: '.ProseMirror', bold: '"strong"', followsDocument: true },
  Tiptap: { page: 'tiptap', field: '.ProseMirror', bold: '"bold"', followsDocument: true },
  Quill: { page: 'quill', field: '.ql-editor', bold: '"bold":true', followsDocument: true },
  BlockNote: { page: 'blocknote', field: '.bn-editor', bold: '"bold":true', followsDocument: true },
  Lexical: {
    page: 'lexical',
    reader: 'lexical-reader',
    field: '[contenteditable]',
    bold: '"format":1',
    followsDocument: false,
  },
  'y-monaco': { page: 'monaco', field: '.inputarea, .native-edit-context', bold: null, followsDocument: true },
};

/** The editors' pages, bundled once a worker. */
const test = inWorld.extend<object, { site: HostSite }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern.
    async ({}, use) => {
      const site = await openSite([
        ...Object.values(EDITORS).flatMap(({ page, reader }) => (reader === undefined ? [page] : [page, reader])),
        'monaco-worker',
      ]);
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

/**
 * Waits until everybody has the same document, with all that was written in it. It holds what each of them wrote, since it is
 * the same operations as in their own copies; where an editor follows its document, it can be read there too.
 */
async function same(people: readonly Writer[], written: readonly string[]): Promise<Content> {
  let [first, ...others]: Content[] = [];
  await expect(async () => {
    [first, ...others] = await Promise.all(people.map((person) => person.content()));
    for (const other of others) expect(other).toEqual(first);
    const text = textOf(first?.shown);
    if (people[0]?.editor.followsDocument) expect(sorted(text), text).toBe(sorted(written.join('')));
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
    const come = (who: string, more: { isFirst?: boolean; page?: string | undefined } = {}) =>
      Writer.arrive(browser, { name: who, editor, site: site.url, port: server.port, documentName: 'plan', ...more });
    const comeToRead = (who: string) => come(who, { page: editor.reader });
    const alice = await come('Alice', { isFirst: true });
    const [bob, carol] = await Promise.all([come('Bob'), come('Carol')]);
    const people = [alice, bob, carol];
    const written: string[] = [];
    const write = async (person: Writer, text: string) => {
      written.push(...text.split(' '));
      await person.type(text);
    };
    const select = async (before: string, word: string) => {
      if (!editor.followsDocument) await Promise.all(people.map((person) => person.openAgain()));
      await Promise.all(people.map((person) => person.select(before, word)));
    };
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
    const reader = await comeToRead('Dora');
    const everybody = [...people, reader];
    const left = await same(everybody, written);
    await Promise.all(everybody.map((person) => person.leave()));
    for (const end of [() => server.kill(), () => server.stop()]) {
      await test.step('after a new start', async () => {
        await end();
        await server.startAgain(ANY);
        const later = await comeToRead('Emil');
        everybody.push(later);
        expect(await same([later], written)).toEqual(left);
        await later.leave();
      });
    }
    if (editor.followsDocument) expect(everybody.flatMap(({ errors }) => errors)).toEqual([]);
  });
}
