import { type BrowserContextOptions, test as base, expect } from 'playwright/test';
import { Cable } from './cable.ts';
import { Person } from './person.ts';
import { SharedServer, TestServer } from './test-server.ts';

interface World {
  /** Whether the test has a server to itself: it counts what all of it does, or leaves it in a state that others would notice. */
  ownServer: boolean;
  /** Settings of the server, as on the command line. With any, the test has a server to itself. */
  settings: readonly string[];
  /**
   * The worker's server, which tests use one after the other, each with documents of its own (`server.name`). A test may kill
   * it and start it again: the next test gets another one.
   */
  server: TestServer;
  /** Lets somebody come, in a browser of their own, to a document of the test. Their name is known to it already. */
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

export const test = base.extend<World, { sharedServer: SharedServer }>({
  ownServer: [false, { option: true }],
  settings: [[], { option: true }],

  sharedServer: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern.
    async ({}, use) => {
      const shared = new SharedServer();
      await use(shared);
      await shared.remove();
    },
    { scope: 'worker' },
  ],

  server: async ({ sharedServer, ownServer, settings }, use) => {
    if (ownServer || settings.length > 0) {
      const server = await TestServer.start(settings);
      await use(server);
      await server.remove();
      return;
    }
    await use(await sharedServer.lend());
    await sharedServer.takeBack();
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
      const person = new Person(name, context, await context.newPage(), cable, server);
      people.push(person);
      return person;
    });
    await Promise.all(people.map(({ context }) => context.close()));
    await Promise.all(people.map(({ cable }) => cable.remove()));
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

export { expect, type TestServer };
