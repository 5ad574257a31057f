import puppeteer, { type ElementHandle, type Browser as Firefox, type KeyInput, type Page } from 'puppeteer-core';
import { type Browser, type Engine, type Keys, middleOf, type Point, type Refusal, type Tab } from './engine.ts';

/** How long Firefox may take to start or to answer, on a busy machine, in milliseconds. */
const LIMIT_MS = 240_000;

/** The settings by which people and companies make Firefox refuse something. */
const SETTINGS: Readonly<Record<Refusal, Readonly<Record<string, number | boolean>>>> = {
  // "All cookies", of which everything that a site keeps is a kind.
  storage: { 'network.cookie.cookieBehavior': 2 },
  'storage in frames': { 'network.cookie.cookieBehavior': 1 },
  // In kilobytes, for all sites.
  room: { 'dom.quotaManager.temporaryStorage.fixedLimit': 1 },
  workers: { 'dom.serviceWorkers.enabled': false },
  clipboard: { 'dom.allow_cut_copy': false },
};

/**
 * The Firefox of the system as it is, driven over WebDriver BiDi. Of all windows of one Firefox a single one has the focus, so
 * each person gets a process; it is kept for the next one, whose storage is another container.
 */
export class FirefoxEngine implements Engine {
  readonly name = 'firefox';
  readonly #executablePath: string;
  readonly #idle: Firefox[] = [];

  constructor(executablePath: string) {
    this.#executablePath = executablePath;
  }

  async openBrowser(refuses?: Refusal): Promise<Browser> {
    const isPlain = refuses === undefined;
    const firefox = isPlain ? (this.#idle.pop() ?? (await this.#start())) : await this.#start(SETTINGS[refuses]);
    const context = await firefox.createBrowserContext();
    return {
      version: (await firefox.version()).replace('firefox/', ''),
      // A window each: the page of a tab that is behind another is hidden, and draws nothing.
      openTab: async () => new FirefoxTab(await context.newPage({ type: 'window' })),
      close: async () => {
        await context.close();
        if (isPlain) this.#idle.push(firefox);
        else await firefox.close();
      },
    };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((firefox) => firefox.close()));
  }

  #start(settings: Readonly<Record<string, number | boolean>> = {}): Promise<Firefox> {
    return puppeteer.launch({
      browser: 'firefox',
      executablePath: this.#executablePath,
      headless: true,
      // The size of the window, as a person has it.
      defaultViewport: null,
      args: ['--width=1280', '--height=900'],
      extraPrefsFirefox: settings,
      protocolTimeout: LIMIT_MS,
      timeout: LIMIT_MS,
      handleSIGINT: false,
    });
  }
}

class FirefoxTab implements Tab {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    // A page with unsaved edits asks before it is left: a test that reloads means it.
    page.on('dialog', (dialog) => void dialog.accept());
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

  async press(keys: Keys): Promise<void> {
    const { keyboard } = this.#page;
    const names = keys.split('+') as KeyInput[];
    const held = names.slice(0, -1);
    for (const key of held) await keyboard.down(key);
    await keyboard.press(names.at(-1) ?? 'Enter');
    for (const key of held.toReversed()) await keyboard.up(key);
  }

  async click(selector: string): Promise<void> {
    const { x, y } = await this.run(middleOf, selector);
    await this.#page.mouse.click(x, y);
  }

  async drag(from: Point, to: Point): Promise<void> {
    const { mouse } = this.#page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move(to.x, to.y, { steps: 10 });
    await mouse.up();
  }

  async chooseFile(selector: string, path: string): Promise<void> {
    const field = (await this.#page.$(selector)) as ElementHandle<HTMLInputElement> | null;
    if (field === null) throw new Error(`Nothing in the page is ${selector}`);
    await field.uploadFile(path);
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
