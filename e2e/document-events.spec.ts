import { expect } from 'playwright/test';
import { test } from './world.ts';

test('[SEC-20] an owner unfolds in the share dialog what happened to the access, the newest first; others find nothing there', async ({
  create,
  visitor,
}) => {
  const olive = await create('Olive');
  await olive.type('Agenda');
  await olive.saved();
  await olive.page.getByTestId('share').click();
  const events = olive.page.getByTestId('events');
  await expect(events.getByRole('listitem')).toHaveCount(0);
  await olive.page.getByTestId('share-anyone').selectOption('viewer');
  await expect(olive.page.getByTestId('share-who')).toContainText('can read');
  await events.getByText('Security events').focus();
  // The page may have said what is chosen before the server has done it: unfolded again, the list is asked for again.
  await expect(async () => {
    if ((await events.getAttribute('open')) !== null) await olive.page.keyboard.press('Enter');
    await olive.page.keyboard.press('Enter');
    await expect(events.getByRole('listitem').first()).toContainText('Access changed', { timeout: 3_000 });
  }).toPass();
  await expect(events).toContainText('Came in');
  await expect(events).toContainText('from 127.0.0.0/24');
  const bob = await visitor('Bob');
  await bob.page.goto(new URL(new URL(olive.page.url()).pathname, bob.cable.url).href);
  await bob.page.getByTestId('share').click();
  await expect(bob.page.getByTestId('share-who')).toContainText('can read');
  await expect(bob.page.getByTestId('events')).toHaveCount(0);
});
