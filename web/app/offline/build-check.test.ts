import { expect, it } from 'vitest';
import { isOutdated } from './build-check.ts';

const answer = (status: number) => async () => new Response(null, { status });

it.each([
  [404, true],
  [200, false],
  [502, false],
  [403, false],
])('a server that answers with %i for the page’s own script', async (status, outdated) => {
  expect(await isOutdated('/assets/document-abc.js', answer(status))).toBe(outdated);
});

it('nobody can tell without a network', async () => {
  const unreachable = async () => {
    throw new TypeError('Failed to fetch');
  };
  expect(await isOutdated('/assets/document-abc.js', unreachable)).toBe(false);
});
