import { spawnSync } from 'node:child_process';
import { type Browser, chromium } from 'playwright';
import { CHROMIUM_ARGS, findChromium, findTestChromium } from '../../scripts/chromium.mjs';
import { buildPage, servePage } from '../harness/built-page.ts';
import { removeFolder, ServerUnderTest, temporaryFolder } from '../harness/server-under-test.ts';
import { type Line, type Row, times } from '../line.ts';

/** What Lighthouse calls slow 4G: bytes a second down and up, milliseconds there and back. */
const SLOW_4G = { offline: false, latency: 150, downloadThroughput: 204_800, uploadThroughput: 96_000 };
/** How many times slower the processor is. */
const SLOW_CPU = 4;
/** Each page is opened this often, the pages in turn, so that what else the machine does falls on all of them. */
const TIMES = 5;
/** A new document, and a file of 5,000 lines. */
const LINES = [0, 5_000];
const GOAL = 3_000;
const NEW_MARK = 'first-key-mark';

declare global {
  interface Window {
    /** When the text, and the typed key in it, was painted, in milliseconds since the page was asked for. */
    firstKey?: number;
  }
}

function story(lines: number): string {
  return Array.from(
    { length: lines },
    (_, line) => `Line ${line} of a text with some words in it, **bold** and \`code\`.\n`,
  ).join('');
}

/** Opens a page for the first time and types as soon as the text has the focus. @returns milliseconds until the key is seen */
async function firstKey(browser: Browser, url: string, lines: number): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 412, height: 823 } });
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', SLOW_4G);
    await session.send('Emulation.setCPUThrottlingRate', { rate: SLOW_CPU });
    // As the start page leaves it for the document that it asks for.
    await page.addInitScript({ content: `localStorage.setItem('coscribe.new', '${NEW_MARK}')` });
    await page.addInitScript({ content: hand(lines > 0 ? 'Line 1 of' : '') });
    await page.goto(url, { waitUntil: 'commit' });
    const seen = await page.waitForFunction(() => window.firstKey, null, { timeout: 60_000, polling: 100 });
    return (await seen.jsonValue()) ?? Number.NaN;
  } finally {
    await context.close();
  }
}

/**
 * The script that types: the key is pressed by the page, the moment that it can be, since a hand outside would add its own wait.
 * As text, because the compiler of this file adds to functions what the page does not have.
 */
function hand(expected: string): string {
  return `{
    const text = () => document.querySelector('.cm-content')?.textContent ?? '';
    const look = () => {
      const isThere = document.activeElement?.className.includes('cm-content') && text().includes('${expected}');
      if (isThere && !text().includes('QZ')) document.execCommand('insertText', false, 'QZ');
      if (!text().includes('QZ')) return void requestAnimationFrame(look);
      // Behind the frame that paints it.
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => { window.firstKey = performance.now(); };
        channel.port2.postMessage(null);
      });
    };
    requestAnimationFrame(look);
  }`;
}

async function createDocument(server: ServerUnderTest, name: string, content: string): Promise<void> {
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  const answer = await fetch(`${server.url}/api/documents/${name}`, { method: 'PUT', headers, body: content });
  if (!answer.ok) throw new Error(`The document was not made: ${answer.status} ${await answer.text()}`);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(2)} s`;
}

export const firstKeyLine: Line = {
  name: 'first-key',
  title:
    'the first key on slow 4G with a processor four times slower, in a new document and in 5,000 lines, beside plain CodeMirror',
  limit: 300,
  async run(say) {
    // A browser is several processes, and this one was bound to a core.
    spawnSync('taskset', ['-pc', '0,1', String(process.pid)]);
    const folder = temporaryFolder();
    await buildPage('plain-page.html', folder);
    const plain = await servePage(folder, story);
    const server = await ServerUnderTest.start('coscribe');
    const executablePath = findChromium() ?? findTestChromium();
    if (executablePath === null) throw new Error('There is no Chromium; npm test installs one.');
    const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
    try {
      const rows: Row[] = [];
      for (const lines of LINES) {
        const ours: number[] = [];
        const theirs: number[] = [];
        // Once for nothing, so that what is packed is packed.
        await firstKey(browser, `${plain.url}/plain-page.html#${lines}`, lines);
        for (let time = 0; time < TIMES; time++) {
          // A document of its own each time: the one before may still be in the server's memory.
          const name = `first-key-${lines}-${time}`;
          const path = lines === 0 ? `${name}#new.${NEW_MARK}` : name;
          if (lines > 0) await createDocument(server, name, story(lines));
          ours.push(await firstKey(browser, `${server.url}/d/${path}`, lines));
          theirs.push(await firstKey(browser, `${plain.url}/plain-page.html#${lines}`, lines));
        }
        const [mine, floor] = [median(ours), median(theirs)];
        say(`${lines} lines: ours ${ours.map(seconds).join(', ')}; plain ${theirs.map(seconds).join(', ')}`);
        rows.push({
          work: `first visit on slow 4G, processor 4 times slower, ${lines === 0 ? 'a new document' : '5,000 lines'}: until a typed key is seen, median of ${TIMES}`,
          ours: seconds(mine),
          peers: `plain CodeMirror with Markdown ${seconds(floor)}`,
          ratio: times(mine / floor),
          target: 'at most 3.0 s',
          met: mine <= GOAL,
        });
      }
      return rows;
    } finally {
      await browser.close();
      plain.stop();
      await server.stop();
      removeFolder(folder);
    }
  },
};
