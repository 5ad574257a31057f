import { expect, test } from './world.ts';

test.use({ serviceWorkers: 'allow' });

test('after an upgrade with open tabs a missing part says so, and a reload loses nothing', async ({
  arrive,
  visitor,
}) => {
  const alice = await visitor('Alice', { serviceWorkers: 'block' });
  // The server has other files now: those of this page that it has not fetched are gone, and so is its own script.
  let isUpdated = false;
  await alice.page.route('**/assets/*', (route) => {
    const isPart = /share-dialog/.test(route.request().url());
    const isLook = route.request().method() === 'HEAD';
    return isPart || (isLook && isUpdated) ? route.fulfill({ status: 404, body: '' }) : route.fallback();
  });
  await alice.open('plan');
  await alice.type('written before');
  isUpdated = true;
  await alice.page.getByTestId('share').click();
  await expect(alice.page.getByTestId('toast')).toContainText('Coscribe was updated. Reload this page');
  const notice = alice.page.getByTestId('outdated');
  await expect(notice).toContainText('Coscribe was updated.');
  isUpdated = false;
  await notice.getByRole('button', { name: 'Reload' }).click();
  await alice.sees('written before');
  const bob = await arrive('Bob', 'plan');
  await bob.sees('written before');
});

test('a page whose parts do not all come says so, and a reload shows the document', async ({ visitor }) => {
  const alice = await visitor('Alice', { serviceWorkers: 'block' });
  await alice.open('plan');
  await alice.type('written before');
  await alice.saved();
  await alice.page.route(/show-document/, (route) => route.abort());
  await alice.page.reload();
  const note = alice.page.getByRole('alert').filter({ hasText: 'did not load completely' });
  await expect(note).toBeVisible();
  await alice.page.unroute(/show-document/);
  await note.getByRole('button', { name: 'Reload' }).click();
  await alice.sees('written before');
});

test('a picture that is pasted is said to be none, and a text file dropped beside the text becomes a document', async ({
  arrive,
}) => {
  const alice = await arrive('Alice', 'plan');
  await alice.type('text');
  await alice.content.evaluate((content) => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([Uint8Array.from([137, 80, 78, 71])], 'cat.png', { type: 'image/png' }));
    content.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  await expect(alice.page.getByTestId('toast')).toContainText('“cat.png” is not a text.');

  const opening = alice.context.waitForEvent('page');
  const isCaught = await alice.page.locator('.bar').evaluate((bar) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['# Grüße\n'], 'letter.md', { type: 'text/markdown' }));
    return !bar.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  });
  expect(isCaught).toBe(true);
  const opened = await opening;
  await expect(opened.getByTestId('title')).toHaveText('letter.md');
  await expect(opened.getByTestId('editor').locator('.cm-line').first()).toHaveText('# Grüße');
  await alice.sees('text');
});

test('the site can be put on a home screen, has icons, and tells previews nothing of a document', async ({
  arrive,
  server,
}) => {
  const alice = await arrive('Alice', 'secret-plan');
  await alice.title.click();
  await alice.page.keyboard.type('Secret title');
  await alice.page.keyboard.press('Enter');
  await alice.saved();
  const html = await (
    await fetch(server.url + server.path('secret-plan'), { headers: { accept: 'text/html' } })
  ).text();
  expect(html).toContain('property="og:title" content="A document on Coscribe"');
  expect(html).not.toMatch(/Secret|secret/);

  const href = await alice.page.locator('link[rel=manifest]').getAttribute('href');
  const address = new URL(href ?? '', server.url);
  const answer = await fetch(address);
  expect(answer.headers.get('content-type')).toContain('application/manifest+json');
  const manifest = (await answer.json()) as { icons: { src: string }[] };
  for (const { src } of [...manifest.icons, { src: '/favicon.ico' }, { src: '/apple-touch-icon.png' }]) {
    const icon = await fetch(new URL(src, address));
    expect([icon.status, icon.headers.get('content-type')?.split('/')[0]]).toEqual([200, 'image']);
  }
});

test('phones begin sentences with capitals in prose, and leave code alone', async ({ arrive }) => {
  const alice = await arrive('Alice', 'plan');
  await expect(alice.content).toHaveAttribute('autocapitalize', 'sentences');
  await expect(alice.content).toHaveAttribute('autocorrect', 'on');
  await alice.page.getByTestId('menu').click();
  await alice.page.getByTestId('language').click();
  await alice.page.getByRole('combobox').fill('Rust');
  await alice.page.keyboard.press('Enter');
  await expect(alice.content).toHaveAttribute('autocapitalize', 'off');
  await expect(alice.content).toHaveAttribute('autocorrect', 'off');
});

