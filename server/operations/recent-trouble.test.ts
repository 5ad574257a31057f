import { expect, it } from 'vitest';
import { audit } from '../log/audit.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { LogRecord } from '../testing/log-record.ts';
import { RecentTrouble } from './recent-trouble.ts';

it('[OPS-2] remembers the last events and failures, and passes every line on', () => {
  const log = new LogRecord();
  const trouble = new RecentTrouble(log.logger, new FakeClock());
  for (let i = 0; i < 500; i++) audit(trouble, 'refused', { address: '192.0.2.1', code: String(i) });
  trouble.info({}, 'Something else.');
  trouble.error({ err: new Error('ENOSPC'), document: 'minutes' }, 'It failed.');
  trouble.error({}, 'It failed without an error.');
  expect(log.events).toHaveLength(500);
  expect(trouble.events()).toHaveLength(200);
  expect(trouble.events().at(-1)).toMatchObject({ event: 'refused', code: '499', number: 500 });
  expect(trouble.events(499).map(({ code }) => code)).toEqual(['499']);
  expect(trouble.failures().map(({ message, cause, document }) => [message, cause, document])).toEqual([
    ['It failed.', 'ENOSPC', 'minutes'],
    ['It failed without an error.', null, null],
  ]);
  expect([trouble.ofDocument('minutes')?.cause, trouble.ofDocument('other')]).toEqual(['ENOSPC', null]);
  for (let i = 0; i < 1_000; i++) trouble.error({ document: `other ${i}` }, 'It failed.');
  expect(trouble.ofDocument('minutes')).toBeNull();
});
