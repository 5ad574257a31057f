/*
 * How long a room gathers before it applies, fans out and stores what arrived.
 *
 * In a room of a team's size people get each other's keystrokes at the end of the loop turn that brought them. A write to one
 * socket costs 3 to 12 µs (the latter on a virtual machine) whatever it carries, so with a crowd the room gathers longer:
 * it spends a small part of a core on writing. A hundred people wait 14 ms on average, within one display frame.
 * The first update after a pause never waits, and nothing does while the process has time to spare (`LoopLoad`).
 */

/** Milliseconds of gathering that each member beyond a small room adds. */
const PER_MEMBER = 0.38;

/** Members up to which a room does not gather at all. */
const SMALL_ROOM = 24;

/** Longest time an update waits for its turn, in milliseconds. */
const LONGEST_TURN = 40;

/** Members up to which presence does not wait for more of it: it comes more often than text, and matters less. */
const SMALL_COMPANY = 8;

/** Longest time that presence waits, in milliseconds: ten times a second is fluent enough in a crowd. */
const LONGEST_PRESENCE_TURN = 100;

/** Milliseconds from one turn to the next for text in a room of this many members, in a process that is busy. */
export function textInterval(members: number): number {
  return members <= SMALL_ROOM ? 0 : Math.min(LONGEST_TURN, (members - SMALL_ROOM) * PER_MEMBER);
}

/** Milliseconds from one turn to the next for presence in a room of this many members. */
export function presenceInterval(members: number): number {
  return members <= SMALL_COMPANY ? 0 : Math.min(LONGEST_PRESENCE_TURN, members);
}

/** Turns that took longer, in milliseconds, are followed by a rest: the document has become costly for every edit. */
const COSTLY_TURN = 4;

/** How many turns in a row have to be costly: a single one may have been interrupted by another process, or be a large paste. */
const COSTLY_TURNS = 3;

/** A room rests this many times as long as a costly turn took, so that it takes a fifth of a core. */
const REST = 4;

/** How much the process needs turns to gather: nothing is 0, as much as ever is 1. */
export interface Load {
  need(): number;
}

/** When the turns of one room are due. Times are `clock.now()` based, in milliseconds. */
export class TurnPace {
  #textAt = Number.NEGATIVE_INFINITY;
  #presenceAt = Number.NEGATIVE_INFINITY;
  #restsUntil = Number.NEGATIVE_INFINITY;
  /** What the last turns took, in milliseconds. */
  readonly #costs: number[] = new Array(COSTLY_TURNS).fill(0);
  readonly #load: Load;

  /** Without `load` the process counts as busy. */
  constructor(load: Load = { need: () => 1 }) {
    this.#load = load;
  }

  /** When the next turn may be; text or presence has to wait for it. */
  nextTurnAt(members: number, waits: { text: boolean; presence: boolean }): number {
    const text = waits.text
      ? Math.max(this.#textAt + Math.min(LONGEST_TURN, textInterval(members) * this.#load.need()), this.#restsUntil)
      : Number.POSITIVE_INFINITY;
    const presence = waits.presence ? this.#presenceAt + presenceInterval(members) : Number.POSITIVE_INFINITY;
    return Math.min(text, presence);
  }

  /** Whether presence may be sent already. */
  isPresenceDue(now: number, members: number): boolean {
    return now - this.#presenceAt >= presenceInterval(members);
  }

  /** A turn with text is at this time. */
  textSent(now: number): void {
    this.#textAt = now;
  }

  /** The text of a turn that ends at this time took this many milliseconds to apply. */
  took(milliseconds: number, now: number): void {
    this.#costs.shift();
    this.#costs.push(milliseconds);
    const cost = Math.min(...this.#costs);
    if (cost > COSTLY_TURN) this.#restsUntil = now + cost * REST;
  }

  /** Presence was sent at this time. */
  presenceSent(now: number): void {
    this.#presenceAt = now;
  }
}
