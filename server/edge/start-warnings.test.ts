import { expect, it } from 'vitest';
import { startWarnings } from './start-warnings.ts';

const TOKENS = { jwtSecret: null, jwtKeyFile: null, jwtJwksUrl: null, jwtIssuer: null, jwtAudience: null } as const;
const OPEN = { host: '0.0.0.0', access: 'open', trustProxy: null, maxConnections: 20_000, ...TOKENS } as const;

it('says nothing while only this machine can reach the server', () => {
  for (const host of ['127.0.0.1', 'localhost', '::1'])
    expect(startWarnings({ ...OPEN, host }, false, null)).toEqual([]);
});

it('warns of open access and of missing encryption, each in one line, when other machines can reach it', () => {
  const [open, plain, ...more] = startWarnings(OPEN, false, null);
  expect([open, plain, more]).toEqual([
    expect.stringMatching(/access is open.*access=private/),
    expect.stringMatching(/without encryption.*tlsCert.*trustProxy/),
    [],
  ]);
  expect(`${open}${plain}`).not.toContain('\n');
});

it('warns of what is left', () => {
  expect(startWarnings({ ...OPEN, access: 'private' }, true, null)).toEqual([]);
  expect(startWarnings({ ...OPEN, trustProxy: ['10.0.0.1'] }, false, null)).toEqual([
    expect.stringMatching(/access is open/),
  ]);
  expect(startWarnings({ ...OPEN, access: 'private' }, false, null)).toEqual([
    expect.stringMatching(/without encryption/),
  ]);
});

it('[SEC-10] warns of a limit of open files that is below what the settings need, wherever the server listens', () => {
  const local = { ...OPEN, host: '127.0.0.1' };
  expect(startWarnings(local, false, 21_256)).toEqual([]);
  expect(startWarnings(local, false, 1_024)).toEqual([
    expect.stringMatching(/may have 1024 files.* maxConnections 20000 needs 21256: only 768 sockets.*LimitNOFILE/),
  ]);
});

it('[SEC-3] warns of tokens that may be meant for another application, on this machine too', () => {
  const local = { ...OPEN, host: '127.0.0.1', jwtSecret: 'x'.repeat(32) };
  expect(startWarnings(local, false, null)).toEqual([expect.stringMatching(/Set jwtIssuer and jwtAudience/)]);
  expect(startWarnings({ ...local, jwtIssuer: 'us' }, false, null)).toEqual([
    expect.stringMatching(/without jwtAudience:/),
  ]);
  expect(startWarnings({ ...local, jwtIssuer: 'us', jwtAudience: 'notes' }, false, null)).toEqual([]);
  expect(startWarnings({ ...OPEN, host: '::1', jwtJwksUrl: 'https://id.example/keys' }, false, null)).toHaveLength(1);
});
