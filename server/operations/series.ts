import { type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Sample } from '../../protocol/dashboard.ts';
import type { Clock } from '../clock.ts';

/** How often a sample is taken, and for how long it is kept, in milliseconds. */
export const SAMPLE_INTERVAL = 5_000;
export const KEPT_FOR = 60 * 60 * 1000;

/** What is sampled: what there is at the moment, or how much a second since the sample before. */
export const SERIES = [
  'connections',
  'members',
  'documents',
  /** Updates a second. */
  'updates',
  /** Bytes a second. */
  'received',
  'sent',
  'written',
  /** Milliseconds within which 99 of 100 turns were on disk; 0 without any. */
  'acknowledged',
  /** Bytes that wait for the disk. */
  'waiting',
  /** Milliseconds that the event loop was late, 99 of 100 times at most. */
  'loopDelay',
  /** Part of the time in which the event loop worked, and of a processor that the process used. */
  'loopBusy',
  'cpu',
  /** Bytes. */
  'memory',
  'heap',
  /** A second: updates refused, and connections closed. */
  'refused',
  'closed',
] as const;

export type SeriesName = (typeof SERIES)[number];

/** Counters and gauges that the server has anyway; each is read once in a sample. */
export interface SeriesSources {
  readonly connections: () => number;
  readonly members: () => number;
  readonly documents: () => number;
  readonly updates: () => number;
  readonly received: () => number;
  readonly sent: () => number;
  readonly written: () => number;
  readonly acknowledged: () => Promise<number>;
  readonly waiting: () => number;
  readonly refused: () => number;
  readonly closed: () => number;
}

const LOOP_RESOLUTION = 20;
const NANOSECONDS_OF_MILLISECOND = 1e6;

/** The figures of the last hour. Costs one look at each counter every five seconds, whatever the server does. */
export class Series {
  readonly #sources: SeriesSources;
  readonly #clock: Clock;
  readonly #samples: Sample[] = [];
  readonly #loopDelay: IntervalHistogram = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION });
  #number = 0;
  #timer: unknown = null;
  #isStopped = false;
  #last: { readonly at: number; readonly counts: Readonly<Record<string, number>> };
  #loop = performance.eventLoopUtilization();

  constructor(sources: SeriesSources, clock: Clock) {
    this.#sources = sources;
    this.#clock = clock;
    this.#last = { at: clock.now(), counts: this.#counts() };
    this.#loopDelay.enable();
    this.#schedule();
  }

  /** The samples behind a number, the oldest first. */
  after(number: number): readonly Sample[] {
    const first = this.#samples[0];
    if (first === undefined) return [];
    return this.#samples.slice(Math.max(0, number + 1 - first.number));
  }

  stop(): void {
    this.#isStopped = true;
    this.#clock.clearTimeout(this.#timer);
    this.#loopDelay.disable();
  }

  /** Takes a sample now. */
  async sample(): Promise<void> {
    const { connections, members, documents, waiting, acknowledged } = this.#sources;
    const acknowledgedWithin = await acknowledged();
    const [now, counts, before] = [this.#clock.now(), this.#counts(), this.#last];
    const seconds = Math.max(0.001, (now - before.at) / 1000);
    const rate = (name: string) => Math.max(0, (counts[name] ?? 0) - (before.counts[name] ?? 0)) / seconds;
    const loop = performance.eventLoopUtilization(this.#loop);
    this.#loop = performance.eventLoopUtilization();
    const delay = this.#loopDelay.percentile(99) / NANOSECONDS_OF_MILLISECOND - LOOP_RESOLUTION;
    this.#loopDelay.reset();
    const { rss, heapUsed } = process.memoryUsage();
    const values: Record<SeriesName, number> = {
      ...{ connections: connections(), members: members(), documents: documents(), waiting: waiting() },
      ...{ updates: rate('updates'), received: rate('received'), sent: rate('sent'), written: rate('written') },
      ...{ refused: rate('refused'), closed: rate('closed'), cpu: rate('cpu') },
      ...{ acknowledged: acknowledgedWithin, loopDelay: Math.max(0, delay), loopBusy: loop.utilization },
      ...{ memory: rss, heap: heapUsed },
    };
    this.#last = { at: now, counts };
    this.#samples.push({
      number: ++this.#number,
      at: this.#clock.date(),
      values: SERIES.map((name) => rounded(values[name])),
    });
    if (this.#samples.length > KEPT_FOR / SAMPLE_INTERVAL) this.#samples.shift();
  }

  #schedule(): void {
    this.#timer = this.#clock.setTimeout(() => {
      void this.sample().finally(() => {
        if (!this.#isStopped) this.#schedule();
      });
    }, SAMPLE_INTERVAL);
  }

  #counts(): Record<string, number> {
    const { updates, received, sent, written, refused, closed } = this.#sources;
    const { user, system } = process.cpuUsage();
    return {
      ...{ updates: updates(), received: received(), sent: sent(), written: written() },
      ...{ refused: refused(), closed: closed(), cpu: (user + system) / 1e6 },
    };
  }
}

/** Three digits are as much as a graph shows. */
function rounded(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(4)) : 0;
}
