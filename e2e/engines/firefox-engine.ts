import puppeteer, { type ElementHandle, type Browser as Firefox, type Page } from 'puppeteer-core';
import { type Browser, type Engine, middleOf, type Refusal } from './engine.ts';
import { PageTab } from './page-tab.ts';

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
      pid: firefox.process()?.pid ?? null,
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

class FirefoxTab extends PageTab<Page> {
  constructor(page: Page) {
    super(page);
    // A page with unsaved edits asks before it is left: a test that reloads means it.
    page.on('dialog', (dialog) => void dialog.accept());
  }

  async click(selector: string): Promise<void> {
    const { x, y } = await this.run(middleOf, selector);
    await this.page.mouse.click(x, y);
  }

  async chooseFile(selector: string, path: string): Promise<void> {
    const field = (await this.page.$(selector)) as ElementHandle<HTMLInputElement> | null;
    if (field === null) throw new Error(`Nothing in the page is ${selector}`);
    await field.uploadFile(path);
  }
}
