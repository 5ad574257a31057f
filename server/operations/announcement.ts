import type { Notice } from '../../protocol/messages.ts';
import type { Clock } from '../clock.ts';
import type { ServerRecords } from '../document/server-records.ts';
import type { Registry } from '../room/registry.ts';
import { OperationProblem } from './operation-problem.ts';

/** Longest announcement, in characters: it is one line on a page. */
export const ANNOUNCEMENT_LENGTH = 200;

/** How long one may stand, in milliseconds. */
const LONGEST = 7 * 24 * 60 * 60 * 1000;

/** What everybody who has a document open is told. Times are milliseconds since 1970. */
export interface Announced {
  readonly text: string;
  readonly since: number;
  readonly until: number;
}

/** A sentence for everybody, such as that the server restarts at six. Kept over a restart, and gone by itself when its time is over. */
export class Announcement {
  readonly #records: ServerRecords;
  readonly #registry: Pick<Registry, 'rooms'>;
  readonly #clock: Clock;
  #current: Announced | null = null;
  #timer: unknown = null;

  private constructor(records: ServerRecords, registry: Pick<Registry, 'rooms'>, clock: Clock) {
    this.#records = records;
    this.#registry = registry;
    this.#clock = clock;
  }

  static async open(records: ServerRecords, registry: Pick<Registry, 'rooms'>, clock: Clock): Promise<Announcement> {
    const announcement = new Announcement(records, registry, clock);
    // What stands there was written below.
    announcement.#show((await records.get('notice', 'current')) as Announced | null);
    return announcement;
  }

  get current(): Announced | null {
    return this.#current;
  }

  /** What somebody who joins is told; null for nothing. */
  get notice(): Notice | null {
    return this.#current === null ? null : { type: 'announcement', text: this.#current.text };
  }

  /**
   * Tells everybody, and everybody who comes.
   * @param until milliseconds since 1970; null for as long as may be
   */
  async set(text: string, until: number | null): Promise<Announced> {
    const shown = text.trim();
    if (shown === '' || shown.length > ANNOUNCEMENT_LENGTH || /\p{Cc}/u.test(shown) || !shown.isWellFormed()) {
      const message = `An announcement is one line of 1 to ${ANNOUNCEMENT_LENGTH} characters.`;
      throw new OperationProblem('invalid-notice', message);
    }
    const since = this.#clock.date();
    if (until !== null && !(until > since && until <= since + LONGEST)) {
      throw new OperationProblem(
        'invalid-notice',
        'An announcement ends at a time to come, in seven days at the latest.',
      );
    }
    const announced = { text: shown, since, until: until ?? since + LONGEST };
    this.#show(announced);
    this.#tellEverybody();
    await this.#records.put('notice', 'current', announced);
    return announced;
  }

  /** Takes it back. */
  async clear(): Promise<void> {
    this.#show(null);
    this.#tellEverybody();
    await this.#records.remove('notice', ['current']);
  }

  close(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  #show(announced: Announced | null): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    const left = announced === null ? 0 : announced.until - this.#clock.date();
    this.#current = left > 0 ? announced : null;
    if (left > 0) this.#timer = this.#clock.setTimeout(() => void this.clear(), left);
  }

  #tellEverybody(): void {
    const notice = this.notice ?? { type: 'announcement', text: null };
    for (const room of this.#registry.rooms()) room.notify(notice);
  }
}
