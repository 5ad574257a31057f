import { describe, expect, test } from 'vitest';
import { countPlaywright, countsLine, countVitest, sum, withExitCode } from './test-report.mjs';

/** @param {string[]} statuses */
const file = (...statuses) => ({
  status: statuses.includes('failed') ? 'failed' : 'passed',
  assertionResults: statuses.map((status) => ({ status })),
});

describe('vitest', () => {
  test('counts tests by their end', () => {
    const report = { testResults: [file('passed', 'passed', 'failed'), file('passed', 'skipped', 'todo')] };
    expect(countVitest(report)).toEqual({ passed: 3, failed: 1, skipped: 2 });
  });

  test('counts a file that does not load as one failed test', () => {
    const report = { testResults: [file('passed'), { status: 'failed', assertionResults: [] }] };
    expect(countVitest(report)).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });
});

test('playwright counts errors outside tests as failed', () => {
  const stats = { expected: 5, unexpected: 1, flaky: 1, skipped: 2 };
  expect(countPlaywright({ stats, errors: [{}] })).toEqual({ passed: 6, failed: 2, skipped: 2 });
});

test('a runner that ends badly has failed, whatever its report says', () => {
  const fine = { passed: 3, failed: 0, skipped: 0 };
  expect(withExitCode(fine, 0)).toEqual(fine);
  expect(withExitCode(fine, 1)).toEqual({ passed: 3, failed: 1, skipped: 0 });
  expect(withExitCode({ passed: 3, failed: 2, skipped: 0 }, 1)).toEqual({ passed: 3, failed: 2, skipped: 0 });
});

test('the last line', () => {
  expect(countsLine(sum([]))).toBe('0 passed, 0 failed');
  const parts = [
    { passed: 3, failed: 0, skipped: 0 },
    { passed: 4, failed: 1, skipped: 2 },
  ];
  expect(countsLine(sum(parts))).toBe('7 passed, 1 failed, 2 skipped');
});
