import type { CoscribeEditorElement } from '../../web/element/index.ts';
import { content, element, expect, MODULE, test } from './element-page.ts';

test('it works inside a shadow root', async ({ server, page, show, tag }) => {
  await show(`<div id="outer"></div><script type="module">
    const root = document.querySelector('#outer').attachShadow({ mode: 'open' });
    root.innerHTML = '${tag('shadow')}';
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
  tag,
}) => {
  host.put('/frame.html', `<!doctype html>${MODULE}${tag('frame')}`);
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

test('it works under a strict content security policy', async ({ server, page, host, tag }) => {
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
       ${tag('csp', 'placeholder="Write"')}`,
      { 'content-security-policy': policy },
    ),
  );
  await content(page).click();
  await page.keyboard.type('# Strict\n\n- list\n\n```js\nlet x = 1\n```');
  await page.keyboard.press('Control+f');
  await expect(element(page).locator('.cs-search')).toBeVisible();
  await expect(element(page).locator('[part=status]')).toContainText('Saved');
  await expect(element(page).locator('.cm-scroller')).toHaveCSS('display', 'flex');
  expect(await page.evaluate(() => (window as unknown as { violations: string[] }).violations)).toEqual([]);
});
