import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import type { Quotas } from './quotas.ts';

/** How often what was added to documents is written down, in milliseconds. */
const INTERVAL = 60_000;

/** Addresses and people that are written down: those that added most. */
const MAX_KEPT = 2_000;

/** The part of a day's share that is not worth writing down. */
const MIN_PART = 0.01;

const DAY = 24 * 60 * 60 * 1000;

/** Where it is written down. */
interface ShareRecords {
  get(kind: 'storage-share', id: string): Promise<unknown>;
  put(kind: 'storage-share', id: string, value: object): Promise<void>;
}

export interface StorageSharesOptions {
  readonly records: ShareRecords;
  readonly quotas: Pick<Quotas, 'storageUsed' | 'addStorageUsed'>;
  /** The setting maxStorageBytesPerDay, of which as much is given back in a day. */
  readonly bytesPerDay: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Writes down who added how much to documents, so that a restart of the server does not give the day's share out again. */
export class StorageShares {
  readonly #options: StorageSharesOptions;
  #timer: unknown = null;
  #isEmpty = true;

  private constructor(options: StorageSharesOptions) {
    this.#options = options;
  }

  /** Counts what was written down before, less what was given back since, and goes on writing. */
  static async start(options: StorageSharesOptions): Promise<StorageShares> {
    const { records, quotas, bytesPerDay, clock } = options;
    const shares = new StorageShares(options);
    const { at, used } = readShares(await records.get('storage-share', 'all'));
    const givenBack = (Math.max(0, clock.date() - at) / DAY) * bytesPerDay;
    const left = used.map(([key, bytes]) => [key, bytes - givenBack] as const).filter(([, bytes]) => bytes > 0);
    quotas.addStorageUsed(new Map(left));
    shares.#isEmpty = used.length === 0;
    shares.#wait();
    return shares;
  }

  /** Writes the last time. */
  close(): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    void this.#write();
  }

  #wait(): void {
    const { clock, logger } = this.#options;
    this.#timer = clock.setTimeout(() => {
      this.#write().catch((err: unknown) =>
        logger.error({ err }, 'Who added how much to documents could not be written down.'),
      );
      this.#wait();
    }, INTERVAL);
  }

  async #write(): Promise<void> {
    const { records, quotas, bytesPerDay, clock } = this.#options;
    const used = [...quotas.storageUsed(MAX_KEPT)].filter(([, bytes]) => bytes >= bytesPerDay * MIN_PART);
    // Of a server that nobody writes in nothing has to be written.
    if (used.length === 0 && this.#isEmpty) return;
    this.#isEmpty = used.length === 0;
    await records.put('storage-share', 'all', { at: clock.date(), used });
  }
}

function readShares(stored: unknown): { at: number; used: readonly (readonly [string, number])[] } {
  const { at, used } = Object(stored) as { at?: unknown; used?: unknown };
  if (typeof at !== 'number' || !Array.isArray(used)) return { at: 0, used: [] };
  return {
    at,
    used: used.flatMap((entry: unknown) => {
      const [key, bytes]: unknown[] = Array.isArray(entry) ? entry : [];
      return typeof key === 'string' && typeof bytes === 'number' ? [[key, bytes] as const] : [];
    }),
  };
}
