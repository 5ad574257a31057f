import type { Page } from 'playwright/test';
import type { CoscribeEditorElement, ElementEventMap } from '../web/element/index.ts';
import { HostSite } from './host-page.ts';
import { test as base, expect, type TestServer } from './world.ts';

/** What happened in the page, in order: `name` or `error:code`. */
declare global {
  interface Window {
    happened: string[];
    details: Record<string, unknown>;
  }
}

const EVENTS = [
  'ready',
  'change',
  'saved',
  'status',
  'people',
  'closed',
  'error',
] as const satisfies (keyof ElementEventMap)[];

/** Listens outside of everything, where only what bubbles and leaves shadow roots is heard. */
const LISTEN = `
  window.happened = [];
  window.details = {};
  for (const name of ${JSON.stringify(EVENTS)}) {
    addEventListener(name, ({ detail }) => {
      if (detail === undefined) return;
      happened.push(name === 'error' ? 'error:' + detail.code : name);
      if (name === 'status') details.statuses = [...(details.statuses ?? []), detail.status + ' ' + detail.retryAt];
      details[name] = name === 'ready' ? null : name === 'change' ? { text: detail.text } : name === 'error' ? { code: detail.code, message: detail.message } : detail;
    });
  }`;

const MODULE = '<script type="module" src="/coscribe/coscribe-editor.js"></script>';

interface Desk {
  host: HostSite;
  /** Opens a page with this body on the host's site and waits until an editor in it is connected. */
  show: (body: string, options?: { headers?: Record<string, string>; wait?: boolean }) => Promise<void>;
}

const test = base.extend<Desk>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern.
  host: async ({}, use) => {
    const host = await HostSite.open();
    await use(host);
    await host.close();
  },
  show: async ({ host, page }, use) => {
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'warning' && /yjs/i.test(message.text())) failures.push(message.text());
    });
    await use(async (body, { headers = {}, wait = true } = {}) => {
      host.put('/listen.js', LISTEN);
      const url = host.put('/page.html', `<!doctype html><script src="/listen.js"></script>${MODULE}${body}`, headers);
      await page.goto(url);
      if (wait) await expect.poll(() => happened(page)).toContain('status');
    });
    expect(failures, 'the host page threw').toEqual([]);
  },
});

const happened = (page: Page) => page.evaluate(() => window.happened);
const detail = (page: Page, name: string) => page.evaluate((name) => window.details[name], name);
const errors = async (page: Page) => (await happened(page)).filter((event) => event.startsWith('error:'));
const element = (page: Page, index = 0) => page.locator('coscribe-editor').nth(index);
const content = (page: Page, index = 0) => element(page, index).locator('.cm-content');
const message = (page: Page) => element(page).locator('[part=message]');
const textOf = (page: Page, index = 0) =>
  element(page, index).evaluate((editor) => (editor as CoscribeEditorElement).getText());

/** What the server counts. */
async function metric(server: TestServer, name: string): Promise<number> {
  const figures = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(figures)?.[1]);
}

test('one tag shows a shared document, and what is written in it is saved', async ({ server, page, show, arrive }) => {
  await show(`<coscribe-editor server="${server.url}" document="minutes" user-name="Ada"></coscribe-editor>`);
  await content(page).click();
  await page.keyboard.type('# Minutes');
  await expect(element(page).locator('[part=status]')).toContainText('Saved');
  expect(await server.text('minutes')).toBe('# Minutes');

  const bob = await arrive('Bob', 'minutes');
  await bob.sees('# Minutes');
  await expect(bob.face('Ada')).toBeVisible();
  await bob.type('\nby Bob');
  await expect.poll(() => textOf(page)).toBe('# Minutes\nby Bob');

  const events = await happened(page);
  expect(events[0]).toBe('ready');
  expect(new Set(events)).toEqual(new Set(['ready', 'people', 'status', 'saved', 'change']));
  expect(await detail(page, 'change')).toEqual({ text: '# Minutes\nby Bob' });
  expect(await detail(page, 'saved')).toEqual({ saved: true, unsavedChanges: 0 });
  expect(await detail(page, 'status')).toEqual({ status: 'connected', retryAt: null });
  const { people } = (await detail(page, 'people')) as { people: { name: string; clientId: number }[] };
  expect(people.map(({ name }) => name)).toEqual(['Ada', 'Bob']);
  // Markdown is coloured from the start, without another file.
  await expect(content(page).locator('.cm-line').first().locator('span').first()).toHaveCSS('font-weight', '700');
});

