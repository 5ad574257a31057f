import { SignJWT } from 'jose';
import type { Page } from 'playwright/test';
import type { CoscribeEditorElement } from '../../web/element/index.ts';
import { HostSite } from '../host-page.ts';
import { expect, test } from '../world.ts';

const SECRET = 'known to the backend and the server only';

const SETTINGS = ['--access', 'private', '--jwt-secret', SECRET];

test.use({ settings: SETTINGS });

function tokenFor(sub: string): Promise<string> {
  return new SignJWT({ sub, name: sub, rights: [{ document: 'plan', role: 'editor' }] })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('10m')
    .sign(new TextEncoder().encode(SECRET));
}

/** A page with the tag, whose token function gives what `give` says. */
async function hostPage(page: Page, server: { url: string }, attributes = ''): Promise<HostSite> {
  const host = await HostSite.open();
  await page.goto(
    host.put(
      '/',
      `<!doctype html><script type="module" src="${server.url}/coscribe-editor.js"></script>
       <coscribe-editor server="${server.url}" document="plan" ${attributes}></coscribe-editor>`,
    ),
  );
  await page.waitForFunction(() => customElements.get('coscribe-editor') !== undefined);
  return host;
}

const element = (page: Page) => page.locator('coscribe-editor');
const content = (page: Page) => element(page).locator('.cm-content');
const status = (page: Page) => element(page).locator('[part=status]');

function give(page: Page, token: string): Promise<void> {
  return element(page).evaluate((editor: CoscribeEditorElement, given) => {
    editor.token = async () => given;
  }, token);
}

const textOf = (page: Page) => element(page).evaluate((editor: CoscribeEditorElement) => editor.getText());
const databases = (page: Page) =>
  page.evaluate(async () =>
    (await indexedDB.databases()).map(({ name = '' }) => name).filter((name) => name.startsWith('coscribe:')),
  );

test('[DEV-2] with the token of somebody else the tag neither shows nor sends what the person before wrote offline', async ({
  server,
  page,
}) => {
  const [alice, bob] = [await tokenFor('alice'), await tokenFor('bob')];
  const host = await hostPage(page, server);
  await give(page, alice);
  await expect(content(page)).toHaveAttribute('contenteditable', 'true');
  await content(page).click();
  await page.keyboard.type('together. ');
  await expect(status(page)).toContainText('Saved');
  await server.kill();
  await content(page).press('Control+End');
  await page.keyboard.type('of alice alone');
  await expect(status(page)).toContainText('on this device');

  // The same page, the next person, while there is no server yet: only the token tells.
  await give(page, bob);
  await expect.poll(() => textOf(page)).toBe('');
  await server.startAgain(SETTINGS);
  await expect.poll(() => textOf(page)).toBe('together. ');
  await expect(status(page)).toContainText('Saved');
  expect(
    await (
      await fetch(`${server.url}/api/documents/plan/text`, { headers: { authorization: `Bearer ${bob}` } })
    ).text(),
  ).toBe('together. ');

  await give(page, alice);
  await expect.poll(() => textOf(page)).toBe('together. of alice alone');
  await expect(status(page)).toContainText('Saved');
  await host.close();
});

test('[DEV-4] offline="off" keeps nothing on the device, and clearOfflineCopies() deletes what there is', async ({
  server,
  page,
}) => {
  const host = await hostPage(page, server, 'offline="off"');
  await give(page, await tokenFor('alice'));
  await expect(content(page)).toHaveAttribute('contenteditable', 'true');
  await content(page).click();
  await page.keyboard.type('nowhere else');
  await expect(status(page)).toContainText('Saved');
  expect(await databases(page)).toEqual([]);

  await element(page).evaluate((editor: CoscribeEditorElement) => {
    editor.offline = null;
  });
  await expect.poll(() => databases(page)).toHaveLength(1);
  expect((await databases(page))[0]).toMatch(/\/plan#alice$/);
  const clear = (person: string) =>
    page.evaluate(
      async ([url, whose]) => {
        const { clearOfflineCopies } = (await import(url)) as typeof import('../../web/element/index.ts');
        await clearOfflineCopies({ person: whose });
      },
      [`${server.url}/coscribe-editor.js`, person] as const,
    );
  await clear('bob');
  expect(await databases(page)).toHaveLength(1);
  await clear('alice');
  expect(await databases(page)).toEqual([]);
  await expect.poll(() => textOf(page)).toBe('nowhere else');
  await host.close();
});
