import { expect, it, onTestFinished } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { KEPT_FOR, SAMPLE_INTERVAL, SERIES, Series, type SeriesName, type SeriesSources } from './series.ts';

function world() {
  const clock = new FakeClock();
  const counts = { connections: 3, members: 2, documents: 1, updates: 100, received: 0, sent: 0, written: 0 };
  const more = { waiting: 0, refused: 0, closed: 0 };
  const all: Record<string, number> = { ...counts, ...more };
  const sources = Object.fromEntries(Object.keys(all).map((name) => [name, () => all[name] ?? 0]));
  const series = new Series({ ...sources, acknowledged: async () => 4.25 } as unknown as SeriesSources, clock);
  onTestFinished(() => series.stop());
  const value = (name: SeriesName) => series.after(0).at(-1)?.values[SERIES.indexOf(name)];
  return { clock, all, series, value };
}

it('samples what there is, and how much a second came since the sample before', async () => {
  const { clock, all, series, value } = world();
  expect(series.after(0)).toEqual([]);
  all['updates'] = 150;
  await clock.advance(SAMPLE_INTERVAL);
  expect([value('connections'), value('updates'), value('acknowledged')]).toEqual([3, 10, 4.25]);
  all['connections'] = 7;
  await clock.advance(SAMPLE_INTERVAL);
  expect([value('connections'), value('updates')]).toEqual([7, 0]);
  expect(series.after(1).map(({ number, at }) => [number, at])).toEqual([[2, clock.date()]]);
  expect(series.after(0)[0]?.values).toHaveLength(SERIES.length);
});

it('keeps an hour and no more, and stops', async () => {
  const { clock, series } = world();
  await clock.advance(KEPT_FOR + 10 * SAMPLE_INTERVAL);
  const kept = series.after(0);
  expect([kept.length, kept[0]?.number]).toEqual([KEPT_FOR / SAMPLE_INTERVAL, 11]);
  expect(series.after((kept.at(-1)?.number ?? 0) - 2)).toHaveLength(2);
  expect(series.after(1_000_000)).toEqual([]);
  series.stop();
  expect(clock.timers).toBe(0);
});
