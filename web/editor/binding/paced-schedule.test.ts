// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PacedSchedule } from './paced-schedule.ts';

/** A frame of the fake clock, in milliseconds. */
const FRAME = 16;

let runs: number[];
/** Milliseconds that the task keeps the page busy. */
let cost: number;
let schedule: PacedSchedule;

beforeEach(() => {
  vi.useFakeTimers();
  runs = [];
  cost = 0;
  // The clock goes on while the task works; timers do not.
  let busy = 0;
  const started = Date.now();
  vi.spyOn(performance, 'now').mockImplementation(() => Date.now() - started + busy);
  schedule = new PacedSchedule(window, () => {
    runs.push(performance.now());
    busy += cost;
  });
});

afterEach(() => {
  schedule.cancel();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Asks at every millisecond for a while. */
function ask(milliseconds: number): void {
  for (let i = 0; i < milliseconds; i++) {
    schedule.request();
    vi.advanceTimersByTime(1);
  }
}

const gaps = () => runs.slice(1).map((at, i) => at - (runs[i] ?? 0));

test('what costs nothing runs in every frame', () => {
  ask(10 * FRAME);
  expect(runs).toHaveLength(10);
});

test('what costs much takes no more than an eighth of the time', () => {
  cost = 8;
  ask(1_000);
  expect(Math.min(...gaps())).toBeGreaterThanOrEqual(8 * cost);
  expect(Math.max(...gaps())).toBeLessThanOrEqual(8 * cost + 2 * FRAME);
});

test('the rest is never longer than what seems to be at once', () => {
  cost = 50;
  ask(1_000);
  expect(Math.max(...gaps())).toBeLessThanOrEqual(50 + 100 + 2 * FRAME);
});

test('after a pause it runs in the next frame, whatever it cost before', () => {
  cost = 12;
  ask(FRAME);
  vi.advanceTimersByTime(500);
  const asked = performance.now();
  schedule.request();
  vi.advanceTimersByTime(FRAME);
  expect((runs.at(-1) ?? 0) - asked).toBeLessThanOrEqual(FRAME);
});

test('a frame that shows what was typed passes without it, but fast typing does not put it off for ever', () => {
  schedule.request();
  schedule.yieldFrame();
  vi.advanceTimersByTime(FRAME);
  expect(runs).toHaveLength(0);
  vi.advanceTimersByTime(FRAME);
  expect(runs).toHaveLength(1);
  for (let i = 0; i < 200; i++) {
    schedule.request();
    schedule.yieldFrame();
    vi.advanceTimersByTime(1);
  }
  expect(runs.length).toBeGreaterThan(1);
});

test('what was typed while nothing was asked for delays nothing later', () => {
  schedule.yieldFrame();
  schedule.request();
  vi.advanceTimersByTime(FRAME);
  expect(runs).toHaveLength(1);
});

test('nothing runs once it was cancelled', () => {
  schedule.request();
  schedule.cancel();
  vi.advanceTimersByTime(500);
  expect(runs).toHaveLength(0);
});
