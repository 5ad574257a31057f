import { readFile } from 'node:fs/promises';
import { expect, test } from './world.ts';

/** The least that the setting allows. */
test.use({ settings: ['--max-message-bytes', '1024'] });

test('[SYN-9] work that the server refuses stays on the page and over a reload, is said in words, and can be downloaded', async ({
  arrive,
}) => {
  const alice = await arrive('Alice', 'notes');
  await alice.type('before. ');
  await alice.saved();
  const pasted = 'p'.repeat(3_000);
  await alice.page.keyboard.insertText(pasted);
  const notice = alice.page.locator('cs-notice-strip');
  await expect(notice).toContainText('An edit was larger than this server takes.');
  await expect(notice).toContainText('Download your copy');
  for (const [width, colorScheme] of [
    [1280, 'light'],
    [390, 'dark'],
  ] as const) {
    await alice.page.setViewportSize({ width, height: 800 });
    await alice.page.emulateMedia({ colorScheme });
    const button = notice.getByTestId('offline-download');
    await expect(button).toBeInViewport({ ratio: 1 });
  }
  const download = async () => {
    const downloading = alice.page.waitForEvent('download');
    await notice.getByTestId('offline-download').click();
    return readFile(await (await downloading).path(), 'utf8');
  };
  expect(await download()).toBe(`before. ${pasted}`);
  await alice.keptOnDevice();
  await alice.page.reload();
  await expect(notice).toContainText('larger than this server takes');
  expect(await download()).toBe(`before. ${pasted}`);
});
