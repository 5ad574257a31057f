import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { silentLogger } from '../log/logger.ts';
import { MemoryStore } from '../store/memory-store.ts';
import type { Operation } from '../store/store.ts';
import { FailingStore } from '../testing/failing-store.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { bytesInUse } from '../testing/heap.ts';
import { CommitQueue } from './commit-queue.ts';
import { Documents } from './documents.ts';

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

it('[SEC-10] counts what waits by about what it takes in memory, however small it is', async () => {
  const { store, clock } = world();
  const documents = await Documents.open(store, clock, silentLogger);
  const document = documents.document('notes');
  await document.load(new Y.Doc());
  store.stall();
  const before = await bytesInUse();
  for (let i = 0; i < 20_000; i++) document.append(new Uint8Array(25), () => undefined);
  const taken = (await bytesInUse()) - before;
  expect(documents.commits.waitingBytes).toBeGreaterThan(taken * 0.7);
  expect(documents.commits.waitingBytes).toBeLessThan(taken * 2);
});

/** Enqueues one commit at each of these times, and says when batches were written and how long each commit waited. */
async function paced(times: readonly number[]) {
  const { clock, commits } = world();
  const [batches, waits]: [number[], number[]] = [[], []];
  commits.onBatch = () => batches.push(clock.now());
  for (const time of times) {
    await clock.advance(time - clock.now());
    commits.enqueue(put(1, 1), () => waits.push(clock.now() - time));
    await clock.settle();
  }
  await clock.advance(1_000);
  expect(waits.length).toBe(times.length);
  return { batches, waits };
}

const every = (milliseconds: number, count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => from + i * milliseconds);

describe('the pace of batches', () => {
  it('is that of the edits while little happens', async () => {
    const { batches, waits } = await paced(every(25, 200));
    expect(batches.length).toBe(200);
    expect(Math.max(...waits)).toBe(0);
  });

  it('is one in 10 ms while more would be written, and no edit waits longer than that', async () => {
    const { batches, waits } = await paced(every(1, 1_000));
    // At first each edit has a batch of its own; the last one is called late by the wait for it.
    const late = batches.filter((time) => time >= 100);
    expect(new Set(late.slice(1, -1).map((time, i) => time - (late[i] ?? 0)))).toEqual(new Set([10]));
    expect(batches.length).toBeLessThanOrEqual(120);
    expect(Math.max(...waits)).toBe(10);
  });

  it('is that of the edits again when the rush is over', async () => {
    const rush = every(1, 1_000);
    const { waits } = await paced([...rush, ...every(30, 50, 2_000)]);
    expect(waits.slice(rush.length)).toEqual(Array(50).fill(0));
  });

  it('does not make wait whom a few keys of others preceded', async () => {
    const { waits } = await paced(every(2, 10));
    expect(waits).toEqual(Array(10).fill(0));
  });

  it('counts the time that the disk takes as part of it', async () => {
    const { store, clock, commits, durable, mark } = world();
    for (let i = 0; i < 100; i++) {
      commits.enqueue(put(1, 1), mark('rush'));
      await clock.advance(1);
    }
    await clock.advance(10);
    durable.length = 0;
    store.stall();
    commits.enqueue(put(1, 1), mark('slow'));
    await clock.advance(50);
    commits.enqueue(put(1, 1), mark('next'));
    store.proceed();
    await clock.settle();
    expect(durable).toEqual(['slow', 'next']);
  });
});
