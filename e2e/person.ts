import { readFile } from 'node:fs/promises';
import { type BrowserContext, expect, type Locator, type Page } from 'playwright/test';
import type { Cable } from './cable.ts';
import { countKeptEdits } from './kept-edits.ts';
import type { TestServer } from './test-server.ts';

/** Somebody at a browser of their own, with a document open in one tab. */
export class Person {
  readonly name: string;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly cable: Cable;
  readonly #server: TestServer;

  constructor(name: string, context: BrowserContext, page: Page, cable: Cable, server: TestServer) {
    this.name = name;
    this.context = context;
    this.page = page;
    this.cable = cable;
    this.#server = server;
  }

  /** The text field of the editor. */
  get content(): Locator {
    return this.page.getByTestId('editor').locator('.cm-content');
  }

  /** Saved state and connection, in words and as `data-saved` and `data-connection`. */
  get status(): Locator {
    return this.page.getByTestId('status');
  }

  get title(): Locator {
    return this.page.getByTestId('title');
  }

  /** The document in this tab, by its name on the server. */
  get documentName(): string {
    return decodeURIComponent(new URL(this.page.url()).pathname.replace('/d/', ''));
  }

  /** The circle of somebody in the top bar. */
  face(name: string): Locator {
    return this.page.getByTestId('people').locator(`[data-person="${name}"]`);
  }

  /** The circles of everybody. */
  get faces(): Locator {
    return this.page.getByTestId('people').locator('[data-person]');
  }

  /** Carets of others that are drawn. */
  get carets(): Locator {
    return this.page.getByTestId('editor').locator('.cs-caret');
  }

  /** Address of a document of the test, as this person has it. */
  address(documentName: string): string {
    return this.cable.url + this.#server.path(documentName);
  }

  /** Opens a document of the test in this tab and waits until it is there. */
  async open(documentName: string): Promise<void> {
    await this.#server.provide(documentName);
    await this.page.goto(this.address(documentName));
    await this.connected();
  }

  /** Another tab of the same browser. */
  async newTab(documentName: string): Promise<Person> {
    const tab = new Person(this.name, this.context, await this.context.newPage(), this.cable, this.#server);
    await tab.open(documentName);
    return tab;
  }

  async connected(): Promise<void> {
    await expect(this.status).toHaveAttribute('data-connection', 'connected');
    await expect(this.content).toBeVisible();
  }

  async saved(): Promise<void> {
    await expect(this.status).toHaveAttribute('data-saved', 'saved');
  }

  /** Clicks into the text, goes to its end, and types. */
  async type(text: string): Promise<void> {
    await this.content.focus();
    await this.page.keyboard.press('Control+End');
    await this.page.keyboard.type(text);
  }

  /** What the editor shows. Only for texts that fit into the window: CodeMirror draws no more than that. */
  shown(): Promise<string> {
    return this.content.evaluate((content) =>
      [...content.querySelectorAll('.cm-line')]
        .map((line) => (line.querySelector('.cm-placeholder') === null ? (line.textContent ?? '') : ''))
        .join('\n'),
    );
  }

  /** What the Yjs document holds: that is what a download contains. */
  async held(): Promise<string> {
    const downloading = this.page.waitForEvent('download');
    await this.page.getByTestId('menu').click();
    await this.page.getByTestId('download').click();
    const path = await (await downloading).path();
    return readFile(path, 'utf8');
  }

  /** Waits until the editor shows this. */
  async sees(text: string): Promise<void> {
    await expect.poll(() => this.shown(), { message: `${this.name} sees` }).toBe(text);
  }

  /**
   * Waits until every edit that the status counts is in the copy on this device. A person who reloads sooner is asked first,
   * which takes longer than the write.
   */
  async keptOnDevice(): Promise<void> {
    await expect
      .poll(async () => {
        const counted = /([\d,]+) edit/.exec((await this.status.textContent()) ?? '')?.[1]?.replace(',', '');
        return Number(counted) === (await this.page.evaluate(countKeptEdits));
      })
      .toBe(true);
  }

  /** Loses the network, and knows. */
  async goOffline(): Promise<void> {
    this.cable.cut();
    await this.context.setOffline(true);
    await expect(this.status).not.toHaveAttribute('data-connection', 'connected');
  }

  async goOnline(): Promise<void> {
    this.cable.mend();
    await this.context.setOffline(false);
  }
}
