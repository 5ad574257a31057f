import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { filesUnder, fingerprint } from './freshness.mjs';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'coscribe-freshness-'));
  mkdirSync(join(root, 'web/app'), { recursive: true });
  writeFileSync(join(root, 'web/app/page.ts'), 'one');
  writeFileSync(join(root, 'web/index.html'), 'two');
  writeFileSync(join(root, 'package.json'), '{}');
});
afterEach(() => rmSync(root, { recursive: true }));

const now = () => fingerprint(root, ['web', 'package.json', 'missing.json']);

test('files are listed with slashes, sorted', () => {
  expect(filesUnder(root, ['web', 'package.json'])).toEqual(['package.json', 'web/app/page.ts', 'web/index.html']);
});

test('dates alone change nothing', () => {
  const before = now();
  utimesSync(join(root, 'package.json'), 0, 0);
  expect(now()).toBe(before);
});

test('a changed, new, renamed or removed file changes the fingerprint', () => {
  const seen = new Set([now()]);
  writeFileSync(join(root, 'web/app/page.ts'), 'three');
  seen.add(now());
  writeFileSync(join(root, 'web/app/other.ts'), '');
  seen.add(now());
  rmSync(join(root, 'web/app/other.ts'));
  writeFileSync(join(root, 'web/app/another.ts'), '');
  seen.add(now());
  rmSync(join(root, 'web/index.html'));
  seen.add(now());
  expect(seen.size).toBe(5);
});

test('files that do not matter do not count', () => {
  const matters = (/** @type {string} */ path) => !path.endsWith('.test.ts');
  const before = fingerprint(root, ['web'], matters);
  writeFileSync(join(root, 'web/app/page.test.ts'), 'a test');
  expect(fingerprint(root, ['web'], matters)).toBe(before);
});
