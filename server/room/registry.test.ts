import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { Documents } from '../document/documents.ts';
import { silentLogger } from '../log/logger.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { craftUpdate, insertion } from '../testing/craft-update.ts';
import { FailingStore } from '../testing/failing-store.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import type { Member } from './member.ts';
import { DocumentInUseError, type Lease, Registry, RegistryFullError } from './registry.ts';
import { Room } from './room.ts';

async function world({ unloadAfter = 1_000, maxRooms = 100 } = {}) {
  const store = new FailingStore(new MemoryStore());
  const clock = new FakeClock();
  const documents = await Documents.open(store, clock, silentLogger);
  let loads = 0;
  const registry = new Registry({
    load: (name) => {
      loads += 1;
      return Room.open({
        document: documents.document(name),
        gate: { kind: 'text', field: 'content' },
        field: 'content',
        limits: { presence: { idsPerMember: 10, bytesPerMember: 10_000 }, catchUpDeadline: 30_000, documentBytes: 1e9 },
        clock,
        logger: silentLogger,
      });
    },
    unloadAfter,
    maxRooms,
    clock,
    logger: silentLogger,
  });
  return { store, clock, registry, loads: () => loads };
}

const append = (room: Room, text: string) => room.text.edit((content: Y.Text) => content.insert(content.length, text));

it('[DUR-4] shares one load among all who come at once', async () => {
  const { clock, registry, store, loads } = await world();
  store.stall();
  const opening = Promise.all([registry.open('a'), registry.open('a'), registry.open('a')]);
  await clock.settle();
  store.proceed();
  const [first, second, third] = await opening;
  expect([first.room === second.room, second.room === third.room, loads()]).toEqual([true, true, 1]);
});

it('keeps a room for a while after the last has left, and then drops it', async () => {
  const { clock, registry, loads } = await world();
  const lease = await registry.open('a');
  void append(lease.room, 'x');
  lease.release();
  lease.release();
  await clock.advance(900);
  expect(registry.size).toBe(1);
  (await registry.open('a')).release();
  await clock.advance(900);
  expect([registry.size, loads()]).toEqual([1, 1]);
  await clock.advance(200);
  expect(registry.size).toBe(0);
});

it('[DUR-2] never drops a room with something that is not stored; heals and stores it after everybody left', async () => {
  const { clock, registry, store } = await world();
  const lease = await registry.open('a');
  store.failWrites(new Error('no space left on device'));
  void append(lease.room, 'precious');
  lease.release();
  await clock.advance(60_000);
  expect(registry.size).toBe(1);
  store.failWrites(null);
  await clock.advance(20_000);
  expect(registry.size).toBe(0);
  expect((await registry.open('a')).room.text.read()).toBe('precious');
});

