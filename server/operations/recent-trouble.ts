import type { Clock } from '../clock.ts';
import type { SecurityEventFields, SecurityEventName } from '../log/audit.ts';
import type { Logger } from '../log/logger.ts';

/** Max security events, and max failures, that are remembered. */
const MAX_REMEMBERED = 200;

/** Max documents of which the last failure is remembered. */
const MAX_DOCUMENTS = 1_000;

/** A security event, as the log has it, with a number that only grows. */
export interface RecentEvent extends SecurityEventFields {
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly event: SecurityEventName;
}

/** Something that failed. */
export interface RecentFailure {
  readonly number: number;
  readonly at: number;
  readonly message: string;
  /** What the error said; null where there was none. */
  readonly cause: string | null;
  readonly document: string | null;
}

/** A log that also remembers the last security events and failures, for those who look at the dashboard. */
export class RecentTrouble implements Logger {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #events: RecentEvent[] = [];
  readonly #failures: RecentFailure[] = [];
  /** By the name of the document, the one longest unchanged first. */
  readonly #ofDocuments = new Map<string, RecentFailure>();
  #number = 0;

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /** The newest last; only those behind a number. */
  events(after = 0): RecentEvent[] {
    return this.#events.filter(({ number }) => number > after);
  }

  failures(after = 0): RecentFailure[] {
    return this.#failures.filter(({ number }) => number > after);
  }

  /** The last failure of a document; null when there was none lately. */
  ofDocument(name: string): RecentFailure | null {
    return this.#ofDocuments.get(name) ?? null;
  }

  debug(fields: object, message: string): void {
    this.#logger.debug(fields, message);
  }

  info(fields: object, message: string): void {
    this.#takeEvent(fields);
    this.#logger.info(fields, message);
  }

  warn(fields: object, message: string): void {
    this.#takeEvent(fields);
    this.#logger.warn(fields, message);
  }

  error(fields: object, message: string): void {
    this.#takeFailure(fields, message);
    this.#logger.error(fields, message);
  }

  #takeEvent(fields: object): void {
    const { security, ...about } = fields as { security?: SecurityEventName } & SecurityEventFields;
    if (security === undefined) return;
    keep(this.#events, { ...about, number: ++this.#number, at: this.#clock.date(), event: security });
  }

  #takeFailure(fields: object, message: string): void {
    const { err, document } = fields as { err?: unknown; document?: unknown };
    const failure: RecentFailure = {
      number: ++this.#number,
      at: this.#clock.date(),
      message,
      cause: err instanceof Error ? err.message : null,
      document: typeof document === 'string' ? document : null,
    };
    keep(this.#failures, failure);
    if (failure.document === null) return;
    this.#ofDocuments.delete(failure.document);
    this.#ofDocuments.set(failure.document, failure);
    if (this.#ofDocuments.size <= MAX_DOCUMENTS) return;
    for (const oldest of this.#ofDocuments.keys()) {
      this.#ofDocuments.delete(oldest);
      return;
    }
  }
}

function keep<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > MAX_REMEMBERED) list.shift();
}
