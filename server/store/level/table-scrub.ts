import type { Clock } from '../../clock.ts';
import { listFiles } from './database-files.ts';
import type { FolderWatch } from './folder-watch.ts';
import type { TableInfo } from './manifest.ts';
import { verifyDatabase, verifyTable } from './verify-database.ts';

/** Read at a time and then rested, in bytes and milliseconds: 2.5 MB a second, some thousandths of a processor. */
const SLICE_BYTES = 256 * 1024;
const REST = 100;

/** From the end of one pass to the next, in milliseconds. */
const BETWEEN_PASSES = 60 * 60_000;

/** The same while damage is known. */
const BETWEEN_LOOKS = 60_000;

/**
 * Reads a database that is open over and over, slowly, and compares every checksum: bytes that change on the disk after the
 * start are found before somebody asks for them, and before LevelDB carries them into new tables.
 */
export class TableScrub {
  readonly #location: string;
  readonly #watch: FolderWatch;
  readonly #clock: Clock;
  readonly #onResult: (damage: unknown) => Promise<void>;
  #ended = false;
  #hurry = false;
  #wake: () => void = () => undefined;
  #running: Promise<void> = Promise.resolve();

  /** `onResult` is called after every pass: with the damage, or with null. */
  constructor(
    location: string,
    { watch, clock, onResult }: { watch: FolderWatch; clock: Clock; onResult: (damage: unknown) => Promise<void> },
  ) {
    this.#location = location;
    this.#watch = watch;
    this.#clock = clock;
    this.#onResult = onResult;
  }

  /** Begins; the first pass after a while, since everything was just checked. */
  start(): void {
    this.#running = this.#run();
  }

  /** Damage is known: looks again in a minute, in case it goes away. */
  lookSoon(): void {
    this.#hurry = true;
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#ended = true;
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    let rest = BETWEEN_PASSES;
    for (;;) {
      await this.#pause(rest);
      if (this.#ended) return;
      if (this.#hurry) {
        this.#hurry = false;
        rest = BETWEEN_LOOKS;
        continue;
      }
      const damage = await this.#pass().then(
        () => null,
        (error: unknown) => error,
      );
      // Not what a stop in its midst looks like.
      if (this.#ended) return;
      rest = damage === null ? BETWEEN_PASSES : BETWEEN_LOOKS;
      await this.#onResult(damage);
      this.#hurry = false;
    }
  }

  async #pass(): Promise<void> {
    await verifyDatabase(this.#location, { tables: false });
    await this.#watch.check();
    for (const info of [...this.#watch.tables.values()]) {
      if (this.#ended) return;
      await this.#verify(info);
    }
  }

  async #verify(info: TableInfo): Promise<void> {
    let bytes = 0;
    try {
      await verifyTable(this.#location, info, await listFiles(this.#location), async (more) => {
        bytes += more;
        if (bytes < SLICE_BYTES || this.#ended) return;
        bytes = 0;
        await this.#pause(REST);
      });
    } catch (error) {
      await this.#watch.look();
      // LevelDB may be done with it.
      if (this.#watch.tables.has(info.number)) throw error;
    }
  }

  #pause(milliseconds: number): Promise<void> {
    if (this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#clock.setTimeout(resolve, milliseconds);
      this.#wake = () => {
        this.#clock.clearTimeout(timer);
        resolve();
      };
    });
  }
}
