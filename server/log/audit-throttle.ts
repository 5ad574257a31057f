import type { Clock } from '../clock.ts';
import type { Logger } from './logger.ts';

/** How long one count goes on, in milliseconds. */
const PERIOD = 60_000;

/** Max lines of one kind of event in that time: from one address, and from all together. */
const MAX_OF_ADDRESS = 60;
const MAX_OF_ALL = 1_000;

interface Count {
  since: number;
  written: number;
  unwritten: number;
  readonly ofAddresses: Map<unknown, number>;
}

/**
 * A log in which nobody writes as much as they like by being refused again and again, which would fill the disk: of each kind
 * of security event that anybody can cause, only this many lines a minute are written. The first line of the kind in a later
 * minute says how many were left out.
 */
export class AuditThrottle implements Logger {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #counts = new Map<unknown, Count>();

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  debug(fields: object, message: string): void {
    this.#logger.debug(fields, message);
  }

  info(fields: object, message: string): void {
    this.#logger.info(fields, message);
  }

  /** Events that anybody can cause are warnings; they are counted here. */
  warn(fields: object, message: string): void {
    const { security, address } = fields as { security?: unknown; address?: unknown };
    const unwritten = security === undefined ? 0 : this.#take(security, address);
    if (unwritten !== null) this.#logger.warn(unwritten === 0 ? fields : { ...fields, unwritten }, message);
  }

  error(fields: object, message: string): void {
    this.#logger.error(fields, message);
  }

  /** How many were left out before this one, which is to be written; null when it is left out too. */
  #take(event: unknown, address: unknown): number | null {
    const now = this.#clock.now();
    let unwritten = 0;
    let count = this.#counts.get(event);
    if (count === undefined || now - count.since >= PERIOD) {
      unwritten = count?.unwritten ?? 0;
      count = { since: now, written: 0, unwritten: 0, ofAddresses: new Map() };
      this.#counts.set(event, count);
    }
    const ofAddress = count.ofAddresses.get(address) ?? 0;
    if (count.written >= MAX_OF_ALL || ofAddress >= MAX_OF_ADDRESS) {
      count.unwritten += 1;
      return null;
    }
    count.written += 1;
    count.ofAddresses.set(address, ofAddress + 1);
    return unwritten;
  }
}
