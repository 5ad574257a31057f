import { callOf, type Keys, type Point, splitKeys, type Tab } from './engine.ts';

/** What Playwright and Puppeteer have in common of a page. */
interface DrivenPage {
  goto(address: string): Promise<unknown>;
  reload(): Promise<unknown>;
  evaluate(script: string): Promise<unknown>;
  readonly keyboard: {
    type(text: string): Promise<void>;
    press(key: string): Promise<void>;
    down(key: string): Promise<void>;
    up(key: string): Promise<void>;
  };
  readonly mouse: {
    move(x: number, y: number, options?: { steps: number }): Promise<void>;
    down(): Promise<void>;
    up(): Promise<void>;
  };
  pdf(options: { format: 'A4' }): Promise<Uint8Array>;
  screenshot(): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A tab that Playwright or Puppeteer drives; they differ in what is missing here. */
export abstract class PageTab<P extends DrivenPage> implements Tab {
  protected readonly page: P;

  constructor(page: P) {
    this.page = page;
  }

  abstract click(selector: string): Promise<void>;
  abstract chooseFile(selector: string, path: string): Promise<void>;

  async open(address: string): Promise<void> {
    await this.page.goto(address);
  }

  async reload(): Promise<void> {
    await this.page.reload();
  }

  run<A extends readonly unknown[], R>(task: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    return this.page.evaluate(callOf(task, args)) as Promise<Awaited<R>>;
  }

  type(text: string): Promise<void> {
    return this.page.keyboard.type(text);
  }

  async press(keys: Keys): Promise<void> {
    const { keyboard } = this.page;
    const { held, last } = splitKeys(keys);
    for (const key of held) await keyboard.down(key);
    await keyboard.press(last);
    for (const key of held.toReversed()) await keyboard.up(key);
  }

  async drag(from: Point, to: Point): Promise<void> {
    const { mouse } = this.page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move(to.x, to.y, { steps: 10 });
    await mouse.up();
  }

  print(): Promise<Uint8Array> {
    return this.page.pdf({ format: 'A4' });
  }

  picture(): Promise<Uint8Array> {
    return this.page.screenshot();
  }

  close(): Promise<void> {
    return this.page.close();
  }
}
