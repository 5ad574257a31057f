import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Where the figures come from: each is called when somebody asks, so that counting costs nothing meanwhile. */
export interface MetricsSources {
  readonly connections: () => number;
  /** How many exist. */
  readonly documents: () => number;
  /** How many are in memory. */
  readonly documentsOpen: () => number;
  readonly members: () => number;
  readonly updatesReceived: () => number;
  readonly updatesApplied: () => number;
  /** By the code of the refusal. */
  readonly updatesRefused: () => Iterable<readonly [code: string, count: number]>;
  readonly bytesReceived: () => number;
  readonly bytesSent: () => number;
  /** By the close code, or `none` and `other`. */
  readonly closes: () => Iterable<readonly [code: string, count: number]>;
  readonly commitsWaiting: () => number;
  readonly bytesWaiting: () => number;
  readonly writeFailures: () => number;
  readonly storageFailing: () => boolean;
  /** Bytes that all documents take on the disk, about. */
  readonly storageUsed: () => number;
  /** Seconds since 1970 when this process gave its last whole backup; 0 before the first. */
  readonly lastBackup: () => number;
  /** The version of the program; empty where a host that embeds it did not say. */
  readonly version: string;
}

/** Seconds: an fsync takes 0.2 ms on a good disk and some 10 ms on a bad one. */
const STORAGE_BUCKETS = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const LOAD_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** How often the event loop is looked at, in milliseconds. */
const LOOP_RESOLUTION = 20;

const NANOSECONDS = 1e9;

/** The figures of one server, in a registry of its own. docs/operating.md explains each. */
export class Metrics {
  /** Seconds that a batch of writes took, with its fsync. Observed once a batch. */
  readonly batchSeconds: Histogram;
  /** Seconds from the end of a turn to when its edits were on disk. Observed once a turn of a document. */
  readonly acknowledgementSeconds: Histogram;
  /** Seconds that it took to load a document. */
  readonly loadSeconds: Histogram;
  readonly loadFailures: Counter;
  readonly #registry = new Registry();
  readonly #loopDelay: IntervalHistogram = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION });

  constructor(sources: MetricsSources) {
    this.#gauge('coscribe_connections', 'WebSocket connections that are open.', sources.connections);
    this.#gauge('coscribe_documents', 'Documents that exist.', sources.documents);
    this.#gauge('coscribe_documents_open', 'Documents in memory.', sources.documentsOpen);
    this.#gauge('coscribe_members', 'Connections that are in a document.', sources.members);
    this.#counter('coscribe_updates_received_total', 'Update messages of clients.', sources.updatesReceived);
    this.#counter(
      'coscribe_updates_applied_total',
      'Update messages that became part of a document.',
      sources.updatesApplied,
    );
    this.#labelled('coscribe_updates_refused_total', 'Update messages refused, by reason.', sources.updatesRefused);
    this.#counter('coscribe_received_bytes_total', 'Bytes that came over WebSockets.', sources.bytesReceived);
    this.#counter('coscribe_sent_bytes_total', 'Bytes that left over WebSockets.', sources.bytesSent);
    this.#labelled('coscribe_closes_total', 'Connections that ended, by close code.', sources.closes);
    this.#gauge('coscribe_storage_waiting_commits', 'Writes that wait for the disk.', sources.commitsWaiting);
    this.#gauge('coscribe_storage_waiting_bytes', 'Bytes that wait for the disk.', sources.bytesWaiting);
    this.#counter('coscribe_storage_write_failures_total', 'Attempts to write that failed.', sources.writeFailures);
    this.#gauge('coscribe_storage_failing', '1 while the disk refuses writes.', () => Number(sources.storageFailing()));
    this.#gauge('coscribe_storage_used_bytes', 'What all documents take on the disk, about.', sources.storageUsed);
    this.#gauge(
      'coscribe_last_backup_timestamp_seconds',
      'When this process gave its last whole backup; 0 before the first.',
      sources.lastBackup,
    );
    new Gauge({
      name: 'coscribe_build_info',
      help: 'Always 1; the labels say which version runs on which Node.js.',
      labelNames: ['version', 'node'],
      registers: [this.#registry],
    }).set({ version: sources.version, node: process.versions.node }, 1);
    this.batchSeconds = this.#histogram(
      'coscribe_storage_batch_seconds',
      'Duration of a batch of writes with its fsync.',
      STORAGE_BUCKETS,
    );
    this.acknowledgementSeconds = this.#histogram(
      'coscribe_acknowledgement_seconds',
      'From the end of a turn until its edits are on disk and acknowledged.',
      STORAGE_BUCKETS,
    );
    this.loadSeconds = this.#histogram(
      'coscribe_document_load_seconds',
      'Duration of loading a document.',
      LOAD_BUCKETS,
    );
    this.loadFailures = new Counter({
      name: 'coscribe_document_load_failures_total',
      help: 'Documents that could not be loaded.',
      registers: [this.#registry],
    });
    this.#observeProcess();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All figures as text, in the format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Stops watching the event loop. */
  stop(): void {
    this.#loopDelay.disable();
  }

  #observeProcess(): void {
    this.#loopDelay.enable();
    const loopDelay = this.#loopDelay;
    new Gauge({
      name: 'coscribe_event_loop_delay_seconds',
      help: 'Delay of the event loop since the last look at these figures.',
      labelNames: ['quantile'],
      registers: [this.#registry],
      collect() {
        // What is measured holds the time that the timer was to wait.
        const delay = (nanoseconds: number) => Math.max(0, nanoseconds / NANOSECONDS - LOOP_RESOLUTION / 1000);
        this.set({ quantile: '0.5' }, delay(loopDelay.percentile(50)));
        this.set({ quantile: '0.99' }, delay(loopDelay.percentile(99)));
        this.set({ quantile: '1' }, delay(loopDelay.max));
        loopDelay.reset();
      },
    });
    this.#gauge('process_resident_memory_bytes', 'Memory of the process.', () => process.memoryUsage.rss());
    this.#gauge('nodejs_heap_used_bytes', 'Heap of JavaScript in use.', () => process.memoryUsage().heapUsed);
    this.#gauge('nodejs_external_bytes', 'Memory of buffers outside the heap.', () => process.memoryUsage().external);
    this.#counter('process_cpu_seconds_total', 'Processor time of the process.', () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    });
    this.#gauge('process_uptime_seconds', 'How long the process has been running.', () => process.uptime());
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }

  #counter(name: string, help: string, read: () => number): void {
    new Counter({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  #labelled(name: string, help: string, read: () => Iterable<readonly [code: string, count: number]>): void {
    new Counter({
      name,
      help,
      labelNames: ['code'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [code, count] of read()) this.inc({ code }, count);
      },
    });
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name, help, buckets, registers: [this.#registry] });
  }
}
