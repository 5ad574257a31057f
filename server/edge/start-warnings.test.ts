import { expect, it } from 'vitest';
import { startWarnings } from './start-warnings.ts';

const OPEN = { host: '0.0.0.0', access: 'open', trustProxy: null } as const;

it('says nothing while only this machine can reach the server', () => {
  for (const host of ['127.0.0.1', 'localhost', '::1']) expect(startWarnings({ ...OPEN, host }, false)).toEqual([]);
});

it('warns of open access and of missing encryption, each in one line, when other machines can reach it', () => {
  const [open, plain, ...more] = startWarnings(OPEN, false);
  expect([open, plain, more]).toEqual([
    expect.stringMatching(/access is open.*access=private/),
    expect.stringMatching(/without encryption.*tlsCert.*trustProxy/),
    [],
  ]);
  expect(`${open}${plain}`).not.toContain('\n');
});

it('warns of what is left', () => {
  expect(startWarnings({ ...OPEN, access: 'private' }, true)).toEqual([]);
  expect(startWarnings({ ...OPEN, trustProxy: ['10.0.0.1'] }, false)).toEqual([
    expect.stringMatching(/access is open/),
  ]);
  expect(startWarnings({ ...OPEN, access: 'private' }, false)).toEqual([expect.stringMatching(/without encryption/)]);
});
