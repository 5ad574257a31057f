import { spawnSync } from 'node:child_process';
import { ENGINES, type EngineName } from '../../e2e/engines/engine.ts';
import type { Keystroke } from '../browser/editor-page.ts';
import { buildPage, servePage } from '../harness/built-page.ts';
import { type MeasuredBrowser, openMeasured } from '../harness/measured-browser.ts';
import { removeFolder, temporaryFolder } from '../harness/server-under-test.ts';
import { pause } from '../harness/waiting.ts';
import { figure, type Line, type Row, times } from '../line.ts';

const SETTLE = 3_000;
const WATCH = 8_000;
const KEYS = 300;
const KEY_INTERVAL = 50;

/** What a mode costs: main-thread milliseconds for each second, edits of others a second, and what each key took. */
interface Cost {
  readonly busy: number;
  readonly edits: number;
  readonly keys: readonly Keystroke[];
}

async function measure(browser: MeasuredBrowser, url: string, mode: string, keys = KEYS): Promise<Cost> {
  const page = await browser.open(`${url}/editor-page.html#${mode}`);
  try {
    await pause(SETTLE);
    const [busyBefore, editsBefore, started] = [
      await page.busySeconds(),
      await page.run(() => window.applied),
      performance.now(),
    ];
    await pause(WATCH);
    const seconds = (performance.now() - started) / 1000;
    const edits = ((await page.run(() => window.applied)) - editsBefore) / seconds;
    const cost = ((await page.busySeconds()) - busyBefore) * (1000 / seconds);
    if (mode !== 'none') {
      for (let i = 0; i < keys; i++) {
        await page.press('abcdefgh '[i % 9] ?? 'x');
        await pause(KEY_INTERVAL);
      }
    }
    return { busy: cost, edits, keys: await page.run(() => window.keystrokes) };
  } finally {
    await page.close();
  }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function both(values: readonly number[]): string {
  return `${figure(percentile(values, 0.5))} / ${figure(percentile(values, 0.99))} ms`;
}

/** The rows of one engine. */
async function rowsOf(engine: EngineName, url: string, say: (words: string) => void): Promise<Row[]> {
  const browser = await openMeasured(engine);
  try {
    // With keys WebKit's part was not over within the time of the line. Why is not known.
    const count = engine === 'webkit' ? 0 : KEYS;
    const none = await measure(browser, url, 'none');
    const ours = await measure(browser, url, 'ours', count);
    const theirs = await measure(browser, url, 'y-codemirror', count);
    say(
      `${browser.name}: Yjs alone is busy ${figure(none.busy)} ms a second, with ours ${figure(ours.busy)}, with y-codemirror.next ${figure(theirs.busy)}`,
    );
    const [oursEdit, theirsEdit] = [ours, theirs].map(({ busy, edits }) => (busy - none.busy) / edits) as [
      number,
      number,
    ];
    const edits: Row = {
      work: `${browser.name}: editor, 1 MB, 50 others typing 100/s and moving 250/s: main thread for each edit of others, without what Yjs takes`,
      ours: `${figure(oursEdit)} ms`,
      peers: `y-codemirror.next ${figure(theirsEdit)} ms`,
      ratio: times(oursEdit / theirsEdit),
      target: 'at most half',
      met: oursEdit <= theirsEdit / 2,
    };
    if (count === 0) return [edits];
    const bare = await measure(browser, url, 'bare', count);
    const keys = (take: (key: Keystroke) => number) => {
      const [mine, peer, floor] = [ours, theirs, bare].map((cost) => cost.keys.map(take)) as [
        number[],
        number[],
        number[],
      ];
      return {
        p99: percentile(mine, 0.99),
        ours: both(mine),
        peers: `y-codemirror.next ${both(peer)}; CodeMirror alone, nobody else there ${both(floor)}`,
        ratio: percentile(mine, 0.5) / percentile(peer, 0.5),
      };
    };
    const handling = keys((key) => key.handling);
    const painted = keys((key) => key.handling + key.frame);
    return [
      edits,
      {
        work: `${browser.name}: a key, until the text is changed, p50 / p99`,
        ours: handling.ours,
        peers: handling.peers,
        ratio: times(handling.ratio),
        target: 'p99 under 8 ms',
        met: handling.p99 < 8,
      },
      {
        work: `${browser.name}: the same, with the frame that paints it`,
        ours: painted.ours,
        peers: painted.peers,
        ratio: times(painted.ratio),
        target: 'at most half',
        met: painted.ratio <= 0.5,
      },
    ];
  } finally {
    await browser.close();
  }
}

export const editor: Line = {
  name: 'editor',
  title:
    'the editor in Chromium, Firefox and WebKit: a document of 1 MB with 50 others typing 100 characters a second and moving, beside y-codemirror.next',
  limit: 540,
  async run(say) {
    // A browser is several processes, and this one was bound to a core.
    spawnSync('taskset', ['-pc', '0,1', String(process.pid)]);
    const folder = temporaryFolder();
    await buildPage('editor-page.html', folder);
    const { url, stop } = await servePage(folder);
    try {
      const rows: Row[] = [];
      for (const engine of ENGINES) rows.push(...(await rowsOf(engine, url, say)));
      return rows;
    } finally {
      stop();
      removeFolder(folder);
    }
  },
};
