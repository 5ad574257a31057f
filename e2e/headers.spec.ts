import type { Page } from 'playwright/test';
import { expect, test } from './world.ts';

test.use({ serviceWorkers: 'allow' });

/** What the browser refuses of a page because of its policy, from its first moment on. */
async function watchPolicy(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const kept: string[] = [];
    Object.assign(globalThis, { refusedByPolicy: kept });
    document.addEventListener('securitypolicyviolation', (event) => {
      kept.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  return () => page.evaluate(() => (globalThis as unknown as { refusedByPolicy: string[] }).refusedByPolicy);
}

const policyOf = async (url: string) => (await fetch(url)).headers.get('content-security-policy') ?? '';

test('no page may run or style anything that did not come from the server, not even inline', async ({ server }) => {
  const [first, second] = [
    await policyOf(server.url + server.path('notes')),
    await policyOf(server.url + server.path('notes')),
  ];
  expect(first).not.toContain('unsafe');
  expect(first).toMatch(/^default-src 'self'; style-src 'self' 'nonce-[\w-]{22}'; /);
  expect(first).toContain("frame-ancestors 'self'");
  expect(first).not.toBe(second);
  expect(await policyOf(server.api('notes'))).toBe("default-src 'none'; frame-ancestors 'none'");
});

test('the document page needs no more than its policy allows, offline and with every panel open', async ({
  server,
  arrive,
  page,
}) => {
  const bob = await arrive('Bob', 'notes');
  const refused = await watchPolicy(page);
  await page.goto(server.url + server.path('notes'));
  const content = page.getByTestId('editor').locator('.cm-content');
  await content.click();
  await page.keyboard.type('# Heading\n\nsome `code`');
  await bob.content.click();
  await expect(page.getByTestId('editor').locator('.cs-caret')).toHaveCount(1);
  // The styles that CodeMirror brings are there.
  expect(await page.locator('.cm-scroller').evaluate((element) => getComputedStyle(element).display)).toBe('flex');
  const face = page.getByTestId('people').locator('[data-person="Bob"]');
  expect(await face.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe('rgb(47, 111, 159)');
  await page.getByTestId('share').click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByTestId('menu').click();
  await page.getByTestId('language').click();
  await page.getByRole('combobox').fill('python');
  await page.keyboard.press('Enter');
  await content.focus();
  await page.keyboard.press('Control+f');
  await expect(page.getByRole('search')).toBeVisible();
  await page.keyboard.press('Escape');
  expect(await refused()).toEqual([]);

  // The page that the service worker keeps still has a policy and a word that fit together.
  await page.evaluate(() => navigator.serviceWorker.ready);
  await server.kill();
  await page.reload();
  await expect(content).toContainText('Heading');
  expect(await page.locator('.cm-scroller').evaluate((element) => getComputedStyle(element).display)).toBe('flex');
  expect(await refused()).toEqual([]);
  await server.startAgain();
});

test('the start page and the page for what is not there stay within their policy', async ({ server, page }) => {
  const refused = await watchPolicy(page);
  await page.goto(server.url);
  await expect(page.locator('.demo-editor .cm-content')).toContainText('garden');
  expect(await refused()).toEqual([]);
  await page.goto(`${server.url}/nowhere`);
  await expect(page.getByText('There is nothing at this address.')).toBeVisible();
  expect(await refused()).toEqual([]);
});

test('a script that somehow got into a page does not run', async ({ server, page }) => {
  const refused = await watchPolicy(page);
  await page.goto(server.url);
  const thrown = await page.evaluate(() => {
    // As a program that forgot about it would: by a handler, a script element, markup.
    const ways: (() => unknown)[] = [
      () => document.body.insertAdjacentHTML('beforeend', '<img src="x:" onerror="globalThis.ran = true">'),
      () => {
        const script = document.createElement('script');
        script.textContent = 'globalThis.ran = true';
        document.body.append(script);
      },
      () => document.body.setAttribute('onclick', 'globalThis.ran = true'),
      () => {
        const script = document.createElement('script');
        script.append('globalThis.ran = true');
        document.body.append(script);
        document.body.click();
      },
      () => setTimeout('globalThis.ran = true', 0),
    ];
    return ways.flatMap((way) => {
      try {
        way();
        return [];
      } catch (error) {
        return String(error);
      }
    });
  });
  // Browsers that know trusted types refuse the assignment itself, all others what came of it.
  for (const error of thrown) expect(error).toMatch(/Trusted|unsafe-eval|Content Security Policy/);
  await expect.poll(async () => (await refused()).length).toBeGreaterThanOrEqual(3);
  expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false);
});
