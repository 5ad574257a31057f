import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { test as base, expect, type Page } from 'playwright/test';
import { build } from 'vite';
import type { EditorOptions } from '../../web/editor/index.ts';
import type {} from './harness/harness.ts';

type JoinOptions = Partial<
  Pick<
    EditorOptions,
    | 'completion'
    | 'field'
    | 'fileName'
    | 'hideMyCursor'
    | 'indentation'
    | 'language'
    | 'lineNumbers'
    | 'lineWrapping'
    | 'newIndentation'
    | 'placeholder'
    | 'readOnly'
    | 'theme'
    | 'user'
  >
> & { content?: string };

/** One person at an editor of the harness page. */
export class Person {
  readonly page: Page;
  readonly name: string;

  constructor(page: Page, name: string) {
    this.page = page;
    this.name = name;
  }

  /** Their pane. */
  get pane() {
    return this.page.locator(`#${this.name}`);
  }

  /** The text field. */
  get content() {
    return this.pane.locator('.cm-content');
  }

  /** Carets of others that they see. */
  get carets() {
    return this.pane.locator('.cs-caret');
  }

  /** What the editor holds. */
  shown(): Promise<string> {
    return this.page.evaluate((name) => window.harness.desk(name).editor.getText(), this.name);
  }

  /** What the document holds. */
  held(): Promise<string> {
    return this.page.evaluate((name) => window.harness.desk(name).text.toString(), this.name);
  }

  /** Puts the caret, or a selection, somewhere and gives the editor the focus. */
  async select(anchor: number, head = anchor): Promise<void> {
    await this.page.evaluate(
      ([name, anchor, head]) => {
        const { editor } = window.harness.desk(name);
        editor.focus();
        editor.view.dispatch({ selection: { anchor, head }, scrollIntoView: true, userEvent: 'select' });
      },
      [this.name, anchor, head] as const,
    );
  }

  /** Types with the keyboard where the caret is. */
  async type(text: string): Promise<void> {
    await this.content.focus();
    await this.page.keyboard.type(text);
  }

  /** Presses a key. */
  async press(key: string): Promise<void> {
    await this.content.focus();
    await this.page.keyboard.press(key);
  }

  /** Pastes plain text, as from the clipboard. */
  paste(text: string): Promise<void> {
    return this.content.evaluate((element, text) => {
      const data = new DataTransfer();
      data.setData('text/plain', text);
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    }, text);
  }

  /** The awareness client id. */
  id(): Promise<number> {
    return this.page.evaluate((name) => window.harness.desk(name).awareness.clientID, this.name);
  }

  /** What onError was told. */
  errors(): Promise<string[]> {
    return this.page.evaluate((name) => window.harness.desk(name).errors, this.name);
  }
}

/** Opens people's editors on one page. */
export interface Room {
  /** JoinedPeople a person; their editor shares the text with everybody seated. */
  join(name: string, options?: JoinOptions): Promise<Person>;
}

const MIME: Record<string, string> = { html: 'text/html', js: 'text/javascript', css: 'text/css' };

/** Builds the harness once a worker and serves it from memory on a free port of this machine. */
async function serveHarness(): Promise<{ server: Server; origin: string }> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    root: fileURLToPath(new URL('./harness', import.meta.url)),
    build: { write: false, minify: false, modulePreload: false, chunkSizeWarningLimit: 5_000, target: 'es2022' },
  });
  const files = new Map<string, string | Uint8Array>();
  for (const output of Array.isArray(built) ? built : 'output' in built ? [built] : []) {
    for (const file of output.output) files.set(`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source);
  }
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const file = files.get(path === '/' ? '/index.html' : path);
    const type = MIME[path === '/' ? 'html' : (path.split('.').at(-1) ?? '')] ?? 'application/octet-stream';
    response.writeHead(file === undefined ? 404 : 200, { 'content-type': `${type}; charset=utf-8` });
    response.end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

export const test = base.extend<{ room: Room }, { harnessOrigin: string }>({
  harnessOrigin: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures wanted from the pattern
    async ({}, use) => {
      const { server, origin } = await serveHarness();
      await use(origin);
      await new Promise((resolve) => server.close(resolve));
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  room: async ({ page, harnessOrigin }, use) => {
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(String(error)));
    await page.goto(harnessOrigin);
    await page.waitForFunction(() => 'harness' in window);
    await use({
      async join(name, options = {}) {
        await page.evaluate(([name, options]) => window.harness.open(name, options), [name, options] as const);
        return new Person(page, name);
      },
    });
    expect(failures, 'errors on the page').toEqual([]);
  },
});

export { expect };

/** Waits until editors and documents of all people hold the same text. @returns that text */
export async function same(...people: Person[]): Promise<string> {
  const [first] = people;
  if (first === undefined) return '';
  await expect(async () => {
    const texts = await Promise.all(people.flatMap((person) => [person.shown(), person.held()]));
    expect(new Set(texts).size, texts.map((text) => text.slice(0, 500)).join('\n---\n')).toBe(1);
  }).toPass({ timeout: 60_000, intervals: [20, 50, 100, 250] });
  return await first.shown();
}
