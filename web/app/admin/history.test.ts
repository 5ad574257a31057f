import { expect, it } from 'vitest';
import { History } from './history.ts';

const sample = (number: number, at: number, ...values: number[]) => ({ number, at, values });

it('keeps an hour in columns, with gaps where nothing is known', () => {
  const history = new History();
  expect([history.latest('a'), history.columns(['a'])]).toEqual([null, [[], []]]);
  history.add(['a', 'b'], [sample(1, 5_000, 1, 10), sample(2, 10_000, 2, 20)]);
  history.add(['a', 'b'], [sample(3, 60_000, 3, 30)]);
  expect(history.columns(['b'])).toEqual([
    [5, 10, 35, 60],
    [10, 20, null, 30],
  ]);
  expect([history.latest('a'), history.latest('b'), history.latest('c')]).toEqual([3, 30, null]);
  history.add(
    ['a', 'b'],
    Array.from({ length: 1_000 }, (_, i) => sample(i + 4, 65_000 + i * 5_000, i, i)),
  );
  expect(history.length).toBe(720);
  expect(history.readable(['a'])).toHaveLength(12);
  expect(history.readable(['a'])[0]).toEqual({ at: 65_000 + 999 * 5_000, values: [999] });
});

it('goes on when the server was started again, whose numbers begin again', () => {
  const history = new History();
  history.add(['a'], [sample(7, 5_000, 1), sample(8, 10_000, 2)]);
  history.add(['a'], [sample(1, 40_000, 3)]);
  expect(history.columns(['a'])[1]).toEqual([1, 2, null, 3]);
});
