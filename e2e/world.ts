import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContextOptions, test as base, expect } from 'playwright/test';
import { ServerProcess } from '../server/testing/server-process.ts';
import { Cable } from './cable.ts';
import { Person } from './person.ts';

/** The real server with a data folder of its own, as a process that can be killed. */
export class TestServer {
  readonly #folder: string;
  #process: ServerProcess;

  constructor(folder: string, process: ServerProcess) {
    this.#folder = folder;
    this.#process = process;
  }

  get url(): string {
    return this.#process.url;
  }

  get port(): number {
    return Number(this.#process.port);
  }

  /** Everything it has written since it was started last. */
  get output(): string {
    const { stdout, stderr } = this.#process.output;
    return stdout + stderr;
  }

  /** Kills it without warning. */
  async kill(): Promise<void> {
    await this.#process.end('SIGKILL');
  }

  /** Starts it again where it was, with these settings. */
  async startAgain(args: readonly string[] = []): Promise<void> {
    this.#process = await ServerProcess.start(this.#folder, ['--port', String(this.port), ...args]);
  }

  /** The text as the server has it. */
  async text(documentName: string): Promise<string> {
    const response = await fetch(`${this.url}/api/documents/${encodeURIComponent(documentName)}/text`);
    return response.status === 404 ? '' : response.text();
  }

  async stop(): Promise<void> {
    await this.#process.end('SIGTERM');
  }
}

interface World {
  /** How much the server writes to its log. */
  logLevel: 'info' | 'debug';
  server: TestServer;
  /** Lets somebody come, in a browser of their own, to a document. Their name is known to it already. */
  arrive: (name: string, documentName: string, options?: BrowserContextOptions) => Promise<Person>;
  /** Somebody at a browser of their own who has opened nothing yet. */
  visitor: (name: string, options?: BrowserContextOptions) => Promise<Person>;
  /** Lets somebody come to a path of the site, and waits for nothing. */
  enter: (name: string, path: string, options?: BrowserContextOptions) => Promise<Person>;
  /** Lets somebody make a new document on the start page. */
  create: (name: string, options?: BrowserContextOptions) => Promise<Person>;
}

/** Colours that tell people apart in screenshots. */
const COLORS = ['#2f6f9f', '#a4502e', '#3f7d4e', '#7a4c9c', '#96691a'];

export const test = base.extend<World>({
  logLevel: ['info', { option: true }],

  server: async ({ logLevel }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'coscribe-e2e-'));
    const server = new TestServer(folder, await ServerProcess.start(folder, ['--port', '0', '--log-level', logLevel]));
    await use(server);
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  },

  visitor: async ({ server, browser }, use) => {
    const people: Person[] = [];
    await use(async (name, options = {}) => {
      const cable = await Cable.lay(server.port);
      const color = COLORS[people.length % COLORS.length] ?? '#000000';
      const context = await browser.newContext({
        ...options,
        permissions: options.permissions ?? ['clipboard-read', 'clipboard-write'],
        storageState: {
          cookies: [],
          origins: [
            {
              origin: cable.url,
              localStorage: [{ name: 'coscribe.guest', value: JSON.stringify({ name, color }) }],
            },
          ],
        },
      });
      const person = new Person(name, context, await context.newPage(), cable);
      people.push(person);
      return person;
    });
    for (const { context, cable } of people) {
      await context.close();
      await cable.remove();
    }
  },

  arrive: async ({ visitor }, use) => {
    await use(async (name, documentName, options) => {
      const person = await visitor(name, options);
      await person.open(documentName);
      return person;
    });
  },

  enter: async ({ visitor }, use) => {
    await use(async (name, path, options) => {
      const person = await visitor(name, options);
      await person.page.goto(person.cable.url + path);
      return person;
    });
  },

  create: async ({ visitor }, use) => {
    await use(async (name, options) => {
      const person = await visitor(name, options);
      await person.page.goto(person.cable.url);
      await person.page.getByTestId('new-document').first().click();
      await person.connected();
      return person;
    });
  },
});

export { expect };
