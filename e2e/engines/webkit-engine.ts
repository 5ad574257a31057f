import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Builder, By, Capabilities, Key, Origin, type WebDriver } from 'selenium-webdriver';
import {
  type Browser,
  callOf,
  type Engine,
  type Keys,
  middleOf,
  type Point,
  type Refusal,
  splitKeys,
  type Tab,
} from './engine.ts';

/** How long a page may take to load or a script to answer, on a busy machine, in milliseconds. */
const LIMIT_MS = 240_000;

/** Where the parts of WebKitGTK are. */
export interface WebKitPaths {
  /** The browser that comes with the engine. */
  readonly browser: string;
  /** WebKitWebDriver. */
  readonly driver: string;
  /** The screen of its windows: there is no headless mode. */
  readonly screen: string;
}

/** Features that the engine does without, so that it refuses something. */
const MISSING: Readonly<Record<Refusal, string | null>> = {
  storage: '-IndexedDBAPI,-LocalStorage',
  'storage in frames': '-IndexedDBAPI,-LocalStorage',
  // Its storage is in memory, without a bound that could be set.
  room: null,
  workers: '-ServiceWorkers',
  clipboard: '-AsyncClipboardAPI',
};

/** WebKitGTK in its MiniBrowser as it is, driven over WebDriver on a screen in memory. */
export class WebKitEngine implements Engine {
  readonly name = 'webkit';
  readonly #paths: WebKitPaths;

  constructor(paths: WebKitPaths) {
    this.#paths = paths;
  }

  async openBrowser(refuses?: Refusal): Promise<Browser> {
    const missing = refuses === undefined ? '' : MISSING[refuses];
    if (missing === null) throw new Error(`WebKitGTK cannot be told to refuse ${refuses}`);
    return WebKitBrowser.open(this.#paths, missing === '' ? [] : [`--features=${missing}`]);
  }

  async stop(): Promise<void> {
    // Each browser is a process of its own, and ends with its person.
  }
}

/** A screen in memory that windows open on. */
class Screen {
  readonly name: string;
  readonly #process: ChildProcess;

  private constructor(name: string, process: ChildProcess) {
    this.name = name;
    this.#process = process;
  }

