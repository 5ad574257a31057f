import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser as Chromium, Page } from 'playwright/test';
import { CHROMIUM_ARGS, findTestChromium } from '../../scripts/chromium.mjs';
import type { Browser, Engine, Keys, Point, Refusal, Tab } from './engine.ts';

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

class ChromiumTab implements Tab {
  readonly #page: Page;
  readonly #hasRoom: boolean;

  constructor(page: Page, hasRoom = true) {
    this.#page = page;
    this.#hasRoom = hasRoom;
  }

  async open(address: string): Promise<void> {
    if (!this.#hasRoom) {
      const session = await this.#page.context().newCDPSession(this.#page);
      await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(address).origin, quotaSize: 1 });
    }
    await this.#page.goto(address);
  }

  async reload(): Promise<void> {
    await this.#page.reload();
  }

  run<A extends readonly unknown[], R>(task: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    const call = `(${task.toString()})(...${JSON.stringify(args)})`;
    return this.#page.evaluate(call) as Promise<Awaited<R>>;
  }

  type(text: string): Promise<void> {
    return this.#page.keyboard.type(text);
  }

  press(keys: Keys): Promise<void> {
    return this.#page.keyboard.press(keys);
  }

  click(selector: string): Promise<void> {
    return this.#page.locator(selector).first().click();
  }

  async drag(from: Point, to: Point): Promise<void> {
    const { mouse } = this.#page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move(to.x, to.y, { steps: 10 });
    await mouse.up();
  }

  chooseFile(selector: string, path: string): Promise<void> {
    return this.#page.setInputFiles(selector, path);
  }

  print(): Promise<Uint8Array> {
    return this.#page.pdf({ format: 'A4' });
  }

  picture(): Promise<Uint8Array> {
    return this.#page.screenshot();
  }

  close(): Promise<void> {
    return this.#page.close();
  }
}
