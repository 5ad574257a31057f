import fc from 'fast-check';
import { expect, it } from 'vitest';
import { largest } from './largest.ts';

it('finds what sorting would find', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), fc.integer({ min: 1, max: 10 }), (figures, count) => {
      const items = figures.map((figure, at) => ({ figure, at }));
      // Equal ones stay in their order, as they do when an array is sorted.
      const sorted = [...items].sort((a, b) => b.figure - a.figure).slice(0, count);
      expect(largest(items, count, ({ figure }) => figure)).toEqual(sorted);
    }),
  );
});
