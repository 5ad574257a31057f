import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from 'playwright/test';
import { content, leaveUnsent, personOf, signIn, signOutAtProvider, status, test } from './sign-in-world.ts';

const list = (page: Page) => page.getByTestId('own-sessions');

test.describe('where somebody is signed in', () => {
  test.beforeEach(async ({ server }) => {
    await fetch(`${server.url}/api/documents/plan`, { method: 'PUT', body: '' });
  });

  test('[SEC-19] is shown on the start page, and one session ends there: its text is off the screen, this one goes on', async ({
    page,
    server,
    browser,
  }) => {
    const phone = await browser.newPage({
      userAgent:
        'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
    });
    await signIn(phone, server.url, 'alice', '/d/plan');
    await content(phone).click();
    await phone.keyboard.type('on the phone');
    await expect(status(phone)).toHaveAttribute('data-saved', 'saved');
    await signIn(page, server.url, 'alice');
    await page.getByTestId('own-sessions-open').click();
    await expect(list(page).getByRole('listitem')).toHaveCount(2);
    const here = list(page).locator('[data-current]');
    await expect(here).toContainText('This browser');
    await expect(here).toContainText('from 127.0.0.1');
    expect((await new AxeBuilder({ page }).include('[data-testid="own-sessions"]').analyze()).violations).toEqual([]);
    await page.getByRole('button', { name: /^Sign out of Safari on iPhone, last used / }).click();
    await expect(list(page).getByRole('listitem')).toHaveCount(1);
    await expect(list(page).getByRole('status')).toHaveText('Signed out of Safari on iPhone.');
    await expect(page.getByRole('heading', { name: 'Where you are signed in' })).toBeFocused();
    await expect(page.getByTestId('end-others')).toHaveCount(0);
    await expect(phone.getByRole('heading', { name: 'You are no longer signed in' })).toBeVisible();
    expect(await phone.evaluate(() => document.documentElement.outerHTML)).not.toContain('on the phone');
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('own-sessions-open')).toBeFocused();
    expect(await personOf(page)).not.toBe(null);
    await phone.close();
  });

  test('[SEC-19] is shown in a document, by keyboard alone, and everywhere else ends at once', async ({
    page,
    server,
    browser,
  }) => {
    const other = await browser.newPage();
    await signIn(other, server.url, 'alice', '/d/plan');
    await signIn(page, server.url, 'alice', '/d/plan');
    await expect(status(page)).toHaveAttribute('data-connection', 'connected');
    await page.locator('[data-self]').focus();
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('own-sessions-open')).toBeVisible();
    await page.getByTestId('own-sessions-open').focus();
    await page.keyboard.press('Enter');
    await expect(list(page).getByRole('listitem')).toHaveCount(2);
    await page.getByTestId('end-others').focus();
    await page.keyboard.press('Enter');
    await expect(list(page).getByRole('listitem')).toHaveCount(1);
    await expect(list(page).getByRole('listitem')).toContainText('This browser');
    await expect(other.getByRole('heading', { name: 'You are no longer signed in' })).toBeVisible();
    await page.keyboard.press('Escape');
    // The card in which it was opened is gone, so one goes on in the text.
    await page.keyboard.type('still here');
    await expect(content(page)).toHaveText('still here');
    await expect(status(page)).toHaveAttribute('data-saved', 'saved');
    await other.close();
  });

  test('[SEC-19] everywhere, this browser too: unsent edits are asked about first, and nobody is signed out when it is called off', async ({
    page,
    server,
    cable,
    browser,
  }) => {
    const other = await browser.newPage();
    await signIn(other, server.url, 'alice', '/d/plan');
    await signIn(page, cable.url, 'alice');
    await leaveUnsent(page, cable, '/d/plan', 'late');
    await page.getByTestId('own-sessions-open').click();
    await page.getByTestId('end-all').click();
    const question = page.getByTestId('sign-out-dialog');
    await expect(question).toContainText('Sign out everywhere?');
    await expect(question.getByRole('listitem')).toHaveText('plan: 4 edits');
    await page.keyboard.press('Escape');
    await expect(question).toHaveCount(0);
    expect(await personOf(page)).not.toBe(null);
    expect(await personOf(other)).not.toBe(null);

    await page.getByTestId('own-sessions-open').click();
    await page.getByTestId('end-all').click();
    await page.getByTestId('sign-out-send').click();
    await signOutAtProvider(page, cable.url);
    expect(await (await fetch(`${server.url}/api/documents/plan/text`)).text()).toBe('late');
    await expect(other.getByRole('heading', { name: 'You are no longer signed in' })).toBeVisible();
    expect([await personOf(page), await personOf(other)]).toEqual([null, null]);
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toMatch(/alice/i);
    await other.close();
  });

  test('says so when the server cannot be reached, and shows it when it can', async ({ page, cable }) => {
    await signIn(page, cable.url, 'alice');
    await page.getByTestId('own-sessions-open').click();
    await expect(list(page).getByRole('listitem')).toHaveCount(1);
    await page.keyboard.press('Escape');
    cable.cut();
    await page.getByTestId('own-sessions-open').click();
    await expect(list(page)).toContainText('The server cannot be reached right now.');
    cable.mend();
    await list(page).getByRole('button', { name: 'Try again' }).click();
    await expect(list(page).getByRole('listitem')).toHaveCount(1);
  });
});
