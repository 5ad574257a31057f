import { expect, it } from 'vitest';
import { silentLogger } from '../log/logger.ts';
import { MemoryStore } from '../store/memory-store.ts';
import type { Operation } from '../store/store.ts';
import { FailingStore } from '../testing/failing-store.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { CommitQueue } from './commit-queue.ts';

const put = (key: number, value: number): Operation[] => [
  { type: 'put', key: new Uint8Array([key]), value: new Uint8Array([value]) },
];

function world() {
  const store = new FailingStore(new MemoryStore());
  const clock = new FakeClock();
  const commits = new CommitQueue(store, clock, silentLogger);
  const durable: string[] = [];
  return { store, clock, commits, durable, mark: (name: string) => () => void durable.push(name) };
}

it('[DUR-1] calls back only after the write has ended', async () => {
  const { store, clock, commits, durable, mark } = world();
  store.stall();
  commits.enqueue(put(1, 1), mark('a'));
  await clock.settle();
  expect(durable).toEqual([]);
  store.proceed();
  await clock.settle();
  expect(durable).toEqual(['a']);
  expect(await store.get(new Uint8Array([1]))).toEqual(new Uint8Array([1]));
});

it('writes what gathers in one turn, and while a batch is written, as one batch each', async () => {
  const { store, clock, commits, durable, mark } = world();
  for (const name of ['a', 'b', 'c']) commits.enqueue(put(1, 1), mark(name));
  await clock.settle();
  expect([store.writes, durable]).toEqual([1, ['a', 'b', 'c']]);
  store.stall();
  commits.enqueue(put(1, 2), mark('d'));
  await clock.settle();
  for (const name of ['e', 'f']) commits.enqueue(put(2, 2), mark(name));
  store.proceed();
  await clock.settle();
  expect([store.writes, durable]).toEqual([3, ['a', 'b', 'c', 'd', 'e', 'f']]);
});

it('[DUR-2] retries a failed write with growing waits, acknowledges nothing meanwhile, and then everything', async () => {
  const { store, clock, commits, durable, mark } = world();
  const states: boolean[] = [];
  commits.onFailingChange((failing) => states.push(failing));
  store.failWrites(new Error('disk on fire'));
  commits.enqueue(put(1, 1), mark('a'));
  await clock.advance(10_000);
  commits.enqueue(put(2, 2), mark('b'));
  await clock.advance(60_000);
  expect([durable, commits.failing, states]).toEqual([[], true, [true]]);
  expect(commits.counters.failures).toBeGreaterThan(5);
  expect(commits.counters.failures).toBeLessThan(40);
  store.failWrites(null);
  await clock.advance(5_000);
  expect([durable, commits.failing, states]).toEqual([['a', 'b'], false, [true, false]]);
  expect(await store.get(new Uint8Array([2]))).toEqual(new Uint8Array([2]));
});

it('[DUR-9] counts every failure and keeps what could not be written', async () => {
  const { store, clock, commits, mark } = world();
  store.failWrites(new Error('no'));
  commits.enqueue(put(1, 1), mark('a'));
  await clock.advance(150);
  expect(commits.counters.failures).toBe(2);
  expect(commits.waitingBytes).toBeGreaterThan(1);
});

it('keeps the order of writes to one key across a failure', async () => {
  const { store, clock, commits, mark } = world();
  store.failWrites(new Error('no'));
  commits.enqueue(put(1, 1), mark('a'));
  await clock.settle();
  commits.enqueue(put(1, 2), mark('b'));
  store.failWrites(null);
  await clock.advance(10_000);
  expect(await store.get(new Uint8Array([1]))).toEqual(new Uint8Array([2]));
});

it('calls back at once when nothing waits, and after what waits otherwise', async () => {
  const { clock, commits, durable, mark } = world();
  commits.afterPending(mark('idle'));
  expect(durable).toEqual(['idle']);
  commits.enqueue(put(1, 1), mark('a'));
  commits.afterPending(mark('after'));
  expect(durable).toEqual(['idle']);
  await clock.settle();
  expect(durable).toEqual(['idle', 'a', 'after']);
});

it('becomes idle once, after the last write', async () => {
  const { clock, commits, durable, mark } = world();
  commits.enqueue(put(1, 1), mark('a'));
  void commits.whenIdle().then(mark('idle'));
  await clock.settle();
  expect(durable).toEqual(['a', 'idle']);
});

it('survives a callback that throws', async () => {
  const { clock, commits, durable, mark } = world();
  commits.enqueue(put(1, 1), () => {
    throw new Error('a defect');
  });
  commits.enqueue(put(2, 2), mark('b'));
  await clock.settle();
  expect(durable).toEqual(['b']);
});