test('its methods do what their names say', async ({ server, page, show, arrive }) => {
  await show(`<button>elsewhere</button><coscribe-editor server="${server.url}" document="m"></coscribe-editor>`);
  await page.getByRole('button').focus();
  await element(page).evaluate((editor) => editor.focus());
  await expect(content(page)).toBeFocused();
  await page.keyboard.type('one');
  const call = (name: 'getText' | 'undo' | 'redo' | 'getSelection') =>
    element(page).evaluate((editor, name) => (editor as CoscribeEditorElement)[name](), name);
  expect(await call('undo')).toBe(true);
  expect(await call('getText')).toBe('');
  expect(await call('undo')).toBe(false);
  expect(await call('redo')).toBe(true);
  expect(await call('getText')).toBe('one');
  await page.keyboard.press('Control+a');
  expect(await call('getSelection')).toEqual({ from: 0, to: 3, text: 'one' });

  const bob = await arrive('Bob', 'm');
  await bob.type(`${'\n'.repeat(100)}here`);
  await expect.poll(() => textOf(page)).toContain('here');
  await expect(element(page).locator('.cs-caret-flag')).toHaveCount(0);
  const jumped = await element(page).evaluate((editor) => {
    const { people } = window.details['people'] as { people: { clientId: number; name: string }[] };
    const bob = people.find(({ name }) => name === 'Bob');
    return bob !== undefined && (editor as CoscribeEditorElement).jumpTo(bob);
  });
  expect(jumped).toBe(true);
  await expect(element(page).locator('.cs-caret-flag')).toHaveText('Bob');
  expect(await element(page).evaluate((editor) => (editor as CoscribeEditorElement).jumpTo(1))).toBe(false);
});

test('attributes and properties work while it runs', async ({ server, page, show, arrive }) => {
  await show(`<coscribe-editor server="${server.url}" document="a" user-name="Ada"></coscribe-editor>`);
  const bob = await arrive('Bob', 'a');
  const set = (properties: Record<string, string | boolean>) =>
    element(page).evaluate((editor, properties) => Object.assign(editor, properties) && undefined, properties);
  const inner = element(page).locator('.cm-editor');

  await expect(inner.locator('.cm-lineNumbers')).toBeVisible();
  await set({ lineNumbers: false, placeholder: 'Write here', theme: 'dark', label: 'Notes' });
  await expect(element(page)).toHaveAttribute('line-numbers', 'off');
  await expect(inner.locator('.cm-lineNumbers')).toHaveCount(0);
  await expect(inner.locator('.cm-placeholder')).toHaveText('Write here');
  await expect(inner).toHaveAttribute('data-theme', 'dark');
  await expect(content(page)).toHaveAttribute('aria-label', 'Notes');
  await set({ theme: 'light' });
  await expect(inner).toHaveAttribute('data-theme', 'light');

  await set({ userName: 'Countess', userColor: '#123456' });
  await expect(bob.face('Countess')).toBeVisible();
  await set({ readOnly: true });
  await content(page).click();
  await page.keyboard.type('no');
  await set({ readOnly: false });
  await content(page).click();
  await page.keyboard.type('let x = 1;');
  await bob.sees('let x = 1;');

  await set({ language: 'rust' });
  await expect(content(page).locator('.cm-line span').first()).toHaveText('let');
  await expect
    .poll(() => element(page).evaluate((editor) => (editor as CoscribeEditorElement).editor?.language))
    .toBe('Rust');

  // Another document in the same element.
  await set({ document: 'b' });
  await expect.poll(() => textOf(page)).toBe('');
  await expect.poll(async () => (await happened(page)).filter((event) => event === 'ready').length).toBe(2);
  await content(page).click();
  await page.keyboard.type('b');
  await expect.poll(() => server.text('b')).toBe('b');
  expect(await server.text('a')).toBe('let x = 1;');
  await set({ document: 'a' });
  await expect.poll(() => textOf(page)).toBe('let x = 1;');
  expect(await errors(page)).toEqual([]);
});

