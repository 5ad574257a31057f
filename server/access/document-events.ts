import type { Clock } from '../clock.ts';
import { networkShown } from '../limits/networks.ts';
import type { SecurityEventFields, SecurityEventName } from '../log/audit.ts';
import type { Logger } from '../log/logger.ts';

/** An event of the log, or that somebody was let in, of which the log has no line. */
export type DocumentEventName = SecurityEventName | 'let-in';

/** Something that happened to the access to a document, as its owners may read it. Times are milliseconds since 1970. */
export interface DocumentEvent {
  readonly event: DocumentEventName;
  readonly firstAt: number;
  readonly lastAt: number;
  /** How often the same happened in an hour. */
  readonly count: number;
  readonly person: string | null;
  readonly role: string | null;
  /** What the access came through: `anyone`, `token`, `session`, `owner key`, `link <id>`, `api key`. */
  readonly through: string | null;
  readonly reason: string | null;
  /** The network that it came from: never the whole address. */
  readonly from: string | null;
}

/** Events of one document: of comings and refusals, which anybody can cause, and of all else, so that none displaces a change of access. */
const MAX_VISITS = 50;
const MAX_CHANGES = 100;

/** How old an event may be, in milliseconds. */
const MAX_AGE = 90 * 24 * 60 * 60 * 1000;

/** The same again within this time is counted, in milliseconds. */
const SAME_WITHIN = 60 * 60 * 1000;

/** How often what happened is written down, in milliseconds, and of how many documents at a time. */
const WRITE_INTERVAL = 10_000;
const MAX_UNWRITTEN = 500;

/** Where events are written down, and which documents there are: nobody fills the disk with events of names that nobody wrote. */
export interface EventRecords {
  get(kind: 'events', id: string): Promise<unknown>;
  put(kind: 'events', id: string, value: object): Promise<void>;
}

export interface DocumentEventsOptions {
  readonly records: EventRecords;
  readonly exists: (document: string) => Promise<boolean>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * What happened to the access to each document: every security event that names it, as owners may read it. Gathered in memory and
 * written down from time to time; what a crash takes away is in the log.
 */
export class DocumentEvents {
  readonly #options: DocumentEventsOptions;
  /** What is not written down yet, by document. */
  #unwritten = new Map<string, DocumentEvent[]>();
  #timer: unknown = null;
  #isClosed = false;
  /** Writes follow each other: each builds on the one before. */
  #writing: Promise<void> = Promise.resolve();

  constructor(options: DocumentEventsOptions) {
    this.#options = options;
  }

  /** Takes down an event of the log. */
  add(event: DocumentEventName, fields: SecurityEventFields): void {
    const { document } = fields;
    if (
      this.#isClosed ||
      document === undefined ||
      (!this.#unwritten.has(document) && this.#unwritten.size >= MAX_UNWRITTEN)
    )
      return;
    const now = this.#options.clock.date();
    const { person = null, role = null, through = null, reason = null, address = null } = fields;
    const from = address === null ? null : networkShown(address);
    const happened = { event, firstAt: now, lastAt: now, count: 1, person, role, through, reason, from };
    this.#unwritten.set(document, merge(this.#unwritten.get(document) ?? [], [happened], now));
    this.#timer ??= this.#options.clock.setTimeout(() => void this.write(), WRITE_INTERVAL);
  }

  /** What happened to a document, the newest first. */
  async of(document: string): Promise<DocumentEvent[]> {
    await this.write();
    const now = this.#options.clock.date();
    return (await this.#stored(document)).filter(({ lastAt }) => now - lastAt < MAX_AGE).reverse();
  }

  /** Writes down what has gathered. Resolves when that is kept; a failure is logged. */
  write(): Promise<void> {
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
    const gathered = this.#unwritten;
    this.#unwritten = new Map();
    this.#writing = this.#writing
      .then(() => this.#write(gathered))
      .catch((err: unknown) => {
        this.#options.logger.error({ err }, 'What happened to the access to documents could not be written down.');
      });
    return this.#writing;
  }

  /** Writes the last time, and takes down nothing more. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.write();
  }

  async #write(gathered: ReadonlyMap<string, readonly DocumentEvent[]>): Promise<void> {
    const { records, exists, clock } = this.#options;
    const stored: Promise<void>[] = [];
    for (const [document, events] of gathered) {
      if (!(await exists(document))) continue;
      const all = merge(await this.#stored(document), events, clock.date());
      stored.push(records.put('events', document, { events: all }));
    }
    await Promise.all(stored);
  }

  async #stored(document: string): Promise<DocumentEvent[]> {
    // What stands there was written above.
    const record = (await this.#options.records.get('events', document)) as { events: DocumentEvent[] } | null;
    return record?.events ?? [];
  }
}

/** Older events and newer ones together, the oldest first, no more than may be. */
function merge(older: readonly DocumentEvent[], newer: readonly DocumentEvent[], now: number): DocumentEvent[] {
  const all = [...older];
  for (const event of newer) {
    const at = all.findIndex((other) => isSame(other, event) && event.firstAt - other.firstAt < SAME_WITHIN);
    const [same] = at === -1 ? [] : all.splice(at, 1);
    all.push(same === undefined ? event : { ...same, lastAt: event.lastAt, count: same.count + event.count });
  }
  const young = all.filter(({ lastAt }) => now - lastAt < MAX_AGE);
  const kept = new Set([
    ...young.filter(isVisit).slice(-MAX_VISITS),
    ...young.filter((event) => !isVisit(event)).slice(-MAX_CHANGES),
  ]);
  return young.filter((event) => kept.has(event));
}

/** Whether anybody can cause it. */
function isVisit({ event }: DocumentEvent): boolean {
  return event === 'refused' || event === 'rate-limited' || event === 'let-in';
}

function isSame(a: DocumentEvent, b: DocumentEvent): boolean {
  const keys = ['event', 'person', 'role', 'through', 'reason', 'from'] as const;
  return keys.every((key) => a[key] === b[key]);
}

/** A log that also lets owners read what it says of their document. */
export class EventLog implements Logger {
  readonly #logger: Logger;
  readonly #events: DocumentEvents;

  constructor(logger: Logger, events: DocumentEvents) {
    this.#logger = logger;
    this.#events = events;
  }

  debug(fields: object, message: string): void {
    this.#take(fields);
    this.#logger.debug(fields, message);
  }

  info(fields: object, message: string): void {
    this.#take(fields);
    this.#logger.info(fields, message);
  }

  warn(fields: object, message: string): void {
    this.#take(fields);
    this.#logger.warn(fields, message);
  }

  error(fields: object, message: string): void {
    this.#logger.error(fields, message);
  }

  #take(fields: object): void {
    const { security, ...about } = fields as { security?: SecurityEventName } & SecurityEventFields;
    if (security !== undefined) this.#events.add(security, about);
  }
}
