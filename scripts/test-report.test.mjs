import { describe, expect, test } from 'vitest';
import {
  countPlaywright,
  countsLine,
  countVitest,
  failuresOfPlaywright,
  failuresOfVitest,
  sum,
  withExitCode,
} from './test-report.mjs';

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

test('says what failed, without colours, wherever it stands', () => {
  const broken = { name: 'b.test.ts', status: 'failed', message: 'no such module', assertionResults: [] };
  const failed = { status: 'failed', fullName: 'adds', failureMessages: ['\u001b[31mexpected 3\u001b[39m\n  at sum'] };
  const tested = {
    name: 'a.test.ts',
    status: 'failed',
    assertionResults: [{ status: 'passed', fullName: 'x' }, failed],
  };
  expect(failuresOfVitest({ testResults: [tested, broken] })).toEqual([
    'a.test.ts › adds\n    expected 3\n      at sum',
    'b.test.ts\n    no such module',
  ]);
  /** @param {string} status @param {string[]} messages */
  const result = (status, ...messages) => ({ status, errors: messages.map((message) => ({ message })) });
  const spec = (/** @type {string} */ title, /** @type {ReturnType<typeof result>[]} */ ...results) => ({
    title,
    file: 'a.spec.ts',
    line: 7,
    tests: [{ results }],
  });
  const suites = [
    { specs: [spec('fine', result('passed'))], suites: [{ specs: [spec('is late', result('timedOut'))] }] },
    { specs: [spec('is wrong', result('failed', 'no'))] },
  ];
  expect(failuresOfPlaywright({ suites, errors: [{ message: 'cannot start' }] })).toEqual([
    'outside any test\n    cannot start',
    'a.spec.ts:7 › is late\n    timedOut',
    'a.spec.ts:7 › is wrong\n    no',
  ]);
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