test('where the browser keeps nothing, an offline page says that edits are only in this tab', async ({ visitor }) => {
  const alice = await visitor('Alice');
  await alice.page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('not here', 'SecurityError');
    };
  });
  await alice.open('plan');
  await alice.goOffline();
  await alice.type('abc');
  await expect(alice.status).toContainText('only in this tab');
  await expect(alice.status).not.toContainText('on this device');
});

test('a browser that is too old is told so in a sentence, on every page', async ({ visitor, server }) => {
  const alice = await visitor('Alice');
  // The last of what the pages need that Safari learned, in 17.5.
  await alice.page.addInitScript(() => {
    const { supports } = CSS;
    CSS.supports = (...args: string[]) =>
      !args.join().includes('light-dark') && Reflect.apply(supports, CSS, args as [string]);
  });
  for (const path of ['/', server.path('plan'), '/nothing-here']) {
    await alice.page.goto(alice.cable.url + path);
    await expect(alice.page.getByRole('alert')).toContainText('needs Chrome or Edge 123, Firefox 125, Safari 17.5');
    await expect(alice.page.locator('body > *')).toHaveCount(1);
  }
});

test('on a first visit fonts come when the text can be typed in, and from then on with the page', async ({
  visitor,
}) => {
  const alice = await visitor('Alice');
  await alice.page.addInitScript(() => {
    const seen = Object.assign(window, { editorAt: Number.POSITIVE_INFINITY, fontsLater: false });
    const observer = new MutationObserver(() => {
      if (document.querySelector('.cm-content') === null) return;
      seen.editorAt = performance.now();
      observer.disconnect();
    });
    observer.observe(document, { childList: true, subtree: true });
    document.addEventListener('DOMContentLoaded', () => {
      seen.fontsLater = document.documentElement.dataset['fonts'] === 'later';
    });
  });
  const whatCame = () =>
    alice.page.evaluate(() => {
      const { editorAt, fontsLater } = window as unknown as { editorAt: number; fontsLater: boolean };
      const fonts = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.woff2'));
      const early = fonts.filter(({ startTime }) => startTime < editorAt).length;
      return { fontsLater, some: fonts.length > 0, early, noted: localStorage.getItem('coscribe.fonts') !== null };
    });
  await alice.open('plan');
  await alice.type('written first');
  await expect.poll(whatCame).toEqual({ fontsLater: true, some: true, early: 0, noted: true });
  await expect(alice.page.getByTestId('editor')).toHaveCSS('font-family', /^"?Literata Variable/);
  await alice.page.reload();
  await alice.sees('written first');
  expect((await whatCame()).fontsLater).toBe(false);
});

test('no line of a text moves when its fonts come', async ({ visitor, server }) => {
  const alice = await visitor('Alice', { serviceWorkers: 'block' });
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await alice.page.route('**/*.woff2', (route) => released.then(() => route.continue()));
  const paragraph = 'The quick brown fox jumps over the lazy dog. '.repeat(3);
  const prose = Array.from({ length: 12 }, (_, i) => `Paragraph ${i}. ${paragraph}`).join('\n\n');
  await fetch(server.api('plan'), {
    method: 'PUT',
    headers: { 'content-type': 'text/plain' },
    body: `# Minutes of the meeting\n\n${prose}`,
  });
  await alice.open('plan');
  await expect(alice.content).toContainText('Paragraph 5.');
  const places = () =>
    alice.page.evaluate(() =>
      [...document.querySelectorAll('.cm-line')].map((line) => {
        const { top, height } = line.getBoundingClientRect();
        return `${Math.round(top)} ${Math.round(height)}`;
      }),
    );
  // They have been asked for and are not here.
  await expect(alice.page.getByTestId('editor')).toHaveCSS('font-family', /^"?Literata Variable/);
  expect(await alice.page.evaluate(() => document.fonts.status)).toBe('loading');
  const before = await places();
  release();
  await expect.poll(() => alice.page.evaluate(() => document.fonts.status)).toBe('loaded');
  expect(before.length).toBeGreaterThan(10);
  expect(await places()).toEqual(before);
});
