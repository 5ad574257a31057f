import { expect, it } from 'vitest';
import type { Wish } from '../../protocol/dashboard.ts';
import type { Connection } from '../connection/connection.ts';
import type { Connections } from '../connection/connections.ts';
import { silentLogger } from '../log/logger.ts';
import type { Registry } from '../room/registry.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { LiveView, MAX_ROWS } from './live-view.ts';
import { RecentTrouble } from './recent-trouble.ts';

const WISH: Wish = { documents: 'people', connections: 'backlog', find: '' };

/** Counts how often each is described: by the fields that only a row needs. */
function crowd(people: number, documents: number) {
  let described = 0;
  const rooms = Array.from({ length: documents }, (_, i) => ({
    name: `document-${i}`,
    memberCount: i,
    document: {
      properties: { title: `Title ${i}`, language: '' },
      position: { sequence: i, logBytes: 0 },
      storedBytes: 1_000 * (documents - i),
      logRecords: 1,
      get isDurable() {
        described += 1;
        return true;
      },
    },
  }));
  const connections = Array.from({ length: people }, (_, i) => ({
    ...{ id: i + 1, documentName: `document-${i % documents}`, address: `10.${i >> 8}.${i & 255}.7`, since: 0 },
    ...{
      person: i % 2 === 0 ? null : { id: `u-${i}`, name: `Person ${i}` },
      grant: { role: 'editor', through: 'anyone' },
    },
    ...{ socket: { bufferedBytes: i * 10 }, transport: i % 3 === 0 ? 'http' : 'websocket' },
  }));
  const clock = new FakeClock();
  const trouble = new RecentTrouble(silentLogger, clock);
  const view = new LiveView(
    { rooms: () => rooms } as unknown as Registry,
    { all: () => connections as unknown as Connection[], size: connections.length } as unknown as Connections,
    trouble,
    clock,
  );
  return { rooms, connections, clock, trouble, view, described: () => described };
}

it('[OPS-2] of ten thousand connections and documents describes the few that are shown, in bytes that a phone takes', () => {
  const { view, described } = crowd(10_000, 10_000);
  const [documents, connections] = [view.documents(WISH), view.connections(WISH)];
  expect([documents.total, documents.found, documents.rows.length]).toEqual([10_000, 10_000, MAX_ROWS]);
  expect(documents.rows.slice(0, 2).map(({ people }) => people)).toEqual([9_999, 9_998]);
  expect(connections.rows.slice(0, 2).map(({ backlog }) => backlog)).toEqual([99_990, 99_980]);
  expect(described()).toBe(MAX_ROWS);
  // A push each two seconds stays well below 100 kB a second.
  expect(JSON.stringify({ documents, connections }).length).toBeLessThan(40_000);
  expect(view.transports()).toEqual({ http: 3_334, websocket: 6_666 });
});

it('[OPS-2] puts rows in order and finds them by what people know', () => {
  const { view, trouble, rooms } = crowd(100, 20);
  trouble.error({ err: new Error('no disk'), document: 'document-3' }, 'A document cannot be loaded.');
  expect(view.documents({ ...WISH, documents: 'bytes' }).rows[0]?.title).toBe('Title 0');
  expect(view.documents({ ...WISH, documents: 'failure' }).rows[0]).toMatchObject({
    title: 'Title 3',
    failure: { message: 'no disk' },
  });
  expect(view.connections({ ...WISH, connections: 'newest' }).rows[0]?.id).toBe(100);
  expect(view.connections({ ...WISH, connections: 'oldest' }).rows[0]?.id).toBe(1);
  const found = (find: string) => view.connections({ ...WISH, find }).found;
  expect([
    found('person 33'),
    found('u-33'),
    found('10.0.5.7'),
    found('title 19'),
    found('42'),
    found('nobody'),
  ]).toEqual([1, 1, 1, 5, 1, 0]);
  const id = view.documents({ ...WISH, find: 'title 7' }).rows[0]?.id ?? '';
  expect([view.documents({ ...WISH, find: id }).found, view.connections({ ...WISH, find: id }).found]).toEqual([1, 5]);
  expect([view.nameOf(id), view.nameOf('none')]).toEqual(['document-7', null]);
  expect(JSON.stringify(view.documents(WISH))).not.toContain(rooms[0]?.name);
});

it('[OPS-2] counts the turns stored a second between two looks', async () => {
  const { view, rooms, clock } = crowd(1, 2);
  const rates = () =>
    view.documents({ ...WISH, documents: 'updates' }).rows.map(({ title, updates }) => [title, updates]);
  expect(rates().map(([, updates]) => updates)).toEqual([0, 0]);
  await clock.advance(2_000);
  Object.assign(rooms[0]?.document.position ?? {}, { sequence: 10 });
  expect(rates()).toEqual([
    ['Title 0', 5],
    ['Title 1', 0],
  ]);
  // Somebody else who looks at once sees the same.
  expect(rates()[0]).toEqual(['Title 0', 5]);
  await clock.advance(60_000);
  expect(rates()[0]?.[1]).toBe(0);
});
