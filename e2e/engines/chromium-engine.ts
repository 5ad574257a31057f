import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser as Chromium, Page } from 'playwright/test';
import { CHROMIUM_ARGS, findTestChromium } from '../../scripts/chromium.mjs';
import type { Browser, Engine, Refusal } from './engine.ts';
import { PageTab } from './page-tab.ts';

/** Parts of its profile that Chromium finds damaged: there is a file where it looks for a folder. */
const DAMAGED: Readonly<Record<Refusal, readonly string[]>> = {
  storage: ['IndexedDB', 'Service Worker'],
  'storage in frames': ['IndexedDB', 'Service Worker'],
  // That is told to each site when it is opened.
  room: [],
  workers: ['Service Worker'],
  // It takes an asynchronous write only with a permission, which nobody gave.
  clipboard: [],
};

/** Chromium, driven by Playwright over the DevTools protocol. */
export class ChromiumEngine implements Engine {
  readonly name = 'chromium';
  readonly #chromium: Chromium;

  constructor(chromium: Chromium) {
    this.#chromium = chromium;
  }

  async openBrowser(refuses?: Refusal): Promise<Browser> {
    if (refuses !== undefined) return this.#openRefusing(refuses);
    const context = await this.#chromium.newContext({ serviceWorkers: 'allow' });
    return {
      version: this.#chromium.version(),
      pid: null,
      openTab: async () => new ChromiumTab(await context.newPage()),
      close: () => context.close(),
    };
  }

  async #openRefusing(refuses: Refusal): Promise<Browser> {
    const profile = await mkdtemp(join(tmpdir(), 'coscribe-profile-'));
    await mkdir(join(profile, 'Default'));
    for (const folder of DAMAGED[refuses]) await writeFile(join(profile, 'Default', folder), '');
    const path = findTestChromium();
    const context = await this.#chromium.browserType().launchPersistentContext(profile, {
      ...(path === null ? {} : { executablePath: path }),
      args: refuses.startsWith('storage') ? [...CHROMIUM_ARGS, '--disable-local-storage'] : CHROMIUM_ARGS,
    });
    return {
      version: this.#chromium.version(),
      pid: null,
      openTab: async () => new ChromiumTab(await context.newPage(), refuses !== 'room'),
      close: async () => {
        await context.close();
        await rm(profile, { recursive: true, force: true });
      },
    };
  }

  async stop(): Promise<void> {
    // The runner started it, and ends it.
  }
}

class ChromiumTab extends PageTab<Page> {
  readonly #hasRoom: boolean;

  constructor(page: Page, hasRoom = true) {
    super(page);
    this.#hasRoom = hasRoom;
  }

  override async open(address: string): Promise<void> {
    if (!this.#hasRoom && address.startsWith('http')) {
      const session = await this.page.context().newCDPSession(this.page);
      await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(address).origin, quotaSize: 1 });
    }
    await super.open(address);
  }

  click(selector: string): Promise<void> {
    return this.page.locator(selector).first().click();
  }

  chooseFile(selector: string, path: string): Promise<void> {
    return this.page.setInputFiles(selector, path);
  }
}
