import type { Clock } from '../clock.ts';
import type { Connections } from '../connection/connections.ts';
import type { Documents } from '../document/documents.ts';
import type { Registry } from '../room/registry.ts';
import type { Room } from '../room/room.ts';
import type { UpdateCounters } from '../room/update-counters.ts';
import { Metrics } from './metrics.ts';

/** The figures of a server, read from its parts when somebody asks. */
export function createMetrics({
  connections,
  traffic,
  registry,
  documents,
  counters,
  storage,
  lastBackup,
  version,
}: {
  readonly connections: Connections;
  /** Bytes so far. */
  readonly traffic: () => { readonly received: number; readonly sent: number };
  readonly registry: Registry;
  readonly documents: Documents;
  readonly counters: UpdateCounters;
  readonly storage: { readonly used: number };
  readonly lastBackup: () => number;
  readonly version: string;
}): Metrics {
  const { commits } = documents;
  const metrics = new Metrics({
    connections: () => connections.size,
    documents: () => documents.count,
    documentsOpen: () => registry.size,
    members: () => [...registry.rooms()].reduce((sum, { memberCount }) => sum + memberCount, 0),
    updatesReceived: () => counters.received,
    updatesApplied: () => counters.applied,
    updatesRefused: () => counters.refused,
    bytesReceived: () => traffic().received,
    bytesSent: () => traffic().sent,
    closes: () => connections.closes,
    commitsWaiting: () => commits.waitingCommits,
    bytesWaiting: () => commits.waitingBytes,
    writeFailures: () => commits.counters.failures,
    storageFailing: () => commits.failing,
    storageUsed: () => storage.used,
    lastBackup,
    version,
  });
  commits.onBatch = (milliseconds) => metrics.batchSeconds.observe(milliseconds / 1000);
  commits.onCommit = (milliseconds) => metrics.acknowledgementSeconds.observe(milliseconds / 1000);
  return metrics;
}

/** Opens a room and notes how long that took, or that it failed. */
export async function timeLoad(metrics: Metrics, clock: Clock, open: () => Promise<Room>): Promise<Room> {
  const started = clock.now();
  try {
    const room = await open();
    metrics.loadSeconds.observe((clock.now() - started) / 1000);
    return room;
  } catch (error) {
    metrics.loadFailures.inc();
    throw error;
  }
}
