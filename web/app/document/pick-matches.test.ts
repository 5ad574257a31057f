import { expect, it } from 'vitest';
import { matchPicks } from './pick-matches.ts';

const PICKS = ['Markdown', 'JavaScript', 'Java', 'TypeScript', 'Properties files'].map((label) => ({ label }));
const labels = (typed: string) => matchPicks(PICKS, typed).map(({ label }) => label);

it('nothing typed shows everything in order', () => {
  expect(labels('  ')).toEqual(PICKS.map(({ label }) => label));
});

it('lines that begin with what was typed come first, the order is otherwise kept', () => {
  expect(labels('script')).toEqual(['JavaScript', 'TypeScript']);
  expect(labels('java')).toEqual(['JavaScript', 'Java']);
  expect(labels('t')).toEqual(['TypeScript', 'JavaScript', 'Properties files']);
});

it('every word has to match, in any order, also in the keywords', () => {
  expect(labels('files prop')).toEqual(['Properties files']);
  expect(labels('files java')).toEqual([]);
  expect(matchPicks([{ label: 'Rename the document', keywords: 'title' }], 'TITLE')).toHaveLength(1);
});
