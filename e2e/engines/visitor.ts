import { expect } from 'playwright/test';
import type { Cable } from '../cable.ts';
import { countKeptEdits } from '../kept-edits.ts';
import type { TestServer } from '../test-server.ts';
import type { Browser, Tab } from './engine.ts';

/** Where the text is in a page of the site. */
const CONTENT = '[data-testid=editor] .cm-content';

/** The selector of the part of the site with this test id. */
export function part(testId: string): string {
  return `[data-testid="${testId}"]`;
}

/** Somebody at a browser of any engine, with a document open in one tab. What they see is read from the page as it is drawn. */
export class Visitor {
  readonly name: string;
  readonly browser: Browser;
  readonly tab: Tab;
  readonly cable: Cable;
  readonly #server: TestServer;

  constructor(name: string, browser: Browser, tab: Tab, cable: Cable, server: TestServer) {
    this.name = name;
    this.browser = browser;
    this.tab = tab;
    this.cable = cable;
    this.#server = server;
  }

  /** Goes to a path of the site. */
  async enter(path: string): Promise<void> {
    await this.tab.open(this.cable.url + path);
  }

  /** Opens a document of the test and waits until it is there. */
  async open(documentName: string): Promise<void> {
    await this.#server.provide(documentName);
    await this.enter(this.#server.path(documentName));
    await this.connected();
  }

  /** Makes a new document on the start page. */
  async create(): Promise<void> {
    await this.enter('/');
    await this.waitFor(part('new-document'));
    await this.tab.click(part('new-document'));
    await this.connected();
  }

  async waitFor(selector: string): Promise<void> {
    await expect.poll(() => this.tab.run(isShown, selector), { message: `${this.name} sees ${selector}` }).toBe(true);
  }

  async waitUntilGone(selector: string): Promise<void> {
    await expect.poll(() => this.tab.run(isShown, selector), { message: `${this.name} sees ${selector}` }).toBe(false);
  }

  /** Waits until an element of the page contains these words. */
  async reads(selector: string, words: string | RegExp): Promise<void> {
    const poll = expect.poll(() => this.tab.run(wordsOf, selector), { message: `${this.name} reads in ${selector}` });
    await (typeof words === 'string' ? poll.toContain(words) : poll.toMatch(words));
  }

  /** Waits until the status says so. */
  async status(kind: 'saved' | 'connection', value: string): Promise<void> {
    await expect
      .poll(() => this.tab.run(attributeOf, part('status'), `data-${kind}`), { message: `${this.name} is told` })
      .toBe(value);
  }

  async connected(): Promise<void> {
    await this.waitFor(CONTENT);
    await this.status('connection', 'connected');
  }

  saved(): Promise<void> {
    return this.status('saved', 'saved');
  }

  /** Clicks into the text, goes to its end, and types. */
  async type(text: string): Promise<void> {
    await this.focus();
    await this.tab.press('Control+End');
    await this.tab.type(text);
  }

  async focus(): Promise<void> {
    await this.tab.click(CONTENT);
  }

  /** What the editor shows. Only for texts that fit into the window: no more is drawn. */
  shown(): Promise<string> {
    return this.tab.run(shownText, CONTENT);
  }

  async sees(text: string): Promise<void> {
    await expect.poll(() => this.shown(), { message: `${this.name} sees` }).toBe(text);
  }

  /** Waits until every edit that the status counts is in the copy on this device. */
  async keptOnDevice(): Promise<void> {
    await expect
      .poll(
        async () => {
          const counted = /([\d,]+) edit/.exec(await this.tab.run(wordsOf, part('status')))?.[1]?.replace(',', '');
          return Number(counted) === (await this.tab.run(countKeptEdits));
        },
        { message: `${this.name} keeps the edits on the device` },
      )
      .toBe(true);
  }

  /** Presses the key for undo until the text is this: how much one press takes back depends on how fast somebody typed. */
  async undoUntil(text: string, presses: number): Promise<void> {
    for (let press = 0; press < presses && (await this.shown()) !== text; press++) await this.tab.press('Control+z');
    await this.sees(text);
  }

  /** Writes into a field what was not there before. */
  async fill(selector: string, text: string): Promise<void> {
    await this.tab.click(selector);
    await this.tab.press('Control+a');
    await this.tab.type(text);
  }

  /** Chooses in a list that opens: lists belong to the browser, not to the page, so the page is told what was chosen. */
  async choose(selector: string, value: string): Promise<void> {
    await this.waitFor(selector);
    await this.tab.run(choose, selector, value);
  }

  /** The system tells the browser that there is no network: of the three only Chromium can be told so by a program. */
  loseNetwork(): Promise<void> {
    return this.tab.run(() => {
      Object.defineProperty(navigator, 'onLine', { configurable: true, value: false });
      dispatchEvent(new Event('offline'));
    });
  }

  findNetwork(): Promise<void> {
    return this.tab.run(() => {
      Reflect.deleteProperty(navigator, 'onLine');
      dispatchEvent(new Event('online'));
    });
  }

  /** Waits until this number of elements is drawn. */
  async counts(selector: string, count: number): Promise<void> {
    await expect
      .poll(() => this.tab.run(countShown, selector), { message: `${this.name} counts ${selector}` })
      .toBe(count);
  }
}

// What follows runs in the page.

function isShown(selector: string): boolean {
  const element = document.querySelector(selector);
  return element !== null && element.getClientRects().length > 0;
}

function countShown(selector: string): number {
  return document.querySelectorAll(selector).length;
}

function wordsOf(selector: string): string {
  const words: string[] = [];
  for (const element of document.querySelectorAll<HTMLElement>(selector)) words.push(element.innerText);
  return words.join('\n');
}

function attributeOf(selector: string, name: string): string | null {
  return document.querySelector(selector)?.getAttribute(name) ?? null;
}

function shownText(selector: string): string {
  const lines: string[] = [];
  for (const line of document.querySelectorAll(`${selector} .cm-line`)) {
    lines.push(line.querySelector('.cm-placeholder') === null ? (line.textContent ?? '') : '');
  }
  return lines.join('\n');
}

function choose(selector: string, value: string): void {
  const list = document.querySelector<HTMLSelectElement>(selector);
  if (list === null) throw new Error(`Nothing in the page is ${selector}`);
  list.focus();
  list.value = value;
  list.dispatchEvent(new Event('input', { bubbles: true }));
  list.dispatchEvent(new Event('change', { bubbles: true }));
}
