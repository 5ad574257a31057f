import type { Clock } from '../clock.ts';
import type { Logger } from './logger.ts';

/** How long one count goes on, in milliseconds. */
const PERIOD = 60_000;

/** Max lines of one kind in that time: from one address, and from all together. */
interface Bound {
  readonly ofAddress: number;
  readonly ofAll: number;
}

/** Refusals, which anybody can cause; what was done to access, which an owner does; and everything else. */
const REFUSALS: Bound = { ofAddress: 60, ofAll: 1_000 };
const CHANGES: Bound = { ofAddress: 600, ofAll: 6_000 };
const OTHERS: Bound = { ofAddress: 100, ofAll: 100 };

/** Kinds that are counted at a time; the oldest is forgotten first. There are some fifty. */
const MAX_KINDS = 1_000;

interface Count {
  since: number;
  written: number;
  unwritten: number;
  readonly ofAddresses: Map<unknown, number>;
}

type Level = keyof Logger;

/**
 * A log that nobody fills by doing the same again and again, and no other server by failing: of each kind of line only this many
 * are written in a minute. A kind is a security event, or a sentence with the kind of its error. The first line of the kind in a
 * later minute says how many were left out.
 */
export class LogThrottle implements Logger {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #counts = new Map<string, Count>();

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  debug(fields: object, message: string): void {
    this.#write('debug', fields, message);
  }

  info(fields: object, message: string): void {
    this.#write('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#write('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.#write('error', fields, message);
  }

  #write(level: Level, fields: object, message: string): void {
    const { security, address, err } = fields as { security?: unknown; address?: unknown; err?: unknown };
    const isEvent = security !== undefined;
    const bound = !isEvent ? OTHERS : level === 'warn' ? REFUSALS : CHANGES;
    const unwritten = this.#take(isEvent ? `security ${security}` : `${message} ${kindOf(err)}`, address, bound);
    if (unwritten !== null) this.#logger[level](unwritten === 0 ? fields : { ...fields, unwritten }, message);
  }

  /** How many were left out before this one, which is to be written; null when it is left out too. */
  #take(kind: string, address: unknown, bound: Bound): number | null {
    const now = this.#clock.now();
    let unwritten = 0;
    let count = this.#counts.get(kind);
    if (count === undefined || now - count.since >= PERIOD) {
      unwritten = count?.unwritten ?? 0;
      count = { since: now, written: 0, unwritten: 0, ofAddresses: new Map() };
      this.#keep(kind, count);
    }
    const ofAddress = count.ofAddresses.get(address) ?? 0;
    if (count.written >= bound.ofAll || ofAddress >= bound.ofAddress) {
      count.unwritten += 1;
      return null;
    }
    count.written += 1;
    count.ofAddresses.set(address, ofAddress + 1);
    return unwritten;
  }

  #keep(kind: string, count: Count): void {
    this.#counts.delete(kind);
    this.#counts.set(kind, count);
    if (this.#counts.size <= MAX_KINDS) return;
    const [oldest] = this.#counts.keys();
    if (oldest !== undefined) this.#counts.delete(oldest);
  }
}

/** What tells one error from another without what it says of this case. */
function kindOf(err: unknown): string {
  if (!(err instanceof Error)) return '';
  return 'code' in err ? String(err.code) : err.name;
}
