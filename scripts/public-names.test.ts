import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exportedNames, PUBLIC_NAMES } from './public-names.ts';
import { ROOT } from './source-files.ts';

test.each(Object.entries(PUBLIC_NAMES))(
  '%s exports its public names and types, and no others',
  (_entry, { source, names }) => {
    expect(exportedNames(source)).toEqual(names);
  },
);

test('every entry that has code is listed', () => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    exports: Record<string, object>;
  };
  const entries = Object.keys(exports).filter((path) => !/\.(js|json)$/.test(path));
  expect(entries.map((path) => path.replace('./', 'coscribe/')).sort()).toEqual(Object.keys(PUBLIC_NAMES).sort());
});
