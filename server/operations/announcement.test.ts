import { expect, it } from 'vitest';
import type { Notice } from '../../protocol/messages.ts';
import { Documents } from '../document/documents.ts';
import { silentLogger } from '../log/logger.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { Announcement } from './announcement.ts';

it('[OPS-2] what everybody is told outlives a restart, and ends by itself when its time is over', async () => {
  const [store, clock] = [new MemoryStore(), new FakeClock()];
  const told: Notice[] = [];
  const registry = { rooms: () => [{ notify: (notice: Notice) => told.push(notice) }] } as never;
  const { records } = await Documents.open(store, clock, silentLogger);
  const announcement = await Announcement.open(records, registry, clock);
  expect(announcement.notice).toBeNull();
  void announcement.set('Restart at 18:00.', clock.date() + 60_000);
  await clock.settle();
  announcement.close();

  const again = await Announcement.open(records, registry, clock);
  expect(again.notice).toEqual({ type: 'announcement', text: 'Restart at 18:00.' });
  await clock.advance(60_000);
  expect([again.notice, told.at(-1)]).toEqual([null, { type: 'announcement', text: null }]);
  await clock.settle();
  expect((await Announcement.open(records, registry, clock)).notice).toBeNull();
});
