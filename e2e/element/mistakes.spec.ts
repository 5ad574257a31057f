import type { CoscribeEditorElement } from '../../web/element/index.ts';
import { content, detail, element, errors, expect, happened, message, test, textOf } from './element-page.ts';

test('a missing document', async ({ page, show }) => {
  await show('<coscribe-editor></coscribe-editor>', { wait: false });
  await expect(message(page)).toContainText('give the element a document attribute');
  expect(await errors(page)).toEqual(['error:no-document']);
});

test('wrong attributes', async ({ server, page, show, tag }) => {
  await show(tag('x', 'theme="pink" user-color="red" line-numbers="maybe" language="klingon"'));
  for (const wrong of ['theme is "pink"', 'user-color is "red"', 'line-numbers is "maybe"', 'language is "klingon"']) {
    await expect(message(page)).toContainText(wrong);
  }
  expect(await errors(page)).toEqual(Array(4).fill('error:invalid-attribute'));
  await content(page).click();
  await page.keyboard.type('works all the same');
  await expect.poll(() => server.text('x')).toBe('works all the same');
  await element(page).evaluate((editor) => {
    for (const name of ['theme', 'user-color', 'line-numbers', 'language']) editor.removeAttribute(name);
  });
  await expect(message(page)).toBeEmpty();
});

test('a doc beside a document', async ({ page, show, tag }) => {
  await show(
    `${tag('both')}<script type="module">
    import { Doc } from '/coscribe/coscribe-editor.js';
    const doc = new Doc();
    doc.getText('content').insert(0, 'mine');
    document.querySelector('coscribe-editor').doc = doc;
  </script>`,
  );
  await expect(message(page)).toContainText('a document attribute and a doc property');
  expect(await errors(page)).toEqual(['error:invalid-attribute']);
  expect(await textOf(page)).toBe('');
  await element(page).evaluate((editor) => editor.removeAttribute('document'));
  await expect(content(page)).toHaveText('mine');
  await expect(message(page)).toBeEmpty();
});

test('a map written beside the text', async ({ server, page, show, tag }) => {
  const warnings: string[] = [];
  page.on('console', (line) => {
    if (line.type() === 'warning') warnings.push(line.text());
  });
  await show(tag('beside'));
  await element(page).evaluate((editor) => {
    (editor as CoscribeEditorElement).doc?.getMap('meta').set('a', 1);
  });
  await content(page).click();
  await page.keyboard.type('goes on');
  await expect.poll(() => server.text('beside')).toBe('goes on');
  await expect(element(page).locator('[part=status]')).toContainText('Saved');
  expect(await errors(page)).toEqual(['error:not-plain-text']);
  expect(await detail(page, 'error')).toMatchObject({ message: expect.stringContaining('Taken out again: "meta"') });
  expect(warnings).toEqual([expect.stringContaining('Keep it in a Y.Doc of its own')]);
  await expect(message(page)).toBeEmpty();
});

test('a server that is no address', async ({ page, show }) => {
  await show('<coscribe-editor server="ftp://x" document="x"></coscribe-editor>', { wait: false });
  await expect(message(page)).toContainText('server is "ftp://x"');
  expect(await errors(page)).toEqual(['error:invalid-attribute']);
});

test('a document name that none can have', async ({ server, page, show }) => {
  await show(`<coscribe-editor server="${server.url}" document="a/../b"></coscribe-editor>`, { wait: false });
  await expect(message(page)).not.toBeEmpty();
  expect(await errors(page)).toEqual(['error:refused']);
  expect(await detail(page, 'closed')).toMatchObject({ code: 4404 });
});

test('a server that cannot be reached, until it can', async ({ server, page, show, tag }) => {
  await server.kill();
  await show(tag('later'), { wait: false });
  await content(page).click();
  await page.keyboard.type('meanwhile');
  // The address as it was understood: a forgotten https:// makes it a path of the page.
  await expect(message(page)).toContainText(`The server at ${server.url}/sync cannot be reached`);
  await expect(element(page).locator('[part=status]')).toContainText('Only on this device');
  expect(await errors(page)).toContain('error:unreachable');
  await server.startAgain();
  await expect(element(page).locator('[part=status]')).toContainText('Saved');
  await expect(message(page)).toBeEmpty();
  expect(await server.text('later')).toBe('meanwhile');
  // Each status was told once, however much else changed.
  const statuses = (await detail(page, 'statuses')) as string[];
  expect(statuses.filter((status, i) => status === statuses[i - 1])).toEqual([]);
});

