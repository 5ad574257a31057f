import pino from 'pino';
import type { Logger } from '../log/logger.ts';

/** Everything that is logged, as the real logger writes it at its most talkative. */
export class LogRecord {
  readonly #lines: string[] = [];
  readonly logger: Logger = pino({ level: 'debug', base: null }, { write: (line) => void this.#lines.push(line) });

  /** All lines, as written. */
  get text(): string {
    return this.#lines.join('');
  }

  /** The security events with their fields, without what every line has. */
  get events(): Record<string, unknown>[] {
    return this.#lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ security }) => security !== undefined)
      .map(({ level, time, msg, ...event }) => event);
  }
}
