import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect, type Page } from 'playwright/test';
import { CLIENT, OpenIdProvider } from '../server/testing/openid-provider.ts';
import { ServerProcess } from '../server/testing/server-process.ts';
import { Cable } from './cable.ts';
import { countKeptEdits } from './kept-edits.ts';

interface SignInWorld {
  provider: OpenIdProvider;
  server: ServerProcess;
  /** A way to the server that can be cut. */
  cable: Cable;
}

export const test = base.extend<SignInWorld>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern.
  provider: async ({}, use) => {
    const provider = await OpenIdProvider.start();
    await use(provider);
    await provider.stop();
  },
  server: async ({ provider }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'coscribe-e2e-'));
    const server = await ServerProcess.start(folder, [
      ...['--port', '0', '--log-level', 'debug'],
      ...['--oidc-issuer', provider.issuer, '--oidc-client-id', CLIENT.id, '--oidc-client-secret', CLIENT.secret],
    ]);
    await use(server);
    await server.end('SIGTERM');
    await rm(folder, { recursive: true, force: true });
  },
  cable: async ({ server }, use) => {
    const cable = await Cable.lay(Number(new URL(server.url).port));
    await use(cable);
    await cable.remove();
  },
});

export const content = (page: Page) => page.getByTestId('editor').locator('.cm-content');
export const status = (page: Page) => page.getByTestId('status');

/** Goes through the provider's pages as `login`. */
export async function passProvider(page: Page, login: string): Promise<void> {
  await page.getByPlaceholder('Enter any login').fill(login);
  await page.getByPlaceholder('and password').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** Comes to a page of the site as somebody who has just signed in. */
export async function signIn(page: Page, home: string, login: string, path = '/'): Promise<void> {
  await page.goto(`${home}/auth/sign-in?return=${path}`);
  await passProvider(page, login);
  await page.waitForURL(home + path);
}

/** Confirms at the provider that one signs out there too, and comes back to the start page. */
export async function signOutAtProvider(page: Page, home: string): Promise<void> {
  await page.getByRole('button', { name: 'Yes, sign me out' }).click();
  await page.waitForURL(`${home}/`);
}

/** Who the site says is signed in, as a script of the page learns it. */
export function personOf(page: Page): Promise<unknown> {
  return page.evaluate(async () => ((await (await fetch('/api/session')).json()) as { person: unknown }).person);
}

/** Cuts this page off the server, and waits until it knows. */
export async function goOffline(page: Page, cable: Cable): Promise<void> {
  cable.cut();
  await expect(status(page)).not.toHaveAttribute('data-connection', 'connected');
}

/** Writes something that does not reach the server, in a tab that is then closed. */
export async function leaveUnsent(page: Page, cable: Cable, path: string, text: string): Promise<void> {
  const tab = await page.context().newPage();
  await tab.goto(`${cable.url}${path}`);
  await expect(status(tab)).toHaveAttribute('data-connection', 'connected');
  await goOffline(tab, cable);
  await content(tab).click();
  await tab.keyboard.type(text);
  await expect(status(tab)).toContainText(`${text.length} edit`);
  await expect.poll(() => tab.evaluate(countKeptEdits)).toBe(text.length);
  await tab.close();
  cable.mend();
}
