import { describe, expect, test } from 'vitest';
import { compareSpec, idsOf, updateSpec } from './spec-proofs.ts';

const page = `# Promises

| ids | the promise |
| --- | --- |
| DUR | durable |
| SYN | equal |

## Proven

### DUR-1 Saved
Text.

*Proven in:* \`server/a.disk.test.ts\`

## Not yet proven

Soon.

### DUR-2 Retried
More text.

### SYN-1 Equal
Last text.
`;

const file = (path: string, ...titles: string[]) => ({
  path,
  source: titles.map((title) => `test(${JSON.stringify(title)}, () => {});`).join('\n'),
});
const proof = file('server/a.disk.test.ts', '[DUR-1] saved is saved', 'something else');

describe('a page and tests', () => {
  test('that agree', () => {
    expect(compareSpec(page, [proof])).toEqual([]);
  });

  test('a proven rule without a test', () => {
    expect(compareSpec(page, [])).toEqual([expect.stringContaining('DUR-1 is listed as proven')]);
  });

  test('a proof in a file that the page does not name', () => {
    expect(compareSpec(page, [proof, file('e2e/b.spec.ts', '[DUR-1] in the browser')])).toEqual([
      expect.stringContaining('server/a.disk.test.ts, e2e/b.spec.ts'.split(', ').sort().join(', ')),
    ]);
  });

  test('a test for a rule that is listed as not proven', () => {
    expect(compareSpec(page, [proof, file('server/b.net.test.ts', '[DUR-2] again')])).toEqual([
      expect.stringContaining('DUR-2 is "not yet proven"'),
    ]);
  });

  test('a title with an id that does not exist', () => {
    expect(compareSpec(page, [proof, file('server/b.test.ts', 'fine', '[DUR-9] what')])).toEqual([
      'server/b.test.ts:2 names DUR-9, which spec.md does not have',
    ]);
  });

  test('a fuzz test that names no rule, and one whose group does', () => {
    expect(compareSpec(page, [proof, file('server/b.fuzz.test.ts', 'random')])).toEqual([
      'server/b.fuzz.test.ts:1 is a fuzz test that names no rule',
    ]);
    const grouped = {
      path: 'server/a.disk.test.ts',
      source: `describe('[DUR-1] saved', () => { for (const seed of seeds) test(\`seed \${seed}\`, () => {}); });`,
    };
    expect(compareSpec(page, [grouped])).toEqual([]);
  });

  test('an id twice on the page', () => {
    expect(() => compareSpec(page.replace('SYN-1', 'DUR-2'), [])).toThrow('DUR-2 twice');
  });
});

describe('npm run spec', () => {
  test('changes nothing when all agrees', () => {
    expect(updateSpec(page, [proof])).toBe(page);
  });

  test('writes the files and moves a rule that got its test, in the order of the families', () => {
    const files = [proof, file('e2e/b.spec.ts', '[DUR-1, SYN-1] both'), file('server/c.test.ts', '[DUR-2] again')];
    const updated = updateSpec(page, files);
    expect(compareSpec(updated, files)).toEqual([]);
    expect([...updated.matchAll(/^#{2,3} .*/gm)].map(([line]) => line)).toEqual([
      '## Proven',
      '### DUR-1 Saved',
      '### DUR-2 Retried',
      '### SYN-1 Equal',
      '## Not yet proven',
    ]);
    expect(updated).toContain('*Proven in:* `e2e/b.spec.ts`, `server/a.disk.test.ts`');
    expect(updated).toContain('Soon.');
  });
});

test('ids are read from the start of a title only', () => {
  expect(idsOf('[DUR-1] a')).toEqual(['DUR-1']);
  expect(idsOf('[DUR-1, SYN-2] a')).toEqual(['DUR-1', 'SYN-2']);
  expect(idsOf('[DUR-1][SYN-2] a')).toEqual(['DUR-1', 'SYN-2']);
  expect(idsOf('a [DUR-1]')).toEqual([]);
  expect(idsOf('[object Object] a')).toEqual([]);
});
