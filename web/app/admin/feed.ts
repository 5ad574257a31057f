import type { DashboardView, Wish } from '../../../protocol/dashboard.ts';

/** How the figures come, and how old they are. Times are those of the clock. */
export type FeedState =
  | { readonly kind: 'starting' }
  /** The server pushes them. */
  | { readonly kind: 'live'; readonly at: number }
  /** The push failed: they are asked for. */
  | { readonly kind: 'polling'; readonly at: number }
  /** Neither works. */
  | { readonly kind: 'stale'; readonly since: number | null }
  /** The right to see them has ended. */
  | { readonly kind: 'ended' };

export interface FeedClock {
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** A stream of pushes, as EventSource is one. */
export interface PushStream {
  onPush: ((view: DashboardView) => void) | null;
  onFailure: (() => void) | null;
  /** The server said that the right has ended. */
  onEnd: (() => void) | null;
  close(): void;
}

export interface FeedPorts {
  /** @param query what to send, without a question mark */
  readonly openStream: (query: string) => PushStream;
  /** Asks once. Rejects when that fails; null when the right has ended. */
  readonly ask: (query: string) => Promise<DashboardView | null>;
  readonly clock: FeedClock;
  readonly onView: (view: DashboardView) => void;
  readonly onState: (state: FeedState) => void;
}

/** The server pushes every two seconds: two that are missed, and a little for the way. */
export const MISSED_AFTER = 5_000;
/** How often is asked instead, and after how long the push is tried again. */
export const POLL_INTERVAL = 5_000;
export const RETRY_PUSH_AFTER = 30_000;

/**
 * Keeps the figures coming: pushed by the server; when two pushes are missed or the stream ends, asked for every five seconds, while
 * the push is tried again every thirty. What is new is asked for by number, so that no sample and no event is missed by the change.
 *
 *   starting --push--> live --missed, failed--> polling --push--> live
 *                                                  +--fails--> stale --works--> polling, live
 */
export class Feed {
  readonly #ports: FeedPorts;
  #wish: Wish = { documents: 'people', connections: 'backlog', find: '' };
  #samples = 0;
  #events = 0;
  #lastAt: number | null = null;
  #stream: PushStream | null = null;
  #watch: unknown = null;
  #poll: unknown = null;
  #retry: unknown = null;
  #isEnded = false;
  /** Counts the questions: the answer to an earlier one than the last is late. */
  #question = 0;

  constructor(ports: FeedPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#ports.onState({ kind: 'starting' });
    this.#openStream();
  }

  get wish(): Wish {
    return this.#wish;
  }

  /** Wants other rows from now on. */
  wants(wish: Partial<Wish>): void {
    this.#wish = { ...this.#wish, ...wish };
    if (this.#isEnded) return;
    this.#stopPolling();
    this.#openStream();
  }

  /** Asks at once, after something was done. */
  refresh(): void {
    void this.#ask();
  }

  stop(): void {
    this.#isEnded = true;
    this.#question += 1;
    this.#closeStream();
    this.#stopPolling();
  }

  #openStream(): void {
    const { clock, openStream } = this.#ports;
    this.#closeStream();
    clock.clearTimeout(this.#retry);
    const stream = openStream(this.#query());
    this.#stream = stream;
    stream.onPush = (view) => {
      this.#stopPolling();
      this.#take(view);
      this.#ports.onState({ kind: 'live', at: clock.now() });
      this.#watchStream();
    };
    stream.onFailure = () => this.#streamFailed();
    stream.onEnd = () => this.#end();
    this.#watchStream();
  }

  #watchStream(): void {
    const { clock } = this.#ports;
    clock.clearTimeout(this.#watch);
    this.#watch = clock.setTimeout(() => this.#streamFailed(), MISSED_AFTER);
  }

  #streamFailed(): void {
    const { clock } = this.#ports;
    this.#closeStream();
    clock.clearTimeout(this.#retry);
    this.#retry = clock.setTimeout(() => this.#openStream(), RETRY_PUSH_AFTER);
    if (this.#poll === null) void this.#pollNow();
  }

  async #pollNow(): Promise<void> {
    const { clock } = this.#ports;
    this.#poll = clock.setTimeout(() => void this.#pollNow(), POLL_INTERVAL);
    await this.#ask();
  }

  async #ask(): Promise<void> {
    const { ask, clock, onState } = this.#ports;
    this.#question += 1;
    const question = this.#question;
    try {
      const view = await ask(this.#query());
      if (question !== this.#question) return;
      if (view === null) {
        this.#end();
        return;
      }
      this.#take(view);
      if (this.#poll !== null) onState({ kind: 'polling', at: clock.now() });
    } catch {
      // Whatever the cause, the page says that it is stale, and the next question tries again.
      if (question === this.#question && this.#poll !== null) onState({ kind: 'stale', since: this.#lastAt });
    }
  }

  #take(view: DashboardView): void {
    this.#lastAt = this.#ports.clock.now();
    const samples = view.series.samples.filter(({ number }) => number > this.#samples);
    const events = view.events.filter(({ number }) => number > this.#events);
    const failures = view.failures.filter(({ number }) => number > this.#events);
    this.#samples = samples.at(-1)?.number ?? this.#samples;
    this.#events = Math.max(this.#events, events.at(-1)?.number ?? 0, failures.at(-1)?.number ?? 0);
    this.#ports.onView({ ...view, series: { ...view.series, samples }, events, failures });
  }

  #end(): void {
    this.stop();
    this.#ports.onState({ kind: 'ended' });
  }

  #closeStream(): void {
    this.#ports.clock.clearTimeout(this.#watch);
    const stream = this.#stream;
    this.#stream = null;
    if (stream === null) return;
    stream.onPush = null;
    stream.onFailure = null;
    stream.onEnd = null;
    stream.close();
  }

  #stopPolling(): void {
    const { clock } = this.#ports;
    clock.clearTimeout(this.#poll);
    clock.clearTimeout(this.#retry);
    this.#poll = null;
  }

  #query(): string {
    const { documents, connections, find } = this.#wish;
    const query = new URLSearchParams({ documents, connections, find });
    query.set('samples', String(this.#samples));
    query.set('events', String(this.#events));
    return query.toString();
  }
}
