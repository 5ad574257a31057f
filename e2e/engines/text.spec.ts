import { inflateSync } from 'node:zlib';
import { HostSite } from '../host-page.ts';
import { ENGINES, type Point } from './engine.ts';
import { expect, test } from './engines-world.ts';
import { part } from './visitor.ts';

/** How many sheets a document of the browser's printer has. */
function sheets(pdf: Uint8Array): number {
  const raw = Buffer.from(pdf);
  const text = raw.toString('latin1');
  // Firefox packs the objects of a page.
  const packed = [...text.matchAll(/stream\r?\n/g)].map(({ index, 0: mark }) =>
    unpacked(raw.subarray(index + mark.length)),
  );
  return [text, ...packed].join('\n').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}

function unpacked(stream: Buffer): string {
  try {
    return inflateSync(stream).toString('latin1');
  } catch {
    // Fonts and pictures are packed in other ways.
    return '';
  }
}

for (const engine of ENGINES) {
  test(`${engine}: pieces are cut, copied and pasted, rich text as plain text, and files are not lost`, async ({
    server,
    arriveIn,
  }) => {
    const alice = await arriveIn(engine, 'Alice', 'notes');
    await alice.type('one two ');
    await alice.tab.press('Control+a');
    await alice.tab.press('Control+c');
    await alice.tab.press('Control+End');
    await alice.tab.press('Control+v');
    await alice.sees('one two one two ');
    await alice.tab.press('Control+a');
    await alice.tab.press('Control+x');
    await alice.sees('');
    await alice.tab.press('Control+v');
    await alice.sees('one two one two ');

    // Rich text from somebody else's page, by the clipboard of this browser.
    const site = await HostSite.open();
    try {
      const elsewhere = await alice.browser.openTab();
      await elsewhere.open(site.put('/rich.html', '<!doctype html><p>Some <b>bold</b> words</p>'));
      await elsewhere.press('Control+a');
      await elsewhere.press('Control+c');
      await alice.focus();
      await alice.tab.press('Control+a');
      await alice.tab.press('Control+v');
      await expect.poll(async () => (await alice.shown()).trim()).toBe('Some bold words');
      await elsewhere.close();
    } finally {
      await site.close();
    }

    // A picture that is dropped: said to be none, and the text is left alone.
    await alice.tab.run(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([Uint8Array.from([137, 80, 78, 71])], 'cat.png', { type: 'image/png' }));
      const drop = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
      document.querySelector('.cm-content')?.dispatchEvent(drop);
    });
    await alice.reads(part('toast'), '“cat.png” is not a text.');
    await alice.saved();
    expect((await server.text('notes')).trim()).toBe('Some bold words');
  });

  test(`[SYN-1] ${engine}: right-to-left text, marks, pairs and line ends arrive as they were typed`, async ({
    server,
    arriveIn,
  }) => {
    await fetch(server.api('notes'), {
      method: 'PUT',
      headers: { 'content-type': 'text/plain' },
      body: 'one\r\ntwo\r\n',
    });
    const [alice, bob] = [await arriveIn(engine, 'Alice', 'notes'), await arriveIn(engine, 'Bob', 'notes')];
    await alice.type('שלום');
    await alice.tab.press('Enter');
    await alice.tab.type('e\u0301 é ñ 😀');
    await alice.tab.press('Enter');
    await alice.tab.type('x😀y');
    await bob.sees('one\ntwo\nשלום\ne\u0301 é ñ 😀\nx😀y');
    // A pair is one letter for the keys, too.
    await alice.tab.press('ArrowLeft');
    await alice.tab.press('Backspace');
    await bob.sees('one\ntwo\nשלום\ne\u0301 é ñ 😀\nxy');
    await bob.focus();
    await bob.tab.press('Control+Home');
    await bob.tab.press('End');
    await bob.tab.type('!');
    await alice.sees('one!\ntwo\nשלום\ne\u0301 é ñ 😀\nxy');
    await Promise.all([alice.saved(), bob.saved()]);
    expect(await server.text('notes')).toBe('one!\r\ntwo\r\nשלום\r\ne\u0301 é ñ 😀\r\nxy');
  });

  test(`${engine}: a selected piece is dragged to another place`, async ({ server, arriveIn }) => {
    const alice = await arriveIn(engine, 'Alice', 'notes');
    await alice.type('one two three ');
    for (let i = 0; i < 'two three '.length; i++) await alice.tab.press('ArrowLeft');
    for (let i = 0; i < 'two '.length; i++) await alice.tab.press('Shift+ArrowRight');
    const places = await alice.tab.run(() => {
      const piece = getSelection()?.getRangeAt(0).getBoundingClientRect();
      const line = document.createRange();
      line.selectNodeContents(document.querySelector('.cm-line') ?? document.body);
      const end = line.getBoundingClientRect();
      if (piece === undefined) throw new Error('nothing is selected');
      return {
        from: { x: piece.x + piece.width / 2, y: piece.y + piece.height / 2 },
        to: { x: end.right + 2, y: end.y + end.height / 2 },
      };
    });
    // Firefox and WebKit begin no drag for a pointer that a program moves: they get the events of one.
    if (engine === 'chromium') await alice.tab.drag(places.from, places.to);
    else await alice.tab.run(dragByEvents, places.from, places.to);
    await alice.sees('one three two ');
    await alice.saved();
    expect(await server.text('notes')).toBe('one three two ');
  });

  test(`${engine}: everything is reached by keyboard alone`, async ({ arriveIn }) => {
    const alice = await arriveIn(engine, 'Alice', 'notes');
    await alice.type('text');
    await alice.tab.run((selector) => document.querySelector<HTMLElement>(selector)?.focus(), part('menu'));
    await alice.tab.press('Enter');
    await alice.waitFor('[role=menuitem]');
    await alice.tab.press('ArrowDown');
    await alice.tab.press('Escape');
    await alice.waitUntilGone('[role=menuitem]');
    expect(await alice.tab.run(() => (document.activeElement as HTMLElement | null)?.dataset['testid'])).toBe('menu');
    await alice.sees('text');
    // Last, because Firefox goes on to its own bar.
    await alice.focus();
    // A second click within half a second selects the word, and then the first Escape is for the selection.
    await alice.tab.press('End');
    await alice.tab.press('Escape');
    const reached = new Set<string>();
    for (let i = 0; i < 25; i++) {
      await alice.tab.press('Shift+Tab');
      reached.add(await alice.tab.run(() => (document.activeElement as HTMLElement | null)?.dataset['testid'] ?? ''));
    }
    for (const testId of ['title', 'share', 'menu']) expect([...reached]).toContain(testId);
  });

  test(`${engine}: paper has the whole text`, async ({ server, visit }) => {
    const body = Array.from({ length: 400 }, (_, i) => `Line ${i} of what is to be printed`).join('\n');
    await fetch(server.api('print'), { method: 'PUT', headers: { 'content-type': 'text/plain' }, body });
    const alice = await visit(engine, 'Alice');
    await alice.open('print');
    const pdf = await alice.tab.print();
    // WebKit's driver cannot print; its print button asks the page for the same sheet of styles.
    if (pdf === null) expect(engine).toBe('webkit');
    else expect(sheets(pdf)).toBeGreaterThan(6);
    await alice.reads('.cm-content', 'Line 0 of what is to be printed');
  });
}

