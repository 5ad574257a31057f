import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, readSourceFiles } from '../scripts/source-files.ts';
import { compareSpec } from '../scripts/spec-proofs.ts';

test('the rules in spec.md and the titles of the tests agree', () => {
  expect(compareSpec(readFileSync(join(ROOT, 'docs/spec.md'), 'utf8'), readSourceFiles())).toEqual([]);
});
