import { expect, it } from 'vitest';
import { silentLogger } from '../log/logger.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { FailingStore } from '../testing/failing-store.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { CommitQueue } from './commit-queue.ts';
import { StorageWatch } from './storage-watch.ts';

it('[DUR-9] hears of a storage that fails while nobody writes, and that it works again', async () => {
  const store = new FailingStore(new MemoryStore());
  const clock = new FakeClock();
  const commits = new CommitQueue(store, clock, silentLogger);
  const watch = new StorageWatch(commits, clock);
  const states: boolean[] = [];
  commits.onFailingChange((failing) => states.push(failing));
  await clock.advance(20_000);
  expect(states).toEqual([]);
  store.failWrites(new Error('gone'));
  await clock.advance(10_000);
  expect([states, commits.failing]).toEqual([[true], true]);
  // A stop waits for nothing: nothing is unsaved.
  await commits.whenIdle();
  store.failWrites(null);
  await clock.advance(10_000);
  expect([states, commits.failing]).toEqual([[true, false], false]);
  watch.stop();
  expect(clock.timers).toBe(0);
});