it('[DUR-3] tells everybody who waited that a load failed, and tries again for who comes later', async () => {
  const { clock, registry, store } = await world();
  store.failReads(new Error('input/output error'));
  const results = await Promise.allSettled([registry.open('a'), registry.open('a')]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(registry.size).toBe(0);
  store.failReads(null);
  await expect(registry.open('a')).resolves.toMatchObject({ room: { name: 'a' } });
  await clock.settle();
});

it('[DUR-4] ends with the union of all edits, no matter who comes and goes against a slow store', async () => {
  const { clock, registry, store } = await world({ unloadAfter: 10 });
  const random = new SeededRandom(4);
  const written: string[] = [];
  for (let round = 0; round < 150; round++) {
    if (random.chance(0.3)) store.stall();
    const opening = registry.open('a');
    await clock.advance(random.below(50));
    store.proceed();
    await clock.settle();
    const { room, release } = await opening;
    written.push(`${round};`);
    void append(room, `${round};`);
    if (random.chance(0.5)) await clock.advance(random.below(50));
    release();
  }
  await clock.advance(1_000);
  expect(registry.size).toBe(0);
  expect((await registry.open('a')).room.text.read()).toBe(written.join(''));
});

it('[CON-4] holds nothing after thousands of openings, some of them failing', async () => {
  const { clock, registry, store } = await world({ unloadAfter: 5 });
  const timers = clock.timers;
  for (let round = 0; round < 4_000; round++) {
    const fails = round % 100 === 99;
    if (fails) store.failReads(new Error('input/output error'));
    const result = await registry.open(`document-${round % 500}`).catch(() => null);
    result?.release();
    if (fails) store.failReads(null);
    if (round % 1_000 === 0) await clock.advance(10);
  }
  await clock.advance(1_000);
  expect([registry.size, clock.timers]).toEqual([0, timers]);
});

let nextId = 1;

/** A member that may do anything and says nothing. */
const listener: Member = {
  id: 0,
  person: null,
  mayWrite: true,
  congested: false,
  mayWork: true,
  mayMerge: true,
  worked: () => undefined,
  deliver: () => undefined,
  stored: () => undefined,
  notify: () => undefined,
  close: () => undefined,
};

async function until(clock: FakeClock, done: () => boolean): Promise<void> {
  while (!done()) await clock.advance(10);
}

describe('[SEC-10] when as many documents are open as may be', () => {
  /** Somebody who says nothing, in a document of their own, as a connection of `address` is. */
  async function silent(registry: Registry, name: string, address: string) {
    const lease: Lease = await registry.open(name, address);
    const made = { closedWith: null as string | null, room: lease.room };
    const member: Member = {
      ...listener,
      id: nextId++,
      close: (_code, reason) => {
        made.closedWith = reason;
        lease.room.leave(member);
        lease.release();
      },
    };
    lease.room.join(member);
    return made;
  }

  /** A registry that is full of documents which nobody wrote: eight of one address, two of another. */
  async function full() {
    const { registry, clock } = await world({ maxRooms: 10, unloadAfter: 30_000 });
    const mallory = [];
    for (let i = 0; i < 8; i++) mallory.push(await silent(registry, `nothing ${i}`, '2001:db8:1:2::1'));
    const bob = [await silent(registry, 'bob 1', '10.0.0.1'), await silent(registry, 'bob 2', '10.0.0.1')];
    return { registry, clock, mallory, bob };
  }

  const closed = (people: readonly { closedWith: string | null }[]) =>
    people.map(({ closedWith }) => closedWith !== null);

  it('those that nobody wrote make room, the oldest of the one who has most of them first', async () => {
    const { registry, mallory, bob } = await full();
    for (let i = 0; i < 4; i++) {
      const { room } = await registry.open(`notes ${i}`, '10.0.0.2');
      void append(room, 'written');
    }
    expect(registry.size).toBe(10);
    expect(closed(mallory)).toEqual([true, true, true, true, false, false, false, false]);
    expect(closed(bob)).toEqual([false, false]);
    expect(mallory[0]?.closedWith).toMatch(/^retry-after=10; The server has as many documents open as it may/);
  });

  it('neither what somebody has written nor what the server itself uses makes room', async () => {
    const { registry, mallory, bob, clock } = await full();
    for (const { room } of [...mallory, ...bob]) void append(room, 'x');
    await expect(registry.open('one more', '10.0.0.3')).rejects.toThrow(RegistryFullError);
    await clock.advance(2_000);
    await expect(registry.open('one more')).rejects.toThrow(RegistryFullError);
    expect(closed([...mallory, ...bob])).not.toContain(true);
  });

  it('a document that nobody wrote leaves memory with the last one in it', async () => {
    const { registry, clock } = await world({ unloadAfter: 30_000 });
    (await registry.open('nothing', '10.0.0.1')).release();
    const { room, release } = await registry.open('notes', '10.0.0.1');
    void append(room, 'x');
    release();
    await clock.advance(100);
    expect([...registry.rooms()].map(({ name }) => name)).toEqual(['notes']);
  });
});

describe('[SEC-10] a document that very many clients have written in', () => {
  /** A letter of each of this many clients, one behind the other, as somebody brings them who was offline. */
  function crowd(from: number, count: number): Uint8Array {
    const blocks = Array.from({ length: count }, (_, i) => ({
      client: from + i,
      clock: 0,
      structs: [insertion('x', from + i === 1 ? {} : { origin: [from + i - 1, 0] })],
    }));
    return craftUpdate(blocks);
  }

  it('is rebuilt when nobody is in it: the same text, one writer, another epoch', async () => {
    const { registry, clock } = await world({ unloadAfter: 1_000 });
    const lease = await registry.open('worn');
    const { room } = lease;
    for (const from of [1, 6_001]) {
      const id = from;
      const member = { ...listener, id };
      room.join(member);
      room.receive(member, crowd(from, 6_000), { merge: true, count: 1 });
      await until(clock, () => room.waitingBytes(member) === 0);
      room.leave(member);
    }
    await until(clock, () => room.document.isDurable);
    expect(room.text.read()).toHaveLength(12_000);
    const { epoch } = room.document;
    lease.release();
    await clock.advance(2_000);
    expect(registry.size).toBe(0);
    const opening = registry.open('worn');
    await clock.advance(100);
    const again = await opening;
    expect(again.room.text.read()).toBe('x'.repeat(12_000));
    expect(again.room.document.epoch).not.toBe(epoch);
    expect(Y.decodeStateVector(Y.encodeStateVectorFromUpdate(again.room.state())).size).toBe(1);
    void append(again.room, '!');
    await clock.advance(100);
    again.release();
    await clock.advance(2_000);
    const last = registry.open('worn');
    await clock.advance(100);
    expect((await last).room.text.read()).toBe(`${'x'.repeat(12_000)}!`);
  });
});

it('[DUR-4] takes a document out of use with all that was written, and lets who comes meanwhile wait', async () => {
  const { clock, registry, loads } = await world();
  const lease = await registry.open('a');
  void append(lease.room, 'x');
  const order: string[] = [];
  let finish = (): void => undefined;
  const withdrawn = registry.withdraw(
    'a',
    () => {
      order.push('dismissed');
      lease.release();
    },
    async () => {
      order.push('work');
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      order.push('done');
    },
  );
  await clock.settle();
  expect([order, registry.size]).toEqual([['dismissed', 'work'], 0]);
  const coming = registry.open('a').then((next) => {
    order.push('opened');
    return next;
  });
  await clock.settle();
  expect([order.at(-1), loads()]).toEqual(['work', 1]);
  finish();
  await withdrawn;
  const next = await coming;
  expect([order, loads(), next.room.text.read()]).toEqual([['dismissed', 'work', 'done', 'opened'], 2, 'x']);
  next.release();
});

it('does not take a document from somebody who does not let go, and goes on as before', async () => {
  const { clock, registry } = await world();
  const lease = await registry.open('a');
  let worked = false;
  const withdrawn = registry.withdraw(
    'a',
    () => undefined,
    async () => {
      worked = true;
    },
  );
  const refused = expect(withdrawn).rejects.toThrow(DocumentInUseError);
  await clock.settle();
  await clock.advance(10_000);
  await refused;
  expect([worked, registry.size]).toEqual([false, 1]);
  void append(lease.room, 'x');
  await clock.settle();
  const other = await registry.open('a');
  expect([other.room === lease.room, other.room.text.read()]).toEqual([true, 'x']);
});

it('withdraws what nobody has open, one after the other, and what fails lets the next in', async () => {
  const { clock, registry } = await world();
  const failed = registry.withdraw(
    'a',
    () => undefined,
    () => Promise.reject(new Error('no disk')),
  );
  const order: string[] = [];
  const second = registry.withdraw(
    'a',
    () => undefined,
    async () => void order.push('second'),
  );
  await expect(failed).rejects.toThrow('no disk');
  await clock.settle();
  await second;
  expect(order).toEqual(['second']);
  (await registry.open('a')).release();
});
