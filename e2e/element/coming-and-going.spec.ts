import type { CoscribeEditorElement } from '../../web/element/index.ts';
import { content, element, expect, happened, metric, test, textOf } from './element-page.ts';

test('a hundred times in and out of the page leave nothing behind', async ({ server, page, show }) => {
  await show(`<main></main>`, { wait: false });
  const mountAndRemove = (times: number) =>
    page.evaluate(
      async ({ times, url, name }) => {
        for (let i = 0; i < times; i++) {
          const editor = document.createElement('coscribe-editor');
          editor.server = url;
          editor.document = `${name}-${i % 5}`;
          const connected = new Promise<void>((resolve) =>
            editor.addEventListener('status', ({ detail }) => detail.status === 'connected' && resolve()),
          );
          document.querySelector('main')?.append(editor);
          await connected;
          editor.remove();
          await Promise.resolve();
        }
      },
      { times, url: server.url, name: server.name('cycle') },
    );
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('HeapProfiler.enable');
  const usage = async () => {
    await expect.poll(() => metric(server, 'coscribe_connections')).toBe(0);
    for (let i = 0; i < 3; i++) await cdp.send('HeapProfiler.collectGarbage');
    const { jsEventListeners, nodes, documents } = await cdp.send('Memory.getDOMCounters');
    const { usedSize } = await cdp.send('Runtime.getHeapUsage');
    return { jsEventListeners, nodes, documents, usedSize };
  };
  // What is made once (grammars, style sheets) is made by now.
  await mountAndRemove(20);
  const before = await usage();
  await mountAndRemove(100);
  const after = await usage();
  expect(after.documents).toBe(before.documents);
  expect(after.jsEventListeners - before.jsEventListeners).toBeLessThan(20);
  expect(after.nodes - before.nodes).toBeLessThan(100);
  // Five kilobytes a time are code that the engine has compiled meanwhile; an editor that stays would be a hundred.
  expect(after.usedSize - before.usedSize).toBeLessThan(500_000);
});

test('several on a page share the connection of a document', async ({ server, page, show, tag }) => {
  await show(tag('one') + tag('one') + tag('two'));
  await expect.poll(() => metric(server, 'coscribe_connections')).toBe(2);
  await content(page, 0).click();
  await page.keyboard.type('seen');
  await expect(content(page, 1)).toHaveText('seen');
  await element(page, 0).evaluate((editor) => editor.remove());
  await content(page, 0).click();
  await page.keyboard.type('still ');
  await expect.poll(() => server.text('one')).toMatch(/^(still seen|seenstill )$/);
  await expect.poll(() => metric(server, 'coscribe_connections')).toBe(2);
  await element(page, 0).evaluate((editor) => editor.remove());
  await expect.poll(() => metric(server, 'coscribe_connections')).toBe(1);
});

test('an element that is moved in the page keeps its editor and its caret', async ({ page, show, tag }) => {
  await show(`<main>${tag('moved')}</main><aside></aside>`);
  await content(page).click();
  await page.keyboard.type('abc');
  await element(page).evaluate((editor) => document.querySelector('aside')?.append(editor));
  await content(page).focus();
  await page.keyboard.type('def');
  expect(await textOf(page)).toBe('abcdef');
  expect((await happened(page)).filter((event) => event === 'ready')).toHaveLength(1);
});

test('what was written last is saved, though the element is gone', async ({ server, page, show, tag }) => {
  await show(tag('last'));
  await element(page).evaluate((editor) => {
    (editor as CoscribeEditorElement).editor?.view.dispatch({ changes: { from: 0, insert: 'last words' } });
    editor.remove();
  });
  await expect.poll(() => server.text('last')).toBe('last words');
  await expect.poll(() => metric(server, 'coscribe_connections')).toBe(0);
});
