import { expect, test } from 'vitest';
import { runHonestSession, runHostileSession } from '../testing/update-mutants.ts';

// A session takes 25 to 150 ms. A command may run them for longer; a seed that fails becomes a test of its own.
const HONEST_ROUNDS = 25;
const HOSTILE_ROUNDS = 8;
const TIMEOUT = 60_000;

function failures(rounds: number, run: (seed: number) => void): string[] {
  const failed: string[] = [];
  for (let seed = 1; seed <= rounds; seed++) {
    try {
      run(seed);
    } catch (error) {
      failed.push(`seed ${seed}: ${String(error)}`);
    }
  }
  return failed;
}

test('[SEC-9] nothing that working clients send is refused, and everybody ends with the same text', {
  timeout: TIMEOUT,
}, () => {
  expect(failures(HONEST_ROUNDS, (seed) => runHonestSession(seed))).toEqual([]);
});

test('[SEC-9] the same in a document of any kind, with formatting, trees, maps and lists', { timeout: TIMEOUT }, () => {
  expect(failures(HONEST_ROUNDS, (seed) => runHonestSession(seed, { kind: 'any' }))).toEqual([]);
});

test('[SEC-7] mutants and forgeries in a text are refused or do no harm', { timeout: TIMEOUT }, () => {
  let applied = 0;
  const run = (seed: number) => {
    applied += runHostileSession(seed);
  };
  expect(failures(HOSTILE_ROUNDS, run)).toEqual([]);
  expect(applied, 'some must get through, or nothing was tested').toBeGreaterThan(HOSTILE_ROUNDS * 50);
});

test('[SEC-7, DUR-14] mutants and forgeries in a document of any kind do no harm, and it is loaded again as it was', {
  timeout: TIMEOUT,
}, () => {
  let applied = 0;
  const run = (seed: number) => {
    applied += runHostileSession(seed, { kind: 'any' });
  };
  expect(failures(HOSTILE_ROUNDS, run)).toEqual([]);
  expect(applied, 'some must get through, or nothing was tested').toBeGreaterThan(HOSTILE_ROUNDS * 50);
});
