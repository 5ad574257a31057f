import type { Clock } from '../clock.ts';
import type { CommitQueue } from './commit-queue.ts';

/** Between two looks, in milliseconds. */
const INTERVAL = 5_000;

/**
 * Looks again and again whether the storage still works, also while nobody writes: a data folder that was deleted is then known
 * before the next person types into nothing.
 */
export class StorageWatch {
  readonly #commits: CommitQueue;
  readonly #clock: Clock;
  #timer: unknown = null;
  #stopped = false;

  constructor(commits: CommitQueue, clock: Clock) {
    this.#commits = commits;
    this.#clock = clock;
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#clock.clearTimeout(this.#timer);
  }

  #schedule(): void {
    this.#timer = this.#clock.setTimeout(() => {
      void this.#commits.probe().then(() => {
        if (!this.#stopped) this.#schedule();
      });
    }, INTERVAL);
  }
}
