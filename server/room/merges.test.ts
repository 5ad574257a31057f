import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { decodeMessage } from '../../protocol/messages.ts';
import { Documents } from '../document/documents.ts';
import { silentLogger } from '../log/logger.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import type { Member } from './member.ts';
import { MERGE_SLICE, MergeShare } from './merges.ts';
import { Room } from './room.ts';

const LIMITS = {
  presence: { idsPerMember: 64, bytesPerMember: 64 * 1024 },
  catchUpDeadline: 30_000,
  documentBytes: 64 * 1024 * 1024,
};

/** A clock of a slow machine: anyone who looks at it has taken a fifth of a millisecond. */
class SlowClock extends FakeClock {
  #taken = 0;

  override now(): number {
    this.#taken += 0.2;
    return super.now() + this.#taken;
  }
}

/** Somebody in the room with a document of their own. */
class Person implements Member {
  readonly id: number;
  readonly person = null;
  readonly mayWrite = true;
  readonly congested = false;
  readonly doc = new Y.Doc();
  readonly mayWork = true;
  mayMerge = true;
  /** Milliseconds that it has cost. */
  cost = 0;
  acknowledged = 0;
  sent = 0;
  /** Updates that came from the room. */
  heard = 0;
  closedWith: number | null = null;

  constructor(clientId: number, start?: Uint8Array) {
    this.id = clientId;
    this.doc.clientID = clientId;
    if (start !== undefined) Y.applyUpdate(this.doc, start);
  }

  get text(): Y.Text {
    return this.doc.getText('content');
  }

  worked(milliseconds: number): void {
    this.cost += milliseconds;
  }

  deliver(messages: readonly Uint8Array[]): void {
    for (const frame of messages) {
      const message = decodeMessage(frame);
      if (message.type !== 'update' && message.type !== 'sync-step-2') continue;
      this.heard += 1;
      Y.applyUpdate(this.doc, message.update);
    }
  }

  stored(count: number): void {
    this.acknowledged = count;
  }

  notify(): void {
    // Nobody here listens.
  }

  close({ code }: { code: number }): void {
    this.closedWith = code;
  }

  /** Brings all that `room` lacks, as after time offline. */
  merge(room: Room): void {
    const lacks = Y.encodeStateAsUpdate(this.doc, Y.encodeStateVectorFromUpdate(room.state()));
    this.sent += 1;
    room.receive(this, lacks, { merge: true, count: this.sent });
  }

  /** Makes an edit that the room hears of at once. */
  type(room: Room, edit: (text: Y.Text) => void): void {
    const before = Y.encodeStateVector(this.doc);
    edit(this.text);
    this.sent += 1;
    room.receive(this, Y.encodeStateAsUpdate(this.doc, before), { merge: false, count: this.sent });
  }
}

/** A document that says `S`, and what the one who starts with it has. */
function start(): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = 1;
  doc.getText('content').insert(0, 'S');
  return Y.encodeStateAsUpdate(doc);
}

/** Writes `count` entries, each at the top of the list. */
function listOnTop(person: Person, count: number, entry: string): void {
  for (let i = 0; i < count; i++) person.text.insert(0, entry);
}

async function world(documentNames: readonly string[] = ['list'], mergeShare = new MergeShare()) {
  const clock = new SlowClock();
  const documents = await Documents.open(new MemoryStore(), clock, silentLogger);
  const rooms = await Promise.all(
    documentNames.map((name) =>
      Room.open({
        document: documents.document(name),
        gate: { kind: 'text', field: 'content' },
        field: 'content',
        limits: LIMITS,
        clock,
        logger: silentLogger,
        mergeShare,
      }),
    ),
  );
  const [room] = rooms;
  if (room === undefined) throw new Error('a room expected');
  /** Lets time pass until `done`. Returns how many milliseconds of the clock's own that were. */
  const until = async (done: () => boolean): Promise<number> => {
    let waited = 0;
    for (; !done(); waited += 10) {
      if (waited > 600_000) throw new Error('it never happens');
      await clock.advance(10);
    }
    return waited;
  };
  return { clock, room, rooms, until };
}

/** A thousand entries that somebody online put on top of the list, and seven hundred that somebody offline did. */
async function listOfTwo(
  ids: readonly [online: number, offline: number],
  sizes: readonly [number, number] = [1_000, 700],
) {
  const made = await world();
  const online = new Person(ids[0], start());
  const offline = new Person(ids[1], start());
  made.room.join(online);
  listOnTop(online, sizes[0], 'a');
  listOnTop(offline, sizes[1], 'b');
  online.merge(made.room);
  await made.until(() => online.acknowledged === online.sent);
  const plain = new Y.Doc();
  for (const { doc } of [online, offline]) Y.applyUpdate(plain, Y.encodeStateAsUpdate(doc));
  return { ...made, online, offline, merged: plain.getText('content').toString() };
}

