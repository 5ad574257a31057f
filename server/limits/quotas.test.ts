import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { Quotas } from './quotas.ts';
import { takeMessage } from './traffic.ts';

function make(settings: { requests?: number; documents?: number; refused?: number; messages?: number } = {}) {
  const clock = new FakeClock();
  const { requests = 1, documents = 2, refused = 3, messages = 10 } = settings;
  const quotas = new Quotas(
    {
      maxMessagesPerSecondPerAddress: messages,
      maxBytesPerSecondPerAddress: 1_000,
      maxMessageBytes: 1_000,
      maxRequestsPerSecond: requests,
      maxDocumentsPerHour: documents,
      maxStorageBytesPerDay: 10_000,
      computeBudget: 2_000,
      maxRefusedTokensPerMinute: refused,
    },
    clock,
  );
  return { clock, quotas };
}

it('[SEC-10] lets an address send a burst of requests, then this many a second, and says how long to wait', async () => {
  const { clock, quotas } = make({ requests: 2 });
  const send = (times: number) => Array.from({ length: times }, () => quotas.request('10.0.0.1'));
  expect(send(20)).toEqual(Array(20).fill(0));
  expect(send(1)).toEqual([1]);
  expect(quotas.request('10.0.0.2')).toBe(0);
  await clock.advance(1_000);
  expect(send(3)).toEqual([0, 0, 1]);
});

it('[SEC-10] counts new documents for the address and for the person, whichever is reached first', async () => {
  const { clock, quotas } = make({ documents: 2 });
  expect([quotas.creation('10.0.0.1', 'ada'), quotas.creation('10.0.0.2', 'ada')]).toEqual([0, 0]);
  expect(quotas.creation('10.0.0.3', 'ada')).toBe(1_800);
  // What was refused to the person did not cost the address anything.
  expect([quotas.creation('10.0.0.3', null), quotas.creation('10.0.0.3', 'bob')]).toEqual([0, 0]);
  expect(quotas.creation('10.0.0.3', 'carol')).toBe(1_800);
  await clock.advance(1_800_000);
  expect(quotas.creation('10.0.0.3', 'ada')).toBe(0);
});

it('[SEC-10] makes an address wait that brings too many tokens that are not good', async () => {
  const { clock, quotas } = make({ refused: 3 });
  for (let i = 0; i < 3; i++) expect(quotas.refusedToken('2001:db8::1')).toBe(0);
  // Another address of the same household.
  expect(quotas.refusedToken('2001:db8::2')).toBe(20);
  expect(quotas.refusedToken('2001:db8:0:1::1')).toBe(0);
  await clock.advance(20_000);
  expect(quotas.refusedToken('2001:db8::1')).toBe(0);
});

it('[SEC-10] counts what is added to documents; who has half of a day left makes no new ones', async () => {
  const { clock, quotas } = make();
  const add = (bytes: number) => quotas.storage('10.0.0.1', 'ada').every((left) => left.take(bytes, clock));
  expect([add(5_000), quotas.creation('10.0.0.1', null), add(100)]).toEqual([true, 0, true]);
  expect([quotas.creation('10.0.0.1', null), quotas.creation('10.0.0.2', 'ada')]).toEqual([864, 864]);
  expect([add(4_000), add(1_000), quotas.creation('10.0.0.2', 'bob')]).toEqual([true, false, 0]);
  await clock.advance(86_400_000);
  expect(quotas.creation('10.0.0.1', 'ada')).toBe(0);
});

it('[SEC-10] counts passwords that are set, for the address and for the person', async () => {
  const { clock, quotas } = make();
  for (let i = 0; i < 100; i++) expect(quotas.password('10.0.0.1', 'ada')).toBe(0);
  expect([quotas.password('10.0.0.1', null), quotas.password('10.0.0.2', 'ada')]).toEqual([36, 36]);
  expect(quotas.password('10.0.0.2', 'bob')).toBe(0);
  await clock.advance(36_000);
  expect(quotas.password('10.0.0.2', 'ada')).toBe(0);
});

it('[SEC-10] counts messages and bytes of an address together, and those of a person wherever they are', async () => {
  const { clock, quotas } = make({ messages: 2 });
  const send = (address: string, person: string | null, bytes = 1) =>
    takeMessage(quotas.traffic(address, person), bytes, clock)?.seconds ?? 0;
  // Five seconds' worth at once, over however many connections, and anyone who is at the address.
  for (let i = 0; i < 10; i++) expect(send('10.0.0.1', i < 5 ? null : 'ada')).toBe(0);
  expect(send('10.0.0.1', 'bob')).toBe(1);
  for (let i = 0; i < 5; i++) expect(send('10.0.0.2', 'ada')).toBe(0);
  expect([send('10.0.0.2', 'ada'), send('10.0.0.3', 'ada'), send('10.0.0.2', null)]).toEqual([1, 1, 0]);
  expect([send('10.0.0.4', null, 4_000), send('10.0.0.4', null, 3_000)]).toEqual([0, 2]);
  await clock.advance(2_000);
  expect(send('10.0.0.4', null, 3_000)).toBe(0);
});

it('[SEC-10] forgets addresses rather than grow without end', () => {
  const { quotas } = make({ refused: 1 });
  const address = (i: number) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
  for (let i = 0; i <= 20_000; i++) quotas.refusedToken(address(i));
  expect([quotas.refusedToken(address(0)), quotas.refusedToken(address(20_000))]).toEqual([0, 60]);
});