  static async open(path: string): Promise<Screen> {
    const process = spawn(path, ['-displayfd', '1', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [number] = (await once(process.stdout, 'data')) as [Buffer];
    return new Screen(`:${number.toString().trim()}`, process);
  }

  close(): Promise<void> {
    return end(this.#process);
  }
}

/**
 * One session of a driver of its own, which has one at a time, on a screen of its own: of two windows on one screen one is without
 * the focus. Its storage is in memory.
 */
class WebKitBrowser implements Browser {
  readonly version: string;
  readonly #driver: WebDriver;
  readonly #process: ChildProcess;
  readonly #screen: Screen;
  #hasFirstTab = false;
  #chosen = '';
  /** Commands go to the window that was chosen last: one tab's step waits for another's. */
  #steps: Promise<unknown> = Promise.resolve();

  private constructor(driver: WebDriver, process: ChildProcess, screen: Screen, version: string) {
    this.version = version;
    this.#driver = driver;
    this.#process = process;
    this.#screen = screen;
  }

  static async open(paths: WebKitPaths, args: readonly string[]): Promise<WebKitBrowser> {
    const [screen, port] = await Promise.all([Screen.open(paths.screen), freePort()]);
    const env = { ...process.env, DISPLAY: screen.name, NO_AT_BRIDGE: '1' };
    const driverProcess = spawn(paths.driver, ['--host=127.0.0.1', `--port=${port}`], { env, stdio: 'ignore' });
    const server = `http://127.0.0.1:${port}`;
    await answers(`${server}/status`, driverProcess);
    const capabilities = new Capabilities({
      browserName: 'MiniBrowser',
      unhandledPromptBehavior: 'accept',
      timeouts: { script: LIMIT_MS, pageLoad: LIMIT_MS, implicit: 0 },
      'webkitgtk:browserOptions': { binary: paths.browser, args: ['--automation', ...args] },
    });
    const driver = await new Builder().usingServer(server).withCapabilities(capabilities).build();
    await driver.manage().window().setRect({ x: 0, y: 0, width: 1280, height: 900 });
    return new WebKitBrowser(driver, driverProcess, screen, (await driver.getCapabilities()).getBrowserVersion() ?? '');
  }

  get pid(): number | null {
    return this.#process.pid ?? null;
  }

  async openTab(): Promise<Tab> {
    const handle = await this.#next(async () => {
      if (this.#hasFirstTab) await this.#driver.switchTo().newWindow('tab');
      this.#hasFirstTab = true;
      this.#chosen = await this.#driver.getWindowHandle();
      return this.#chosen;
    });
    return new WebKitTab((step) =>
      this.#next(async () => {
        // To choose the window that is chosen would take the focus from a frame in it.
        if (this.#chosen !== handle) await this.#driver.switchTo().window(handle);
        this.#chosen = handle;
        return step(this.#driver);
      }),
    );
  }

  async close(): Promise<void> {
    await this.#next(() => this.#driver.quit());
    await end(this.#process);
    await this.#screen.close();
  }

  #next<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#steps.then(step, step);
    this.#steps = done;
    return done;
  }
}

type Step = <T>(step: (driver: WebDriver) => Promise<T>) => Promise<T>;

class WebKitTab implements Tab {
  readonly #step: Step;

  constructor(step: Step) {
    this.#step = step;
  }

  open(address: string): Promise<void> {
    return this.#step((driver) => driver.get(address));
  }

  reload(): Promise<void> {
    return this.#step((driver) => driver.navigate().refresh());
  }

  async run<A extends readonly unknown[], R>(task: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    const script = `const answer = arguments[arguments.length - 1];
      Promise.resolve().then(() => ${callOf(task, args)}).then(
        (value) => answer({ value }), (error) => answer({ error: String(error) }));`;
    const { value, error } = await this.#step((driver) =>
      driver.executeAsyncScript<{ value: Awaited<R>; error?: string }>(script),
    );
    if (error !== undefined) throw new Error(error);
    return value;
  }

  type(text: string): Promise<void> {
    return this.#step((driver) => driver.actions().sendKeys(text).perform());
  }

  press(keys: Keys): Promise<void> {
    return this.#step(async (driver) => {
      const names = splitKeys(keys);
      const [held, last] = [names.held.map(webDriverKey), webDriverKey(names.last)];
      let actions = driver.actions();
      for (const key of held) actions = actions.keyDown(key);
      actions = actions.keyDown(last).keyUp(last);
      for (const key of held.toReversed()) actions = actions.keyUp(key);
      await actions.perform();
    });
  }

  async click(selector: string): Promise<void> {
    const { x, y } = await this.run(middleOf, selector);
    await this.#step((driver) =>
      driver
        .actions()
        .move({ x: Math.round(x), y: Math.round(y), origin: Origin.VIEWPORT, duration: 0 })
        .click()
        .perform(),
    );
  }

  drag(from: Point, to: Point): Promise<void> {
    const at = ({ x, y }: Point) => ({ x: Math.round(x), y: Math.round(y), origin: Origin.VIEWPORT, duration: 100 });
    const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
    return this.#step((driver) =>
      driver.actions().move(at(from)).press().move(at(middle)).move(at(to)).release().perform(),
    );
  }

  chooseFile(selector: string, path: string): Promise<void> {
    return this.#step((driver) => driver.findElement(By.css(selector)).sendKeys(path));
  }

  /** WebKitWebDriver has no such command. */
  async print(): Promise<null> {
    return null;
  }

  picture(): Promise<Uint8Array> {
    return this.#step(async (driver) => Buffer.from(await driver.takeScreenshot(), 'base64'));
  }

  close(): Promise<void> {
    return this.#step((driver) => driver.close());
  }
}

/** A key as WebDriver writes it: a character for itself, others as one of a private range. */
function webDriverKey(name: string): string {
  if (name.length === 1) return name;
  if (name === 'Backspace') return Key.BACK_SPACE;
  const constant = name.replace(/(?<=[a-z])(?=[A-Z])/, '_').toUpperCase();
  const key = (Key as unknown as Record<string, unknown>)[constant];
  if (typeof key !== 'string') throw new Error(`WebDriver has no key "${name}"`);
  return key;
}

/** A port on 127.0.0.1 that nothing listens on: the driver wants to be told one. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was free');
  return address.port;
}

/** Waits until a server answers, or its process has ended. */
async function answers(address: string, process: ChildProcess): Promise<void> {
  while (process.exitCode === null) {
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('The WebKit driver ended before it answered.');
}

async function end(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const ended = once(process, 'exit');
  process.kill('SIGTERM');
  await ended;
}
