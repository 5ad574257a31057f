import type { Person } from '../../editor/carets/people.ts';
import { type KeptStrings, readJson, siteKey } from '../device/local-store.ts';

/** How long somebody who is followed may be away, or the follower, in milliseconds: a reload, or a break of the connection. */
export const FOLLOW_AGAIN = 30_000;

/** Somebody who was followed, and until when that is taken up again when they come back. */
interface Wish {
  readonly browser: string;
  /** Milliseconds since 1970; null while they are followed. */
  readonly until: number | null;
}

/** Remembers, for one tab and over its reloads, who was being followed when they or oneself went away. */
export class FollowAgain {
  readonly #store: KeptStrings;
  readonly #key: string;
  readonly #date: () => number;

  /** @param store of this tab alone @param date milliseconds since 1970 */
  constructor(store: KeptStrings, documentName: string, date: () => number) {
    this.#store = store;
    this.#key = siteKey(`coscribe.following.${documentName}`);
    this.#date = date;
  }

  /** Somebody is followed from now on. Those who do not tell their browser cannot be known again. */
  begun({ browser }: Person): void {
    if (browser === undefined) this.ended();
    else this.#keep({ browser, until: null });
  }

  /** The person stopped to follow. */
  ended(): void {
    this.#store.removeItem(this.#key);
  }

  /** They went away, or this page does. */
  interrupted(): void {
    const wish = this.#read();
    if (wish?.until === null) this.#keep({ ...wish, until: this.#date() + FOLLOW_AGAIN });
  }

  /** Who is to be followed again; null for nobody. */
  among(people: readonly Person[]): Person | null {
    const wish = this.#read();
    if (wish === null || wish.until === null) return null;
    if (wish.until < this.#date()) {
      this.ended();
      return null;
    }
    return people.find(({ browser, isSelf }) => !isSelf && browser === wish.browser) ?? null;
  }

  #keep(wish: Wish): void {
    this.#store.setItem(this.#key, JSON.stringify(wish));
  }

  #read(): Wish | null {
    const { browser, until } = Object(readJson(this.#store, this.#key)) as Partial<Record<keyof Wish, unknown>>;
    if (typeof browser !== 'string' || (until !== null && typeof until !== 'number')) return null;
    return { browser, until };
  }
}
