import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, readSourceFiles } from './source-files.ts';
import { compareSpec, updateSpec } from './spec-proofs.ts';

// `npm run spec`: writes into docs/spec.md which tests prove which rule, and says what only a person can mend.
const page = join(ROOT, 'docs/spec.md');
const files = readSourceFiles();
const updated = updateSpec(readFileSync(page, 'utf8'), files);
writeFileSync(page, updated);
for (const problem of compareSpec(updated, files)) {
  console.error(problem);
  process.exitCode = 1;
}
