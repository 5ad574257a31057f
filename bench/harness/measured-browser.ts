import { readdirSync, readFileSync } from 'node:fs';
import { chromium, type Page } from 'playwright';
import type { Browser, EngineName, Tab } from '../../e2e/engines/engine.ts';
import { FirefoxEngine } from '../../e2e/engines/firefox-engine.ts';
import { WebKitEngine } from '../../e2e/engines/webkit-engine.ts';
import { CHROMIUM_ARGS, findChromium, findTestChromium } from '../../scripts/chromium.mjs';
import { findFirefox, findWebKit } from '../../scripts/engines.mjs';

/** A page whose main thread is watched. */
export interface MeasuredPage {
  run<R>(task: () => R): Promise<Awaited<R>>;
  press(key: string): Promise<void>;
  /** Seconds of processor time that the page's main thread has taken so far: what else the machine does counts for nobody. */
  busySeconds(): Promise<number>;
  close(): Promise<void>;
}

/** A browser to measure in, with nobody else in it. */
export interface MeasuredBrowser {
  /** Engine and version. */
  readonly name: string;
  open(address: string): Promise<MeasuredPage>;
  close(): Promise<void>;
}

/** Opens a browser of this engine. Pages are one after the other. */
export async function openMeasured(engine: EngineName): Promise<MeasuredBrowser> {
  switch (engine) {
    case 'chromium':
      return openChromium();
    case 'firefox': {
      const path = findFirefox();
      if (path === null) throw new Error('There is no Firefox; npm test installs one.');
      const firefox = new FirefoxEngine(path);
      return watched(await firefox.openBrowser(), 'Firefox', () => firefox.stop());
    }
    case 'webkit': {
      const paths = findWebKit();
      if (paths === null) throw new Error('There is no WebKitGTK; npm test installs one.');
      const webkit = new WebKitEngine(paths);
      return watched(await webkit.openBrowser(), 'WebKit', () => webkit.stop());
    }
  }
}

async function openChromium(): Promise<MeasuredBrowser> {
  const people = findChromium();
  const executablePath = people ?? findTestChromium();
  if (executablePath === null) throw new Error('There is no Chromium; npm test installs one.');
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
  return {
    name: `Chromium ${majorOf(browser.version())}${people === null ? ' (headless shell)' : ''}`,
    async open(address) {
      const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
      await page.goto(address);
      return {
        run: (task) => page.evaluate(task) as Promise<never>,
        press: (key) => page.keyboard.press(key),
        busySeconds: await taskSeconds(page),
        close: () => page.close(),
      };
    },
    close: () => browser.close(),
  };
}

/** Chromium itself counts what its main thread does. */
async function taskSeconds(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  };
}

/** Of other browsers the kernel counts the first threads of the processes that pages live in, all together: only one page is at work. */
function watched(browser: Browser, name: string, stop: () => Promise<void>): MeasuredBrowser {
  const { pid } = browser;
  if (pid === null) throw new Error(`${name} has no process`);
  return {
    name: `${name} ${majorOf(browser.version)}`,
    async open(address) {
      const tab: Tab = await browser.openTab();
      await tab.open(address);
      return {
        run: (task) => tab.run(task),
        press: (key) => tab.press(key),
        busySeconds: async () => pageThreads(pid).reduce((sum, seconds) => sum + seconds, 0),
        // The last window of a WebKit session ends it.
        close: () => tab.open('about:blank'),
      };
    },
    async close() {
      await browser.close();
      await stop();
    },
  };
}

function majorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/** Kernel ticks a second in /proc/PID/stat: 100 on every Linux that Node.js runs on. */
const TICKS = 100;

/** What Firefox and WebKitGTK call the processes of pages, cut to the fifteen letters that Linux keeps. */
const PAGE_PROCESS = /^(Web Content|Isolated Web Co|WebKitWebProces)/;

/** Seconds of processor time of the main threads of all processes for pages that descend from this one. */
function pageThreads(ancestor: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    const fields = /^\d+$/.test(entry) ? statOf(`/proc/${entry}/stat`) : null;
    if (fields !== null) parents.set(Number(entry), Number(fields.rest[1]));
  }
  const descends = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === ancestor || descends(parent));
  };
  return [...parents.keys()].filter(descends).flatMap((pid) => {
    const fields = statOf(`/proc/${pid}/task/${pid}/stat`);
    if (fields === null || !PAGE_PROCESS.test(fields.name)) return [];
    return [(Number(fields.rest[11]) + Number(fields.rest[12])) / TICKS];
  });
}

/** The name of a process or thread and the fields behind it; null when it has ended. */
function statOf(path: string): { name: string; rest: string[] } | null {
  let stat: string;
  try {
    stat = readFileSync(path, 'latin1');
  } catch {
    return null;
  }
  const end = stat.lastIndexOf(')');
  return { name: stat.slice(stat.indexOf('(') + 1, end), rest: stat.slice(end + 2).split(' ') };
}