test('what is set before the element is known counts too', async ({ server, page, host }) => {
  host.put(
    '/early.js',
    `${LISTEN}
    const editor = document.createElement('coscribe-editor');
    Object.assign(editor, { server: '${server.url}', document: 'early', userName: 'Ada', lineNumbers: false });
    addEventListener('DOMContentLoaded', () => document.body.append(editor));`,
  );
  await page.goto(host.put('/early.html', `<!doctype html><body><script src="/early.js"></script>${MODULE}`));
  await expect(element(page)).toHaveAttribute('document', 'early');
  await expect.poll(() => happened(page)).toContain('status');
  await expect(element(page).locator('.cm-lineNumbers')).toHaveCount(0);
});

test('it is a form field', async ({ server, page, show }) => {
  await show(`
    <form id="form"><fieldset id="set"><label for="notes">Notes</label>
      <coscribe-editor id="notes" name="notes" required server="${server.url}" document="f"></coscribe-editor></fieldset>
      <input name="other" value="first"><button>Send</button></form>`);
  const sent = () =>
    page.evaluate(() => [...new FormData(document.querySelector('form') as HTMLFormElement).entries()]);
  const valid = () => page.evaluate(() => (document.querySelector('form') as HTMLFormElement).checkValidity());
  expect(await valid()).toBe(false);
  await page.getByText('Notes').click();
  await expect(content(page)).toBeFocused();
  await expect(page.getByRole('textbox', { name: 'Notes' })).toHaveAttribute('aria-required', 'true');
  await page.keyboard.type('hello');
  // At once: a form may be sent in the same moment as the last key.
  expect(
    await element(page).evaluate((editor) => {
      const { view } = (editor as CoscribeEditorElement).editor ?? {};
      view?.dispatch({ changes: { from: 0, insert: 'Oh ' } });
      return new FormData((editor as CoscribeEditorElement).form ?? undefined).get('notes');
    }),
  ).toBe('Oh hello');
  expect(await valid()).toBe(true);
  expect(await sent()).toEqual([
    ['notes', 'Oh hello'],
    ['other', 'first'],
  ]);

  // A reset takes the form back, but not what others may have written meanwhile.
  await page.locator('input').fill('changed');
  await page.evaluate(() => (document.querySelector('form') as HTMLFormElement).reset());
  expect(await sent()).toEqual([
    ['notes', 'Oh hello'],
    ['other', 'first'],
  ]);

  // Its own attribute counts by being there, as the browser's selectors and its form see it.
  const disabled = await element(page).evaluate((editor) => {
    editor.setAttribute('disabled', 'false');
    const seen = [(editor as CoscribeEditorElement).disabled, editor.matches(':disabled')];
    editor.removeAttribute('disabled');
    return [...seen, (editor as CoscribeEditorElement).disabled, editor.matches(':disabled')];
  });
  expect(disabled).toEqual([true, true, false, false]);
  await page.evaluate(() => document.querySelector('fieldset')?.setAttribute('disabled', ''));
  expect(await sent()).toEqual([['other', 'first']]);
  await expect(content(page)).toHaveAttribute('contenteditable', 'false');
  await expect(content(page)).toHaveAttribute('aria-disabled', 'true');
  await expect(content(page)).toHaveAttribute('tabindex', '-1');
  await page.evaluate(() => document.querySelector('fieldset')?.removeAttribute('disabled'));
  await expect(content(page)).toHaveAttribute('contenteditable', 'true');
  await expect(content(page)).toHaveAttribute('tabindex', '0');
  expect(await sent()).toEqual([
    ['notes', 'Oh hello'],
    ['other', 'first'],
  ]);
});

test('a form cannot be sent before the text has come', async ({ server, page, show }) => {
  await server.kill();
  await show(`<form><coscribe-editor name="notes" server="${server.url}" document="late"></coscribe-editor></form>`, {
    wait: false,
  });
  const form = () =>
    page.evaluate(() => {
      const form = document.querySelector('form') as HTMLFormElement;
      const { validationMessage } = form.elements[0] as unknown as CoscribeEditorElement;
      return [form.checkValidity(), validationMessage, new FormData(form).get('notes')];
    });
  await content(page).click();
  await page.keyboard.type('first ');
  expect(await form()).toEqual([false, 'The text is still loading.', null]);
  await server.startAgain();
  await expect(element(page).locator('[part=status]')).toContainText('Saved');
  expect(await form()).toEqual([true, '', 'first ']);

  // The copy on this device is the text, too.
  await server.kill();
  await page.reload();
  await expect.poll(form).toEqual([true, '', 'first ']);
});

