import type { Overview } from '../../protocol/dashboard.ts';
import type { Administration } from '../access/administration.ts';
import type { Clock } from '../clock.ts';
import type { Connections } from '../connection/connections.ts';
import type { Documents } from '../document/documents.ts';
import type { Logger } from '../log/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { QuantileSince } from '../metrics/quantile-since.ts';
import type { Registry } from '../room/registry.ts';
import type { UpdateCounters } from '../room/update-counters.ts';
import { Admins } from './admins.ts';
import type { Announcement } from './announcement.ts';
import { DocumentOperations } from './document-operations.ts';
import { LiveView } from './live-view.ts';
import { PeopleOperations } from './people-operations.ts';
import type { RecentTrouble } from './recent-trouble.ts';
import { Series } from './series.ts';

/** How often deleted documents are looked at whose time is over, in milliseconds. */
const PURGE_INTERVAL = 60 * 60 * 1000;

export interface OperationsDependencies {
  readonly admins: readonly string[];
  readonly documents: Documents;
  readonly registry: Registry;
  readonly connections: Connections;
  readonly administration: Administration;
  readonly announcement: Announcement;
  readonly trouble: RecentTrouble;
  readonly metrics: Metrics;
  readonly counters: UpdateCounters;
  /** Bytes that came and went since the start. */
  readonly traffic: () => { readonly received: number; readonly sent: number };
  readonly storage: { readonly used: number };
  readonly maxStorageBytes: number;
  /** Seconds since 1970. */
  readonly lastBackup: () => number;
  readonly forget: (documentName: string) => void;
  readonly isFrozen: (documentName: string) => boolean;
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Everything for those who run the server: what they see, and what they do. */
export class Operations {
  readonly admins: Admins;
  readonly documents: DocumentOperations;
  readonly people: PeopleOperations;
  readonly view: LiveView;
  readonly series: Series;
  readonly trouble: RecentTrouble;
  readonly #dependencies: OperationsDependencies;
  readonly #startedAt: number;
  #purgeTimer: unknown = null;
  #isClosed = false;

  constructor(dependencies: OperationsDependencies) {
    this.#dependencies = dependencies;
    const { registry, connections, trouble, clock, metrics, counters, traffic, documents } = dependencies;
    this.#startedAt = clock.date();
    this.admins = new Admins(dependencies.admins, clock);
    this.documents = new DocumentOperations(dependencies);
    this.people = new PeopleOperations(dependencies);
    this.view = new LiveView(registry, connections, trouble, clock);
    this.trouble = trouble;
    const acknowledged = new QuantileSince(metrics.acknowledgementSeconds);
    this.series = new Series(
      {
        connections: () => connections.size,
        members: () => this.#members(),
        documents: () => registry.size,
        updates: () => counters.received,
        received: () => traffic().received,
        sent: () => traffic().sent,
        written: () => documents.commits.counters.bytes,
        acknowledged: async () => (await acknowledged.read(0.99)) * 1000,
        waiting: () => documents.commits.waitingBytes,
        refused: () => sum(counters.refused.values()),
        closed: () => sum(connections.closes.values()),
      },
      clock,
    );
    void this.#purge();
  }

  overview(): Overview {
    const { clock, connections, counters, documents, registry, storage, version, lastBackup } = this.#dependencies;
    const { commits } = documents;
    return {
      ...{ version, node: process.versions.node, at: clock.date(), uptime: clock.date() - this.#startedAt },
      ...{ connections: connections.size, transports: this.view.transports(), members: this.#members() },
      ...{ documents: registry.size, closes: Object.fromEntries(connections.closes) },
      refused: Object.fromEntries(counters.refused),
      storage: {
        ...{ failing: commits.failing, used: storage.used, max: this.#dependencies.maxStorageBytes },
        ...{ waitingCommits: commits.waitingCommits, waitingBytes: commits.waitingBytes },
        ...{ failures: commits.counters.failures, lastBackup: lastBackup() * 1000 },
      },
      announcement: this.#dependencies.announcement.current,
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#dependencies.clock.clearTimeout(this.#purgeTimer);
    this.#dependencies.announcement.close();
    this.series.stop();
  }

  #members(): number {
    let members = 0;
    for (const room of this.#dependencies.registry.rooms()) members += room.memberCount;
    return members;
  }

  async #purge(): Promise<void> {
    const { clock, documents, logger } = this.#dependencies;
    try {
      const purged = await documents.trash.purge();
      if (purged > 0) logger.info({ purged }, 'Documents that were deleted 30 days ago were removed for good.');
    } catch (err) {
      if (!this.#isClosed) logger.error({ err }, 'Deleted documents whose time is over could not be removed.');
    }
    if (!this.#isClosed) this.#purgeTimer = clock.setTimeout(() => void this.#purge(), PURGE_INTERVAL);
  }
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