describe('[SYN-9, SEC-9] offline work at a place where others wrote much', () => {
  it.each([
    [5, 6],
    [6, 5],
  ] as const)('is merged whole, no matter who has the higher client id: %i or %i', async (...ids) => {
    const { room, online, offline, merged, until } = await listOfTwo(ids);
    room.join(offline);
    offline.merge(room);
    await until(() => offline.acknowledged === offline.sent);
    expect([room.text.read(), online.text.toString()]).toEqual([merged, merged]);
    expect([online.closedWith, offline.closedWith]).toEqual([null, null]);
  });

  it('comes in slices, between which others write and are stored', async () => {
    const { room, online, offline, until } = await listOfTwo([5, 6]);
    room.join(offline);
    const before = online.heard;
    offline.merge(room);
    let typed = 0;
    await until(() => {
      if (offline.acknowledged === offline.sent) return true;
      if (online.acknowledged === online.sent) {
        online.type(room, (text) => text.insert(text.length, '!'));
        typed += 1;
      }
      return false;
    });
    await until(() => online.acknowledged === online.sent);
    expect(typed).toBeGreaterThan(3);
    expect(online.heard - before).toBeGreaterThan(3);
    expect(room.text.read()).toBe(online.text.toString());
    expect(room.text.read().endsWith(`S${'!'.repeat(typed)}`)).toBe(true);
  });

  it('keeps what its writer sends behind it, in order, and acknowledges nothing before its time', async () => {
    const { room, offline, until } = await listOfTwo([5, 6]);
    room.join(offline);
    offline.merge(room);
    await until(() => room.waitingBytes(offline) > 0);
    for (const letter of 'later') offline.type(room, (text) => text.insert(text.length, letter));
    expect(offline.acknowledged).toBe(0);
    await until(() => offline.acknowledged === offline.sent);
    expect(room.text.read().endsWith('Slater')).toBe(true);
    expect(room.waitingBytes(offline)).toBe(0);
  });

  it('goes on from where it was when its writer comes again', async () => {
    const { room, offline, merged, until } = await listOfTwo([5, 6]);
    room.join(offline);
    offline.merge(room);
    await until(() => room.text.read().length > 1_200);
    room.leave(offline);
    const brought = room.text.read().length;
    expect(brought).toBeLessThan(1_701);
    const again = new Person(7, Y.encodeStateAsUpdate(offline.doc));
    room.join(again);
    again.merge(room);
    await until(() => again.acknowledged === again.sent);
    expect(room.text.read()).toBe(merged);
  });

  it('waits while its writer has used up their time, and nobody else does', async () => {
    const { clock, room, offline, until } = await listOfTwo([5, 6]);
    const other = new Person(8, start());
    listOnTop(other, 300, 'c');
    for (const person of [offline, other]) room.join(person);
    offline.mayMerge = false;
    offline.merge(room);
    other.merge(room);
    await until(() => other.acknowledged === other.sent);
    await clock.advance(10_000);
    expect([offline.acknowledged, offline.closedWith]).toEqual([0, null]);
    offline.mayMerge = true;
    await until(() => offline.acknowledged === offline.sent);
    expect(room.text.read()).toHaveLength(1 + 1_000 + 700 + 300);
  });

  it('is charged to its writer, and takes a fifth of the time at most', async () => {
    const { clock, room, online, offline, until } = await listOfTwo([5, 6], [1_000, 2_000]);
    room.join(offline);
    const begun = clock.now();
    const charged = online.cost;
    offline.merge(room);
    await until(() => offline.acknowledged === offline.sent);
    expect(online.cost).toBe(charged);
    expect(offline.cost).toBeGreaterThan(10 * MERGE_SLICE);
    expect(offline.cost).toBeLessThan((clock.now() - begun) / 4);
  });

  it('[SEC-10] is closed with 4429 who sends without end meanwhile', async () => {
    const { room, offline } = await listOfTwo([5, 6]);
    room.join(offline);
    offline.mayMerge = false;
    offline.merge(room);
    for (let i = 0; i < 20_000 && offline.closedWith === null; i++) {
      room.receive(offline, new Uint8Array([0, 0]), { merge: false, count: offline.sent + i + 1 });
      if (i === 0) room.text.read();
    }
    expect(offline.closedWith).toBe(4429);
  });
});

it('[SEC-14] merges in many documents leave half of the time to everybody else', async () => {
  const names = Array.from({ length: 20 }, (_, i) => `list ${i}`);
  const { clock, rooms, until } = await world(names);
  const mergers = rooms.map((room, i) => {
    const online = new Person(100 + i, start());
    const offline = new Person(200 + i, start());
    listOnTop(online, 300, 'a');
    listOnTop(offline, 400, 'b');
    for (const person of [online, offline]) {
      room.join(person);
      person.merge(room);
    }
    return offline;
  });
  await until(() => rooms.every((room, i) => room.waitingBytes(mergers[i] as Person) > 0 || mergers[i]?.acknowledged));
  const begun = clock.now();
  const before = mergers.reduce((sum, { cost }) => sum + cost, 0);
  await until(() => mergers.every(({ acknowledged, sent }) => acknowledged === sent));
  const cost = mergers.reduce((sum, person) => sum + person.cost, 0) - before;
  expect(cost).toBeGreaterThan(20 * MERGE_SLICE);
  expect(cost / (clock.now() - begun)).toBeLessThan(0.55);
});
