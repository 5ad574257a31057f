import { SignJWT } from 'jose';
import type { CoscribeEditorElement, ElementEventMap } from '../../web/element/index.ts';
import { HostSite } from '../host-page.ts';
import { expect, test } from '../world.ts';

const SECRET = 'known to the backend and the server only';

function tokenFor(role: string): Promise<string> {
  return new SignJWT({ sub: 'u-1', name: 'Ada Lovelace', rights: [{ document: 'plan', role }] })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('10m')
    .sign(new TextEncoder().encode(SECRET));
}

test.describe('where access is private', () => {
  test.use({ settings: ['--access', 'private', '--jwt-secret', SECRET] });

  test('who comes with no token, or a wrong one, is told so in the page, and goes on with a good one', async ({
    server,
    page,
  }) => {
    const host = await HostSite.open();
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(String(error)));
    await page.goto(
      host.put(
        '/',
        `<!doctype html><script type="module" src="${server.url}/coscribe-editor.js"></script>
         <coscribe-editor server="${server.url}" document="plan"></coscribe-editor>`,
      ),
    );
    const element = page.locator('coscribe-editor');
    const content = element.locator('.cm-content');
    const message = element.locator('[part=message]');
    const nextError = () =>
      element.evaluate(
        (editor: CoscribeEditorElement) =>
          new Promise<string>((resolve) => {
            editor.addEventListener('error', ({ detail }: ElementEventMap['error']) => resolve(detail.code), {
              once: true,
            });
          }),
      );
    const setToken = (token: string) =>
      element.evaluate((editor: CoscribeEditorElement, given) => {
        editor.token = async () => given;
      }, token);

    await expect(message).not.toBeEmpty();
    await expect(content).toHaveAttribute('contenteditable', 'false');
    expect(await element.evaluate((editor: CoscribeEditorElement) => editor.validity.valid)).toBe(true);

    const refused = nextError();
    await setToken('not.a.token');
    expect(await refused).toBe('refused');
    await expect(message).not.toBeEmpty();

    await setToken(await tokenFor('viewer'));
    await expect(message).toBeEmpty();
    await expect(element.locator('[part=status]')).toContainText('View only');
    await expect(content).toHaveAttribute('contenteditable', 'false');

    await setToken(await tokenFor('editor'));
    await expect(content).toHaveAttribute('contenteditable', 'true');
    await content.click();
    await page.keyboard.type('with a token');
    await expect(element.locator('[part=status]')).toContainText('Saved');
    // Who this is says the token, not the page.
    await expect
      .poll(() =>
        element.evaluate((editor: CoscribeEditorElement) =>
          [...(editor.awareness?.getStates().values() ?? [])].map(({ user }) => user?.name),
        ),
      )
      .toEqual(['Ada Lovelace']);
    expect(failures).toEqual([]);
    await host.close();
  });
});

test.describe('where guests write too', () => {
  test.use({ settings: ['--jwt-secret', SECRET] });

  test('[SEC-15] a guest with the name of somebody with a token is told apart, in the tag and on the site', async ({
    server,
    page,
    arrive,
  }) => {
    const host = await HostSite.open();
    const guest = await arrive('Ada Lovelace', 'plan');
    await guest.type('by a guest');
    await page.goto(
      host.put(
        '/',
        `<!doctype html><script type="module" src="${server.url}/coscribe-editor.js"></script>
         <coscribe-editor server="${server.url}" document="plan"></coscribe-editor>`,
      ),
    );
    const element = page.locator('coscribe-editor');
    // Where nobody is known, nobody is marked.
    await expect(element.locator('.cs-caret-flag')).toHaveText('Ada Lovelace');
    await element.evaluate(
      (editor: CoscribeEditorElement, token) => {
        editor.token = async () => token;
      },
      await tokenFor('editor'),
    );
    await expect(element.locator('.cs-caret-flag')).toHaveText('Ada Lovelace (guest)');
    await element.locator('.cm-content').press('Home');
    await expect(guest.carets.locator('.cs-caret-flag')).toHaveClass(/cs-caret-known/);
    await expect(guest.page.getByRole('button', { name: 'Ada Lovelace (verified): go to their cursor' })).toBeVisible();
    await host.close();
  });
});
