import type { Browser as Chromium, Page } from 'playwright/test';
import type { Browser, Engine, Keys, Point, Tab } from './engine.ts';

/** Chromium, driven by Playwright over the DevTools protocol. */
export class ChromiumEngine implements Engine {
  readonly name = 'chromium';
  readonly #chromium: Chromium;

  constructor(chromium: Chromium) {
    this.#chromium = chromium;
  }

  async openBrowser(): Promise<Browser> {
    const context = await this.#chromium.newContext({ serviceWorkers: 'allow' });
    return {
      version: this.#chromium.version(),
      openTab: async () => new ChromiumTab(await context.newPage()),
      close: () => context.close(),
    };
  }

  async stop(): Promise<void> {
    // The runner started it, and ends it.
  }
}

class ChromiumTab implements Tab {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async open(address: string): Promise<void> {
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
