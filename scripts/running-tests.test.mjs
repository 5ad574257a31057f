import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { describeRunningTests, RunningTests } from './running-tests.mjs';

const folder = mkdtempSync(join(tmpdir(), 'coscribe-running-'));
const file = join(folder, 'running.json');

afterEach(() => rmSync(file));

test('what has begun and not ended is named, the longest first', () => {
  const running = new RunningTests(file);
  running.began('a', 'together.spec.ts > they type');
  running.began('b', 'offline.spec.ts > a reload');
  running.began('c', 'site.spec.ts > a title');
  running.ended('b');
  const lines = describeRunningTests(file, Date.now() + 180_000).split('\n');
  expect(lines).toEqual([
    'Running were:',
    '  together.spec.ts > they type, for 3 min 0 s',
    '  site.spec.ts > a title, for 3 min 0 s',
  ]);
});

test('a runner that does not end after its tests is told from one that never began', () => {
  const running = new RunningTests(file);
  expect(describeRunningTests(file)).toBe('Not a single test had begun.');
  running.began('a', 'site.spec.ts > a title');
  running.ended('a');
  running.ended('unknown');
  expect(describeRunningTests(file)).toBe('No test was running. The last one to end was:\n  site.spec.ts > a title');
});
