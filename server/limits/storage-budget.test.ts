import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { LogRecord } from '../testing/log-record.ts';
import { StorageBudget } from './storage-budget.ts';

async function world(taken: number | null) {
  const [clock, log] = [new FakeClock(), new LogRecord()];
  const disk = { taken, written: 0, fails: false };
  const budget = await StorageBudget.start({
    maxBytes: 1_000,
    measure: async () => {
      if (disk.fails) throw new Error('no');
      return disk.taken;
    },
    written: () => disk.written,
    clock,
    logger: log.logger,
  });
  return { clock, log, disk, budget };
}

it('[SEC-10] keeps the last tenth for documents that exist', async () => {
  const { disk, budget } = await world(800);
  expect([budget.hasRoomForNew, budget.isFull]).toEqual([true, false]);
  disk.written = 100;
  expect([budget.hasRoomForNew, budget.isFull]).toEqual([false, false]);
  disk.written = 200;
  expect([budget.hasRoomForNew, budget.isFull]).toEqual([false, true]);
});

it('[SEC-10] believes the disk again and again, for what was written may be less there, or gone', async () => {
  const { clock, disk, budget } = await world(0);
  disk.written = 1_000;
  expect(budget.isFull).toBe(true);
  disk.taken = 300;
  await clock.advance(30_000);
  expect([budget.used, budget.hasRoomForNew]).toEqual([300, true]);
  disk.written = 1_500;
  expect(budget.used).toBe(800);
  budget.close();
  expect(clock.timers).toBe(0);
});

it('[SEC-10] counts what is written where the store cannot say, or fails to', async () => {
  const unknown = await world(null);
  unknown.disk.written = 950;
  await unknown.clock.advance(30_000);
  expect([unknown.budget.used, unknown.budget.hasRoomForNew]).toEqual([950, false]);
  const { clock, log, disk, budget } = await world(500);
  disk.fails = true;
  disk.written = 100;
  await clock.advance(30_000);
  expect(budget.used).toBe(600);
  expect(log.text).toContain('could not be measured');
});
