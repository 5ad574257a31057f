import type { Person } from '../../editor/carets/people.ts';
import type { Alike } from '../device/guest.ts';
import type { SessionClock } from './session-ports.ts';

/** How long a guest made by chance may still become another one, in milliseconds: who is there is known only then. */
const SETTLES = 30_000;

/** How long after the first look who is seen counts as having been there before, in milliseconds: their presence follows the text. */
const LOOKS = 1_000;

/** How long a newcomer who is alike has for becoming another, before one who was there does, in milliseconds. */
const NEWCOMER_DIFFERS = 2_000;

/** Decides which of two guests made by chance who are alike becomes another: the one who came later, of two at once the one with the higher id. */
export class AlikeGuests {
  readonly #clock: SessionClock;
  /** Looks once more, after a newcomer had time. */
  readonly #lookAgain: () => void;
  readonly #settlesUntil: number;
  /** When it was first looked who is there; null before. Who comes a moment after that came later. */
  #lookedAt: number | null = null;
  #wait: 'none' | 'over' | (() => void) = 'none';

  constructor(clock: SessionClock, lookAgain: () => void) {
    this.#clock = clock;
    this.#lookAgain = lookAgain;
    this.#settlesUntil = clock.now() + SETTLES;
  }

  /** From whom `guest`, who is here, has to differ now; null for nobody. */
  differFrom(guest: Alike, people: readonly Person[]): readonly Person[] | null {
    const now = this.#clock.now();
    if (now > this.#settlesUntil) return null;
    this.#lookedAt ??= now;
    const isNew = now - this.#lookedAt < LOOKS;
    const self = people.find(({ isSelf }) => isSelf);
    const others = people.filter(({ isSelf, browser }) => !isSelf && browser !== self?.browser);
    const alike = others.filter(({ name, color }) => name === guest.name || color === guest.color);
    const hasWaited = this.#wait === 'over';
    if (hasWaited) this.#wait = 'none';
    if (alike.length === 0) return null;
    if (isNew) return others;
    if (alike.every(({ clientId }) => clientId > (self?.clientId ?? 0))) return null;
    if (hasWaited) return others;
    if (this.#wait === 'none') {
      this.#wait = this.#clock.after(NEWCOMER_DIFFERS, () => {
        this.#wait = 'over';
        this.#lookAgain();
      });
    }
    return null;
  }

  /** Leaves no timer. */
  stop(): void {
    if (typeof this.#wait === 'function') this.#wait();
  }
}