// Chromium's own protocol has an input method: e2e/editor/composition.spec.ts.
for (const engine of ['firefox', 'webkit'] as const) {
  test(`[SYN-10] ${engine}: a word that is being composed stays, and others' edits are shown meanwhile`, async ({
    server,
    arriveIn,
  }) => {
    const [alice, bob] = [await arriveIn(engine, 'Alice', 'notes'), await arriveIn(engine, 'Bob', 'notes')];
    await alice.type('The cat sat.');
    await bob.sees('The cat sat.');
    for (let i = 0; i < ' sat.'.length; i++) await alice.tab.press('ArrowLeft');
    // No engine lets a program be its input method: this does to the page what one does, mutation and events alike.
    for (const word of [' q', ' qu', ' quì']) await alice.tab.run(compose, word);
    await bob.type(' Bob was here.');
    await alice.sees('The cat quì sat. Bob was here.');
    await alice.tab.run(compose, ' quite');
    await alice.tab.run(endComposition, ' quite');
    await bob.sees('The cat quite sat. Bob was here.');
    await alice.sees('The cat quite sat. Bob was here.');
    await alice.saved();
    expect(await server.text('notes')).toBe('The cat quite sat. Bob was here.');
  });
}

/** What a browser tells the page when a selected piece is dragged. Runs in the page. */
function dragByEvents(from: Point, to: Point): void {
  const dataTransfer = new DataTransfer();
  for (const [type, { x, y }] of [
    ['dragstart', from],
    ['dragover', to],
    ['drop', to],
    ['dragend', to],
  ] as const) {
    const target = document.elementFromPoint(x, y) ?? document.body;
    const place = { clientX: x, clientY: y, bubbles: true, cancelable: true };
    target.dispatchEvent(new DragEvent(type, { ...place, dataTransfer }));
  }
}

/** What an input method does to the page with each of its steps. Runs in the page. */
function compose(word: string): void {
  const content = document.querySelector<HTMLElement>('.cm-content');
  const selection = getSelection();
  const node = selection?.focusNode;
  if (content === null || selection === null || !(node instanceof Text)) throw new Error('there is no caret in a text');
  const state = content as HTMLElement & { composed?: string };
  if (state.composed === undefined) content.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));
  const before = state.composed ?? '';
  const at = selection.focusOffset - before.length;
  content.dispatchEvent(new CompositionEvent('compositionupdate', { bubbles: true, data: word }));
  node.replaceData(at, before.length, word);
  selection.collapse(node, at + word.length);
  content.dispatchEvent(
    new InputEvent('input', { bubbles: true, data: word, inputType: 'insertCompositionText', isComposing: true }),
  );
  state.composed = word;
}

/** And with its last. Runs in the page. */
function endComposition(word: string): void {
  const content = document.querySelector<HTMLElement & { composed?: string }>('.cm-content');
  if (content === null) throw new Error('there is no text');
  delete content.composed;
  content.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true, data: word }));
}
