import { Histogram, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { QuantileSince } from './quantile-since.ts';

function world() {
  const histogram = new Histogram({ name: 'x', help: 'x', buckets: [1, 2, 4], registers: [new Registry()] });
  return { histogram, quantile: new QuantileSince(histogram) };
}

it('is that of what was observed since the last look', async () => {
  const { histogram, quantile } = world();
  expect(await quantile.read(0.99)).toBe(0);
  for (let i = 0; i < 100; i++) histogram.observe(0.5);
  expect(await quantile.read(0.99)).toBeCloseTo(0.99);
  // Those of before count no more.
  for (let i = 0; i < 10; i++) histogram.observe(3);
  expect(await quantile.read(0.5)).toBeCloseTo(3);
  expect(await quantile.read(0.99)).toBe(0);
});

it('of what is above all bounds says that', async () => {
  const { histogram, quantile } = world();
  for (let i = 0; i < 10; i++) histogram.observe(100);
  expect(await quantile.read(0.99)).toBe(4);
});
