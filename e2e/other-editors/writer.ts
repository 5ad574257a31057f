import type { Browser, BrowserContext, Page } from 'playwright/test';
import { expect } from 'playwright/test';
import { Cable } from '../cable.ts';

/** What a page of `pages/` tells. */
interface Desk {
  isSynced(): boolean;
  selected(): string;
  content(): Content;
  written(): number;
}

/** A document in three views that must agree among people. */
export interface Content {
  /** What the editor shows, as JSON; of one that does not follow its document, what it would show if it were opened now. */
  readonly shown: unknown;
  /** What the shared types hold, formatting included. */
  readonly held: unknown;
  /** State vector and deletions. */
  readonly operations: string;
}

declare global {
  interface Window {
    desk: Desk;
  }
}

/** One of the editors, and how it is used. */
export interface OtherEditor {
  /** The page in `pages/`. */
  readonly page: string;
  /** Another page for those who only look, where the editor would write on being opened. */
  readonly reader?: string;
  /** Where one types. */
  readonly field: string;
  /** What the JSON of its content has where a word is bold; nothing where all text is plain. */
  readonly bold: string | null;
  /**
   * Whether the editor shows what its document holds, whatever others write meanwhile. Lexical does not, on any server: its
   * binding repeats changes on a copy of its own and loses count where texts of the same format meet (docs/reliability.md).
   * Then people with the same document see different ones until they open it again, and what they type lands beside the
   * place where they see it.
   */
  readonly followsDocument: boolean;
}

/** Somebody at a browser of their own, with a network of their own, who writes in somebody else's editor. */
export class Writer {
  readonly name: string;
  readonly cable: Cable;
  readonly errors: string[] = [];
  readonly #context: BrowserContext;
  readonly #page: Page;
  readonly editor: OtherEditor;

  private constructor(name: string, cable: Cable, context: BrowserContext, page: Page, editor: OtherEditor) {
    this.name = name;
    this.cable = cable;
    this.#context = context;
    this.#page = page;
    this.editor = editor;
    page.on('pageerror', (error) => this.errors.push(`${name}: ${error.stack ?? error.message}`));
  }

  /** Comes to a document and waits until it is there. */
  static async arrive(
    browser: Browser,
    { name, editor, page = editor.page, site, port, documentName, isFirst = false }: Arrival,
  ): Promise<Writer> {
    const cable = await Cable.lay(port);
    const context = await browser.newContext();
    const writer = new Writer(name, cable, context, await context.newPage(), editor);
    const order = new URLSearchParams({
      server: `${cable.url.replace('http', 'ws')}/sync`,
      document: documentName,
      name,
      color: '#2f6f9f',
      ...(isFirst ? { first: '' } : {}),
    });
    await writer.#page.goto(`${site}/${page}.html#${order}`);
    await writer.#untilSynced();
    return writer;
  }

  content(): Promise<Content> {
    return this.#page.evaluate(() => window.desk.content());
  }

  /** Opens the document again, in a new editor. */
  async openAgain(): Promise<void> {
    await this.#page.reload();
    await this.#untilSynced();
  }

  async #untilSynced(): Promise<void> {
    await this.#page.waitForFunction(() => 'desk' in window && window.desk.isSynced());
  }

  async press(key: string, times = 1): Promise<void> {
    for (let pressed = 0; pressed < times; pressed++) await this.#page.keyboard.press(key);
  }

  /** Types, and waits until that has reached the document of this page. */
  async type(text: string): Promise<void> {
    const written = () => this.#page.evaluate(() => window.desk.written());
    const before = await written();
    await this.#page.keyboard.type(text);
    await expect.poll(written, { intervals: [10, 20, 50] }).toBeGreaterThan(before);
  }

  /** Gives the editor the focus and goes to the end of the document. */
  async goToEnd(): Promise<void> {
    await this.#page.locator(this.editor.field).first().focus();
    await this.press('Control+End');
  }

  /** Selects words on the first line that come behind others, with the keyboard. */
  async select(before: string, words: string): Promise<void> {
    // Where somebody else's caret arrives just then, some editors put back the selection from before the key.
    await expect(async () => {
      await this.#page.locator(this.editor.field).first().focus();
      await this.press('Control+Home');
      await this.#selected('');
      if (before !== '') {
        await this.#extend(before);
        await this.press('ArrowRight');
        await this.#selected('');
      }
      await this.#extend(words);
    }).toPass({ timeout: 20_000, intervals: [0] });
  }

  /** Goes behind what is selected. */
  async collapse(): Promise<void> {
    await expect(async () => {
      await this.press('ArrowRight');
      await this.#selected('');
    }).toPass({ timeout: 10_000, intervals: [0] });
  }

  async #extend(words: string): Promise<void> {
    await this.press('Shift+ArrowRight', words.length);
    // Somebody else's caret on the way takes a key more in some editors.
    const selected = await this.#page.evaluate(() => window.desk.selected());
    if (selected.length < words.length) await this.press('Shift+ArrowRight');
    await this.#selected(words);
  }

  async #selected(words: string): Promise<void> {
    await expect
      .poll(() => this.#page.evaluate(() => window.desk.selected()), { timeout: 500, intervals: [10, 20, 50] })
      .toBe(words);
  }

  async leave(): Promise<void> {
    await this.#context.close();
    await this.cable.remove();
  }
}

interface Arrival {
  readonly name: string;
  readonly editor: OtherEditor;
  /** The page in `pages/` that they open; the editor's own if absent. */
  readonly page?: string | undefined;
  /** Where the pages are. */
  readonly site: string;
  /** Where the server listens. */
  readonly port: number;
  readonly documentName: string;
  /** Nobody was in the document before. */
  readonly isFirst?: boolean;
}
