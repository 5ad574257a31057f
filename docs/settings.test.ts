import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../scripts/source-files.ts';
import { optionName, SETTINGS, variableName } from '../server/config/settings.ts';

test('settings.md lists every setting with its option, variable, default and description', () => {
  const rows = readFileSync(join(ROOT, 'docs/settings.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `--'));
  // The failing diff shows the rows to paste.
  expect(rows).toEqual(
    Object.entries(SETTINGS).map(
      ([name, { default: defaultValue, description }]) =>
        `| \`--${optionName(name)}\` | \`${variableName(name)}\` | \`${name}\` | \`${defaultValue ?? 'none'}\` | ${description} |`,
    ),
  );
});
