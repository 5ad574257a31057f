/** Somebody who does something at a steady pace. */
export interface Paced {
  /** Times a second. */
  readonly rate: number;
  act(): void;
}

/** Below this wait the loop turns instead of sleeping: a timer would bunch what should come evenly. */
const SPIN = 2;

/**
 * Lets everybody act at their own pace for this many milliseconds, spread evenly: the first turn of each lies somewhere in
 * their first interval, in steps of equal size. Calls `halfway` once when `warmUp` milliseconds have passed.
 */
export function keepPace(
  people: readonly Paced[],
  milliseconds: number,
  warmUp = 0,
  onWarm?: () => void,
): Promise<void> {
  const start = performance.now();
  const end = start + milliseconds;
  const schedule = people
    .map((person, index) => {
      const interval = 1000 / person.rate;
      return { person, interval, at: start + ((interval * (index * 0.618_033_988_7)) % interval) };
    })
    .sort((a, b) => a.at - b.at);
  const queue = new TurnQueue(schedule);
  let warm = false;
  return new Promise((resolve) => {
    const turn = () => {
      const now = performance.now();
      if (!warm && now >= start + warmUp) {
        warm = true;
        onWarm?.();
      }
      // Nobody makes up for a stall of the generator in one burst longer than this turn.
      for (let next = queue.first; next !== undefined && next.at <= now && next.at < end; next = queue.first) {
        next.person.act();
        queue.postpone(next.interval);
      }
      if (now >= end) {
        resolve();
        return;
      }
      const wait = Math.min(queue.first?.at ?? end, end) - performance.now();
      if (wait < SPIN) setImmediate(turn);
      else setTimeout(turn, wait - 1);
    };
    turn();
  });
}

interface Turn {
  readonly person: Paced;
  readonly interval: number;
  at: number;
}

/** The turns by their time: a binary heap. */
class TurnQueue {
  readonly #turns: Turn[];

  constructor(sorted: Turn[]) {
    this.#turns = sorted;
  }

  get first(): Turn | undefined {
    return this.#turns[0];
  }

  /** Moves the first turn this many milliseconds later. */
  postpone(by: number): void {
    const turns = this.#turns;
    const moved = turns[0];
    if (moved === undefined) return;
    moved.at += by;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      let least = left;
      const leftTurn = turns[left];
      const rightTurn = turns[right];
      if (leftTurn === undefined) break;
      if (rightTurn !== undefined && rightTurn.at < leftTurn.at) least = right;
      const child = turns[least];
      if (child === undefined || child.at >= moved.at) break;
      turns[index] = child;
      index = least;
    }
    turns[index] = moved;
  }
}
