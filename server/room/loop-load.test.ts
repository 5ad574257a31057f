import { expect, test } from 'vitest';
import { LoopLoad } from './loop-load.ts';
import { TurnPace } from './turn-pace.ts';

/** An event loop that is busy as a test says. */
class FakeLoop {
  #active = 0;
  #idle = 0;

  readonly measure = () => ({ active: this.#active, idle: this.#idle });

  /** This many milliseconds pass, of which it is busy for some. */
  pass(milliseconds: number, busy: number): void {
    this.#active += busy;
    this.#idle += milliseconds - busy;
  }
}

function loadAfter(...spans: readonly (readonly [milliseconds: number, share: number])[]): number {
  const loop = new FakeLoop();
  const load = new LoopLoad(loop.measure);
  let need = load.need();
  for (const [milliseconds, share] of spans) {
    for (let passed = 0; passed < milliseconds; passed += 10) {
      loop.pass(10, 10 * share);
      need = load.need();
    }
  }
  return need;
}

test('an idle process needs no gathering, a busy one as much as ever, one at its end half as much again', () => {
  expect(loadAfter([1_000, 0.1])).toBe(0);
  expect(loadAfter([1_000, 0.35])).toBe(0);
  expect(loadAfter([1_000, 0.7])).toBeCloseTo(1, 1);
  expect(loadAfter([1_000, 1])).toBe(1.5);
});

test('it grows with what the process lacks, within a blink, and is forgotten as soon', () => {
  let before = 0;
  for (let share = 0.4; share < 0.9; share += 0.1) {
    const need = loadAfter([1_000, share]);
    expect(need).toBeGreaterThan(before);
    before = need;
  }
  expect(loadAfter([1_000, 0.1], [200, 1])).toBeGreaterThan(1);
  expect(loadAfter([1_000, 1], [300, 0.1])).toBe(0);
});

test('one busy moment makes nobody wait', () => {
  expect(loadAfter([1_000, 0.1], [20, 1], [30, 0.1])).toBe(0);
});

test('after a pause the first edit goes out at once, whatever was before', () => {
  const loop = new FakeLoop();
  const load = new LoopLoad(loop.measure);
  loop.pass(1_000, 1_000);
  expect(load.need()).toBe(1.5);
  loop.pass(2_000, 10);
  expect(load.need()).toBe(0);
});

/** A room of 500 in which every turn costs as much as writing to all of them; somebody types at every moment. */
function lastIntervals(costOfTurn: number, rooms: number): number[] {
  const loop = new FakeLoop();
  const load = new LoopLoad(loop.measure);
  const paces = Array.from({ length: rooms }, () => new TurnPace(load));
  const last = paces.map(() => 0);
  const intervals: number[] = [];
  let now = 0;
  while (now < 5_000) {
    let busy = 0;
    for (const [i, pace] of paces.entries()) {
      if (now < pace.nextTurnAt(500, { text: true, presence: false })) continue;
      pace.textSent(now);
      busy += costOfTurn;
      if (now > 3_000) intervals.push(now - (last[i] ?? 0));
      last[i] = now;
    }
    const step = Math.max(1, busy);
    loop.pass(step, busy);
    now += step;
  }
  return intervals;
}

test.each([1, 4])('%i rooms with a crowd settle at a pace and do not swing', (rooms) => {
  const intervals = lastIntervals(6 / rooms, rooms);
  const sorted = intervals.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
  // Busy for a third to two thirds of the time, and no turn is far from the middle one.
  expect(6 / at(0.5)).toBeGreaterThan(0.3);
  expect(6 / at(0.5)).toBeLessThan(0.75);
  expect(at(0.99)).toBeLessThan(2 * at(0.5));
  expect(at(0.99)).toBeLessThanOrEqual(60);
});

test('a crowd in an idle process gets everything at once', () => {
  const pace = new TurnPace(new LoopLoad(() => ({ active: 1, idle: 1_000 })));
  pace.textSent(10);
  expect(pace.nextTurnAt(500, { text: true, presence: false })).toBe(10);
});