test('custom properties and parts give it the look of the page', async ({ server, page, show }) => {
  await show(`
    <style>
      coscribe-editor { --cs-paper: rgb(1, 2, 3); --cs-size-prose: 30px; height: 300px; }
      coscribe-editor::part(status) { color: rgb(9, 8, 7); }
      coscribe-editor::part(editor) { border: 3px solid rgb(7, 7, 7); }
      coscribe-editor::part(message) { color: rgb(5, 5, 5); }
    </style>
    <coscribe-editor server="${server.url}" document="look"></coscribe-editor>`);
  await expect(element(page).locator('.cm-editor')).toHaveCSS('background-color', 'rgb(1, 2, 3)');
  await expect(content(page)).toHaveCSS('font-size', '30px');
  await expect(element(page).locator('[part=status]')).toHaveCSS('color', 'rgb(9, 8, 7)');
  await expect(element(page).locator('[part=editor]')).toHaveCSS('border-top-width', '3px');
  await expect(message(page)).toHaveCSS('color', 'rgb(5, 5, 5)');
  expect((await element(page).boundingBox())?.height).toBe(300);
  // A long text scrolls inside.
  await content(page).click();
  await page.keyboard.insertText('line\n'.repeat(100));
  expect((await element(page).boundingBox())?.height).toBe(300);
  expect(
    await element(page)
      .locator('.cm-scroller')
      .evaluate(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight),
  ).toBe(true);
});

test('in a page that is read from right to left the text is beside its numbers, too', async ({
  server,
  page,
  show,
}) => {
  await show(`<html dir="rtl"><coscribe-editor server="${server.url}" document="rtl"></coscribe-editor>`);
  await content(page).click();
  await page.keyboard.type('שלום\nplain');
  await page.keyboard.press('Control+f');
  await expect(element(page).locator('.cm-search')).toBeVisible();
  const places = await element(page).evaluate((editor) => {
    const text = document.createRange();
    text.selectNodeContents(editor.shadowRoot?.querySelector('.cm-line') as Element);
    const box = (name: string) => editor.shadowRoot?.querySelector(name)?.getBoundingClientRect() ?? new DOMRect();
    return {
      text: text.getBoundingClientRect(),
      numbers: box('.cm-gutters'),
      close: box('[name=close]'),
      find: box('.cm-search'),
    };
  });
  expect(places.numbers.left - places.text.right).toBeLessThan(40);
  expect(places.numbers.left - places.text.right).toBeGreaterThan(0);
  expect(places.close.left - places.find.left).toBeLessThan(20);
});

