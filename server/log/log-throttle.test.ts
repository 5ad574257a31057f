import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { LogRecord } from '../testing/log-record.ts';
import { audit } from './audit.ts';
import { LogThrottle } from './log-throttle.ts';

function world() {
  const [log, clock] = [new LogRecord(), new FakeClock()];
  const throttle = new LogThrottle(log.logger, clock);
  const refuse = (address: string) => audit(throttle, 'refused', { address });
  return { log, clock, throttle, refuse };
}

it('[SEC-10] writes this many refusals of one address a minute, and then how many it left out', async () => {
  const { log, clock, refuse } = world();
  for (let i = 0; i < 1000; i++) refuse('192.0.2.1');
  expect(log.events).toHaveLength(60);
  refuse('192.0.2.2');
  expect(log.events).toHaveLength(61);
  await clock.advance(60_000);
  refuse('192.0.2.1');
  refuse('192.0.2.1');
  expect(log.events.slice(61)).toEqual([
    { security: 'refused', address: '192.0.2.1', unwritten: 940 },
    { security: 'refused', address: '192.0.2.1' },
  ]);
});

it('[SEC-10] writes this many a minute of all addresses together', () => {
  const { log, refuse } = world();
  for (let i = 0; i < 5000; i++) refuse(`192.0.2.${i}`);
  expect(log.events).toHaveLength(1000);
});

it('[SEC-10] counts each kind of its own', () => {
  const { log, throttle, refuse } = world();
  for (let i = 0; i < 100; i++) {
    refuse('192.0.2.1');
    audit(throttle, 'revoked', { address: '192.0.2.1' });
    throttle.warn({ address: '192.0.2.1' }, 'Something else.');
  }
  audit(throttle, 'rate-limited', { address: '192.0.2.1' });
  const kinds = log.events.map(({ security }) => security);
  expect(kinds.filter((kind) => kind === 'revoked')).toHaveLength(100);
  expect(kinds.at(-1)).toBe('rate-limited');
  expect(log.text.match(/Something else/g)).toHaveLength(100);
});

it('[SEC-10] writes no line without end, whatever its level and whatever it is about', async () => {
  const { log, clock, throttle } = world();
  const down = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  for (let i = 0; i < 10_000; i++) {
    throttle.info({ connection: i, document: `document ${i}` }, 'A connection is closed by the server.');
    throttle.error({ err: down }, 'The keys cannot be read.');
  }
  // Another error under the same sentence is news.
  throttle.error({ err: new TypeError('a defect') }, 'The keys cannot be read.');
  expect(log.text.match(/closed by the server/g)).toHaveLength(100);
  expect(log.text.match(/"msg":"The keys cannot be read/g)).toHaveLength(101);
  await clock.advance(60_000);
  throttle.error({ err: down }, 'The keys cannot be read.');
  expect(log.text).toContain('"unwritten":9900');
});
