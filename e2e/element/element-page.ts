import type { Page } from 'playwright/test';
import type { CoscribeEditorElement, ElementEventMap } from '../../web/element/index.ts';
import { HostSite } from '../host-page.ts';
import { test as base, expect, type TestServer } from '../world.ts';

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
export const LISTEN = `
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

export const MODULE = '<script type="module" src="/coscribe/coscribe-editor.js"></script>';

interface Desk {
  host: HostSite;
  /** The tag of an editor on a document of the test, with these attributes. */
  tag: (documentName: string, attributes?: string) => string;
  /** Opens a page with this body on the host's site and waits until an editor in it is connected. */
  show: (body: string, options?: { headers?: Record<string, string>; wait?: boolean }) => Promise<void>;
}

export const test = base.extend<Desk>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern.
  host: async ({}, use) => {
    const host = await HostSite.open();
    await use(host);
    await host.close();
  },
  tag: async ({ server }, use) => {
    await use(
      (documentName, attributes = '') =>
        `<coscribe-editor server="${server.url}" document="${server.name(documentName)}" ${attributes}></coscribe-editor>`,
    );
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

export const happened = (page: Page) => page.evaluate(() => window.happened);
export const detail = (page: Page, name: string) => page.evaluate((name) => window.details[name], name);
export const errors = async (page: Page) => (await happened(page)).filter((event) => event.startsWith('error:'));
export const element = (page: Page, index = 0) => page.locator('coscribe-editor').nth(index);
export const content = (page: Page, index = 0) => element(page, index).locator('.cm-content');
export const message = (page: Page) => element(page).locator('[part=message]');
export const textOf = (page: Page, index = 0) =>
  element(page, index).evaluate((editor) => (editor as CoscribeEditorElement).getText());

/** What the server counts. */
export async function metric(server: TestServer, name: string): Promise<number> {
  const figures = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(figures)?.[1]);
}

export { expect };