test('a hundred times in and out of the page leave nothing behind', async ({ server, page, show }) => {
  await show(`<main></main>`, { wait: false });
  const mountAndRemove = (times: number) =>
    page.evaluate(
      async ({ times, url }) => {
        for (let i = 0; i < times; i++) {
          const editor = document.createElement('coscribe-editor');
          editor.server = url;
          editor.document = `cycle-${i % 5}`;
          const connected = new Promise<void>((resolve) =>
            editor.addEventListener('status', ({ detail }) => detail.status === 'connected' && resolve()),
          );
          document.querySelector('main')?.append(editor);
          await connected;
          editor.remove();
          await Promise.resolve();
        }
      },
      { times, url: server.url },
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

test('several on a page share the connection of a document', async ({ server, page, show }) => {
  const tag = (name: string) => `<coscribe-editor server="${server.url}" document="${name}"></coscribe-editor>`;
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

test('an element that is moved in the page keeps its editor and its caret', async ({ server, page, show }) => {
  await show(`<main><coscribe-editor server="${server.url}" document="moved"></coscribe-editor></main><aside></aside>`);
  await content(page).click();
  await page.keyboard.type('abc');
  await element(page).evaluate((editor) => document.querySelector('aside')?.append(editor));
  await content(page).focus();
  await page.keyboard.type('def');
  expect(await textOf(page)).toBe('abcdef');
  expect((await happened(page)).filter((event) => event === 'ready')).toHaveLength(1);
});

test('what was written last is saved, though the element is gone', async ({ server, page, show }) => {
  await show(`<coscribe-editor server="${server.url}" document="last"></coscribe-editor>`);
  await element(page).evaluate((editor) => {
    (editor as CoscribeEditorElement).editor?.view.dispatch({ changes: { from: 0, insert: 'last words' } });
    editor.remove();
  });
  await expect.poll(() => server.text('last')).toBe('last words');
  await expect.poll(() => metric(server, 'coscribe_connections')).toBe(0);
});

test('it works inside a shadow root', async ({ server, page, show }) => {
  await show(`<div id="outer"></div><script type="module">
    const root = document.querySelector('#outer').attachShadow({ mode: 'open' });
    root.innerHTML = '<coscribe-editor server="${server.url}" document="shadow"></coscribe-editor>';
  </script>`);
  await content(page).click();
  await page.keyboard.type('in the shade');
  await page.keyboard.press('Control+a');
  expect(await element(page).evaluate((editor) => (editor as CoscribeEditorElement).getSelection().text)).toBe(
    'in the shade',
  );
  await expect.poll(() => server.text('shadow')).toBe('in the shade');
});

test('it works in a frame that may keep nothing, and says so where the server lets no such frame in', async ({
  server,
  page,
  host,
}) => {
  host.put(
    '/frame.html',
    `<!doctype html>${MODULE}<coscribe-editor server="${server.url}" document="frame"></coscribe-editor>`,
  );
  await page.goto(
    host.put(
      '/outer.html',
      '<!doctype html><iframe sandbox="allow-scripts" src="/frame.html" width="600" height="400"></iframe>',
    ),
  );
  const frame = page.frameLocator('iframe');
  await frame.locator('.cm-content').click();
  await page.keyboard.type('framed');
  await expect(frame.locator('[part=message]')).toContainText('"origins" does not let sandboxed frames in');
  await server.kill();
  // Such a frame is of no origin at all.
  await server.startAgain(['--origins', 'any']);
  await expect(frame.locator('[part=status]')).toContainText('Saved');
  await expect(frame.locator('[part=message]')).toBeEmpty();
  expect(await server.text('frame')).toBe('framed');
});

test('it works under a strict content security policy', async ({ server, page, host }) => {
  const policy = `default-src 'none'; script-src 'self'; style-src 'self'; connect-src ${server.url.replace('http', 'ws')}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'`;
  host.put(
    '/violations.js',
    `window.violations = [];
    addEventListener('securitypolicyviolation', ({ violatedDirective, sample, blockedURI }) => violations.push([violatedDirective, blockedURI, sample].join(' ')));`,
  );
  await page.goto(
    host.put(
      '/csp.html',
      `<!doctype html><script src="/violations.js"></script>${MODULE}
       <coscribe-editor server="${server.url}" document="csp" placeholder="Write"></coscribe-editor>`,
      { 'content-security-policy': policy },
    ),
  );
  await content(page).click();
  await page.keyboard.type('# Strict\n\n- list\n\n```js\nlet x = 1\n```');
  await page.keyboard.press('Control+f');
  await expect(element(page).locator('.cm-search')).toBeVisible();
  await expect(element(page).locator('[part=status]')).toContainText('Saved');
  await expect(element(page).locator('.cm-scroller')).toHaveCSS('display', 'flex');
  expect(await page.evaluate(() => (window as unknown as { violations: string[] }).violations)).toEqual([]);
});

test.describe('what is wrong is said', () => {
  test('a missing document', async ({ page, show }) => {
    await show('<coscribe-editor></coscribe-editor>', { wait: false });
    await expect(message(page)).toContainText('give the element a document attribute');
    expect(await errors(page)).toEqual(['error:no-document']);
  });

  test('wrong attributes', async ({ server, page, show }) => {
    await show(
      `<coscribe-editor server="${server.url}" document="x" theme="pink" user-color="red" line-numbers="maybe" language="klingon"></coscribe-editor>`,
    );
    for (const wrong of [
      'theme is "pink"',
      'user-color is "red"',
      'line-numbers is "maybe"',
      'language is "klingon"',
    ]) {
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

  test('a doc beside a document', async ({ server, page, show }) => {
    await show(
      `<coscribe-editor server="${server.url}" document="both"></coscribe-editor><script type="module">
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

  test('a server that cannot be reached, until it can', async ({ server, page, show }) => {
    await server.kill();
    await show(`<coscribe-editor server="${server.url}" document="later"></coscribe-editor>`, { wait: false });
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

  test('a token function that fails, gives no string, or no token', async ({ server, page, show }) => {
    await show(
      `<coscribe-editor server="${server.url}" document="token"></coscribe-editor><script>
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

  test('extensions that throw, and extensions of another copy of CodeMirror', async ({ server, page, show }) => {
    await show(`<coscribe-editor server="${server.url}" document="ext"></coscribe-editor>`);
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
