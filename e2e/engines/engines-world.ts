import { findFirefox, findWebKit } from '../../scripts/engines.mjs';
import { Cable } from '../cable.ts';
import { test as base, type TestServer } from '../world.ts';
import { ChromiumEngine } from './chromium-engine.ts';
import type { Browser, Engine, EngineName, Refusal } from './engine.ts';
import { FirefoxEngine } from './firefox-engine.ts';
import { Visitor } from './visitor.ts';
import { WebKitEngine } from './webkit-engine.ts';

interface EnginesWorld {
  /** Somebody at a browser of this engine who has opened nothing yet. Their name is known to it already. */
  visit: (engine: EngineName, name: string, refuses?: Refusal) => Promise<Visitor>;
  /** Lets somebody come to a document of the test. */
  arriveIn: (engine: EngineName, name: string, documentName: string) => Promise<Visitor>;
}

const COLORS = ['#2f6f9f', '#a4502e', '#3f7d4e', '#7a4c9c', '#96691a'];

/** Started when a test first asks for them, and kept for the worker's next tests. */
class Engines {
  readonly #started = new Map<EngineName, Engine>();

  constructor(chromium: Engine) {
    this.#started.set('chromium', chromium);
  }

  open(name: EngineName, refuses?: Refusal): Promise<Browser> {
    const engine = this.#started.get(name) ?? start(name);
    this.#started.set(name, engine);
    return engine.openBrowser(refuses);
  }

  async stop(): Promise<void> {
    for (const engine of this.#started.values()) await engine.stop();
  }
}

function start(name: EngineName): Engine {
  switch (name) {
    case 'firefox': {
      const path = findFirefox();
      if (path === null) throw new Error('There is no Firefox here: install firefox-esr, or set COSCRIBE_FIREFOX.');
      return new FirefoxEngine(path);
    }
    case 'webkit': {
      const paths = findWebKit();
      if (paths === null) throw new Error('There is no WebKitGTK here: install webkit2gtk-driver and xvfb.');
      return new WebKitEngine(paths);
    }
    case 'chromium':
      throw new Error('Chromium belongs to the runner');
  }
}

export const test = base.extend<EnginesWorld, { engines: Engines }>({
  engines: [
    async ({ browser }, use) => {
      const engines = new Engines(new ChromiumEngine(browser));
      await use(engines);
      await engines.stop();
    },
    { scope: 'worker' },
  ],

  visit: async ({ server, engines }, use) => {
    const visitors: Visitor[] = [];
    await use(async (engine, name, refuses) => {
      const color = COLORS[visitors.length % COLORS.length] ?? '#000000';
      const visitor = await enterWith(await engines.open(engine, refuses), name, color, server);
      visitors.push(visitor);
      return visitor;
    });
    for (const { browser, cable } of visitors) {
      await browser.close();
      await cable.remove();
    }
  },

  arriveIn: async ({ visit }, use) => {
    await use(async (engine, name, documentName) => {
      const visitor = await visit(engine, name);
      await visitor.open(documentName);
      return visitor;
    });
  },
});

async function enterWith(browser: Browser, name: string, color: string, server: TestServer): Promise<Visitor> {
  const cable = await Cable.lay(server.port);
  const visitor = new Visitor(name, browser, await browser.openTab(), cable, server);
  // Any answer of the site will do to have its storage at hand.
  await visitor.enter('/healthz');
  await visitor.tab.run(keepGuest, JSON.stringify({ name, color }));
  return visitor;
}

/** Runs in the page. Where the browser keeps nothing the page gives its guest a name of its own. */
function keepGuest(guest: string): void {
  try {
    localStorage?.setItem('coscribe.guest', guest);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

export { expect, type TestServer } from '../world.ts';
