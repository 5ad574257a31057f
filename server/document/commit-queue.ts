import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import type { Operation, Store } from '../store/store.ts';
import { CommitPace } from './commit-pace.ts';

/** Wait before the first retry of a failed write, in milliseconds; doubled up to the last. */
const FIRST_RETRY = 100;
const LAST_RETRY = 5_000;

/** About what a commit, and each of its operations, takes in memory beside keys and values, in bytes. */
const COMMIT_BYTES = 400;
const OPERATION_BYTES = 300;

/** Max bytes of values in one batch: beyond it a batch's fsync would make everybody wait. */
const BATCH_BYTES = 8 * 1024 * 1024;

const REFUSES = 'The storage refuses to write; nothing is acknowledged meanwhile.';

interface Commit {
  readonly operations: readonly Operation[];
  readonly bytes: number;
  readonly onDurable: () => void;
  readonly enqueuedAt: number;
}

/**
 * Group commit: everything that waits, of all documents, goes into one atomic batch with fsync; the next batch gathers
 * while that one is written, and in busy times for some milliseconds more (commit-pace.ts). A failed batch is tried again, for ever and in order, so nothing is ever dropped or
 * acknowledged early (DUR-2, DUR-9).
 *
 *   idle --enqueue--> writing --ok, nothing waits--> idle
 *                        |  ^--ok, more waits--+
 *                      fails
 *                        v
 *                     failing --retry works--> writing
 *
 * Safety: `onDurable` is called once, after the operations and all enqueued before them are durable. Liveness: when the
 * store heals, everything enqueued becomes durable without further calls.
 */
export class CommitQueue {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #waiting: Commit[] = [];
  /** Whether the loop of `#write` runs or is about to. */
  #busy = false;
  #waitingBytes = 0;
  #failing = false;
  #idleWaiters: (() => void)[] = [];
  readonly #stateListeners = new Set<(failing: boolean) => void>();
  /** Figures for health and metrics. */
  readonly counters = { batches: 0, operations: 0, bytes: 0, failures: 0 };
  /** Called with the milliseconds that a successful batch took, and how many commits it held. */
  onBatch: ((milliseconds: number, commits: number) => void) | null = null;
  /** Called with the milliseconds that a commit has waited, when it is durable. */
  onCommit: ((milliseconds: number) => void) | null = null;
  readonly #maxWaitingBytes: number;
  readonly #pace: CommitPace;

  /** More than `maxWaitingBytes` are taken all the same; `isFull` asks the callers to stop. */
  constructor(store: Store, clock: Clock, logger: Logger, maxWaitingBytes = Number.POSITIVE_INFINITY) {
    this.#store = store;
    this.#clock = clock;
    this.#logger = logger;
    this.#maxWaitingBytes = maxWaitingBytes;
    this.#pace = new CommitPace(clock);
  }

  /** Whether the last write failed: nothing is durable until this is over. */
  get failing(): boolean {
    return this.#failing;
  }

  /** Bytes in memory that are not durable yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** How many commits are not on their way to the disk yet. */
  get waitingCommits(): number {
    return this.#waiting.length;
  }

  /** Whether so much waits for the disk that nobody should bring more (DUR-10). */
  get isFull(): boolean {
    return this.#waitingBytes > this.#maxWaitingBytes;
  }

  /** Tells `listener` whenever `failing` changes; returns the function that ends that. */
  onFailingChange(listener: (failing: boolean) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /** Hands over operations that belong together. `onDurable` is called when they are on disk; it must not throw. */
  enqueue(operations: readonly Operation[], onDurable: () => void): void {
    let bytes = COMMIT_BYTES;
    for (const operation of operations) {
      bytes += OPERATION_BYTES + operation.key.length + (operation.type === 'put' ? operation.value.length : 0);
    }
    this.#waiting.push({ operations, bytes, onDurable, enqueuedAt: this.#clock.now() });
    this.#waitingBytes += bytes;
    if (this.#busy) return;
    this.#busy = true;
    // Begins at the end of the turn, so that whatever else is enqueued in this one shares the fsync.
    this.#clock.setImmediate(() => void this.#write());
  }

  /** Calls back when everything enqueued so far is durable: at once when nothing waits. */
  afterPending(onDurable: () => void): void {
    if (this.#busy) this.enqueue([], onDurable);
    else onDurable();
  }

  /** Resolves when nothing waits to be written. While the store fails, that can take as long as it fails. */
  whenIdle(): Promise<void> {
    if (!this.#busy) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  /**
   * Looks whether the storage would take a write, so that a failure is known before somebody has written. Does nothing while
   * writes are under way, which find out by themselves.
   */
  async probe(): Promise<void> {
    if (this.#busy) return;
    try {
      await this.#store.write([]);
      if (!this.#busy) this.#works();
    } catch (err) {
      if (this.#busy) return;
      if (!this.#failing) this.#logger.error({ err }, REFUSES);
      this.#setFailing(true);
    }
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const { wait } = this.#pace;
      if (wait > 0) await new Promise<void>((resolve) => this.#clock.setTimeout(resolve, wait));
      this.#pace.begin();
      const batch = this.#takeBatch();
      const operations = batch.flatMap((commit) => commit.operations);
      const started = this.#clock.now();
      if (operations.length > 0) await this.#writeUntilDone(operations);
      this.counters.batches += 1;
      this.counters.operations += operations.length;
      for (const { bytes } of batch) {
        this.#waitingBytes -= bytes;
        this.counters.bytes += bytes;
      }
      const now = this.#clock.now();
      this.onBatch?.(now - started, batch.length);
      for (const { onDurable, enqueuedAt } of batch) {
        this.#call(onDurable);
        this.onCommit?.(now - enqueuedAt);
      }
    }
    this.#busy = false;
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const resolve of waiters) resolve();
  }

  #takeBatch(): Commit[] {
    let bytes = 0;
    let count = 0;
    for (const commit of this.#waiting) {
      bytes += commit.bytes;
      if (count > 0 && bytes > BATCH_BYTES) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #writeUntilDone(operations: readonly Operation[]): Promise<void> {
    for (let delay = FIRST_RETRY; ; delay = Math.min(delay * 2, LAST_RETRY)) {
      try {
        await this.#store.write(operations);
        this.#works();
        return;
      } catch (err) {
        this.counters.failures += 1;
        this.#logger.error({ err, retryInMs: delay }, REFUSES);
        this.#setFailing(true);
        await new Promise<void>((resolve) => this.#clock.setTimeout(resolve, delay));
      }
    }
  }

  #works(): void {
    if (this.#failing) this.#logger.info({}, 'The storage works again; everything that waited is stored.');
    this.#setFailing(false);
  }

  #setFailing(failing: boolean): void {
    if (this.#failing === failing) return;
    this.#failing = failing;
    for (const listener of this.#stateListeners) listener(failing);
  }

  #call(onDurable: () => void): void {
    try {
      onDurable();
    } catch (err) {
      this.#logger.error({ err }, 'A callback after a write failed.');
    }
  }
}
