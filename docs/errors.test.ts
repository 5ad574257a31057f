import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CLOSE_CODES } from '../protocol/close-codes.ts';
import { ROOT } from '../scripts/source-files.ts';
import { ELEMENT_ERRORS } from '../web/element/element-events.ts';

test('[CON-6] errors.md lists every close code with its name, retry rule and meaning', () => {
  const page = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');
  const rows = page
    .split('\n')
    .filter((line) => /^\| *\d{4} *\|/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  expect(rows).toEqual(
    Object.values(CLOSE_CODES).map(({ code, name, retry, meaning }) => [String(code), name, retry, meaning]),
  );
});

test('errors.md lists every code of the component with its meaning', () => {
  const page = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \*? ?\| (.*) \|$/gm)].map(([, code, meaning]) => [code, meaning]);
  expect(rows).toEqual(Object.entries(ELEMENT_ERRORS));
});