test('a token function that fails, gives no string, or no token', async ({ page, show, tag }) => {
  await show(
    `${tag('token')}<script>
    document.querySelector('coscribe-editor').token = () => Promise.reject(new Error('boom'));
  </script>`,
    { wait: false },
  );
  await expect(message(page)).toHaveText('The page could not get an access token: boom.');
  // More attempts than it takes to call a server unreachable.
  const retries = async () => (await happened(page)).filter((event) => event === 'status').length;
  await expect.poll(retries).toBeGreaterThan(5);
  await expect(message(page)).toHaveText('The page could not get an access token: boom.');
  expect(await errors(page)).toEqual(['error:no-token']);
  // Nor is anything said to be saved before the server has spoken.
  expect(await happened(page)).not.toContain('saved');
  const giveToken = (token: unknown) =>
    element(page).evaluate((editor, token) => {
      (editor as CoscribeEditorElement).token = (() => token) as () => string;
    }, token);
  await giveToken({ token: 'x' });
  await expect(message(page)).toContainText('a value of type object, no string');
  await giveToken('two words');
  await expect(message(page)).toContainText('the character " "');
  await giveToken('');
  await expect(message(page)).toBeEmpty();
  expect(await errors(page)).toEqual(Array(3).fill('error:no-token'));
  await expect.poll(() => detail(page, 'saved')).toEqual({ saved: true, unsavedChanges: 0 });
});

test('a document of another copy of Yjs', async ({ page, show, host }) => {
  host.put('/other.js', await bundleYjs());
  await show(
    `<coscribe-editor></coscribe-editor><script type="module">
    import * as Y from '/other.js';
    const { createEditor } = await import('/coscribe/coscribe-editor.js');
    const doc = new Y.Doc();
    document.querySelector('coscribe-editor').doc = doc;
    try { createEditor(document.body, { doc }); } catch (error) { details.thrown = [error.code, error.message]; }
  </script>`,
    { wait: false },
  );
  await expect(message(page)).toContainText('another copy of Yjs');
  expect(await errors(page)).toContain('error:two-copies-of-yjs');
  expect(await detail(page, 'thrown')).toEqual(['two-copies-of-yjs', expect.stringContaining('npm ls yjs')]);
});

test('an awareness that is none', async ({ page, show }) => {
  await show(
    `<coscribe-editor></coscribe-editor><script type="module">
    import { createEditor, Doc } from '/coscribe/coscribe-editor.js';
    const doc = new Doc();
    Object.assign(document.querySelector('coscribe-editor'), { doc, awareness: 'x' });
    try { createEditor(document.body, { doc, awareness: {} }); } catch (error) { details.thrown = error.message; }
  </script>`,
    { wait: false },
  );
  await expect(message(page)).toHaveText('"awareness" must be an Awareness of y-protocols, or null.');
  expect(await errors(page)).toContain('error:invalid-attribute');
  expect(await detail(page, 'thrown')).toContain('must be an Awareness');
  await element(page).evaluate((editor) => {
    (editor as CoscribeEditorElement).awareness = null;
  });
  await expect(message(page)).toBeEmpty();
  await expect(content(page)).toBeVisible();
});

test('a field that holds no text', async ({ page, show }) => {
  await show(
    `<coscribe-editor field="tasks"></coscribe-editor><script type="module">
    import { Doc } from '/coscribe/coscribe-editor.js';
    const doc = new Doc();
    doc.getMap('tasks').set('a', 1);
    document.querySelector('coscribe-editor').doc = doc;
  </script>`,
    { wait: false },
  );
  await expect(message(page)).toContainText('"tasks"');
  expect(await errors(page)).toContain('error:wrong-field-type');
});

test('extensions that throw, and extensions of another copy of CodeMirror', async ({ page, show, tag }) => {
  await show(tag('ext'));
  await element(page).evaluate((editor) => {
    (editor as CoscribeEditorElement).extensions = { extension: { foreign: true } } as never;
  });
  await expect(message(page)).toContainText('Unrecognized extension value');
  expect(await errors(page)).toEqual(['error:internal']);
  await element(page).evaluate((editor) => {
    (editor as CoscribeEditorElement).extensions = [];
  });
  await expect(message(page)).toBeEmpty();
  await expect(content(page)).toBeVisible();
});

/** Yjs as a module of its own, as another script of the page would bring it. */
async function bundleYjs(): Promise<string> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    stdin: { contents: "export * from 'yjs'", resolveDir: import.meta.dirname },
    bundle: true,
    format: 'esm',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
