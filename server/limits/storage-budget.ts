import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';

export interface StorageBudgetOptions {
  /** Max bytes that all documents may take on the disk. */
  readonly maxBytes: number;
  /** How many they take now, about; null when the store cannot say. May reject. */
  readonly measure: () => Promise<number | null>;
  /** How many bytes were written since the start. */
  readonly written: () => number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often the store is asked how much it takes, in milliseconds; what is written meanwhile is added. */
const MEASURE_INTERVAL = 30_000;

/** The last part of the bound, in which documents that exist can still be written, and no new ones are made. */
const RESERVE = 0.1;

/** Whether there is room on the disk, as the one who runs the server has it: for new documents, and for edits. */
export class StorageBudget {
  readonly #options: StorageBudgetOptions;
  #measured = 0;
  #writtenBefore = 0;
  #timer: unknown = null;
  #isClosed = false;

  private constructor(options: StorageBudgetOptions) {
    this.#options = options;
  }

  /** Measures for the first time, and from then on again and again. */
  static async start(options: StorageBudgetOptions): Promise<StorageBudget> {
    const budget = new StorageBudget(options);
    await budget.#measure();
    return budget;
  }

  /** About how many bytes are taken. */
  get used(): number {
    return this.#measured + this.#options.written() - this.#writtenBefore;
  }

  /** Whether nothing more may be written. */
  get isFull(): boolean {
    return this.used >= this.#options.maxBytes;
  }

  /** Whether new documents may be made. */
  get hasRoomForNew(): boolean {
    return this.used < this.#options.maxBytes * (1 - RESERVE);
  }

  close(): void {
    this.#isClosed = true;
    this.#options.clock.clearTimeout(this.#timer);
  }

  async #measure(): Promise<void> {
    const { measure, written, clock, logger } = this.#options;
    const before = written();
    try {
      const measured = await measure();
      if (measured !== null) {
        this.#measured = measured;
        this.#writtenBefore = before;
      }
    } catch (err) {
      // What was known is still about right, and what is written meanwhile is counted.
      logger.error({ err }, 'How much the documents take on the disk could not be measured.');
    }
    if (!this.#isClosed) this.#timer = clock.setTimeout(() => void this.#measure(), MEASURE_INTERVAL);
  }
}
