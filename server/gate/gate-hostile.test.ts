import * as encoding from 'lib0/encoding';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { type CraftedStruct, craftUpdate, deletedUnits, insertion, type UnitId } from '../testing/craft-update.ts';
import { bob, client, Guarded, insert, mallory, remove } from '../testing/guarded-document.ts';
import type { GateLimits } from './gate.ts';
import { closeOfRefusal, UpdateRefused } from './update-refused.ts';

const FIELD = 'content';

describe('hostile input against a text', () => {
  /** Text in which every unit is an item of its own: two writers in turn. */
  function patchwork(room: Guarded, length: number): UnitId[] {
    const ids: UnitId[] = [];
    for (let i = 0; i < length; i++) {
      const id: UnitId = [20 + (i % 2), Math.floor(i / 2)];
      const before = ids.at(-1);
      Y.applyUpdate(room.doc, insert(id[0], id[1], '.', before === undefined ? {} : { origin: before }));
      ids.push(id);
    }
    return ids;
  }

  const withLimits = (limits: Partial<GateLimits>) => new Guarded({ kind: 'text', field: FIELD, limits });

  test('[SEC-8] an update in V2 encoding is never decoded as such', () => {
    // Up to 17 s and 3.6 GB for 28 bytes in plain Yjs, which trusts run lengths.
    const { doc, text } = client(5);
    text.insert(0, 'text');
    expect(new Guarded().offer(Y.encodeStateAsUpdateV2(doc))).not.toBe('applied');
  });

  test('[SEC-8] 30 million structs are claimed, and the input ends', () => {
    // Plain Yjs allocates an array of that length: 160 ms and 250 MB for each of these.
    const claim = craftUpdate([{ client: 1, clock: 0, structs: [], count: 30_000_000 }]);
    expect(new Guarded().offer(claim)).toBe('bad-count');
  });

  test('[SEC-9] a wide gap between the origins', () => {
    // Plain Yjs looks at everything in between: 170 ms for a struct of 7 bytes in a document of 200,000 items. No client
    // that works writes this, because it saw the neighbours of its neighbours.
    const room = new Guarded();
    const ids = patchwork(room, 50);
    const wide = insert(5, 0, 'x', { origin: ids[0] ?? [0, 0], right: ids[49] ?? [0, 0] });
    expect(room.offer(wide)).toBe('impossible-origins');
    expect(room.offer(insert(5, 0, 'x', { right: ids[49] ?? [0, 0] }))).toBe('impossible-origins');
    expect(room.text).toBe('.'.repeat(50));
  });

  test('[SEC-9] a gap that others filled meanwhile has a budget for a live edit, none for a merge', () => {
    const room = withLimits({ liveSteps: 10 });
    const late = client(5);
    expect(room.offer(insert(6, 0, '[]'))).toBe('applied');
    Y.applyUpdate(late.doc, Y.encodeStateAsUpdate(room.doc), 'server');
    late.text.insert(1, 'late');
    const [update] = late.updates;
    if (update === undefined) throw new Error('an update expected');
    for (let i = 0; i < 2_000; i++) {
      const origin: UnitId = i === 0 ? [6, 0] : [40 + ((i - 1) % 2), Math.floor((i - 1) / 2)];
      Y.applyUpdate(room.doc, insert(40 + (i % 2), Math.floor(i / 2), '-', { origin, right: [6, 1] }));
    }
    expect(room.offer(update)).toBe('gap');
    expect(room.text).toBe(`[${'-'.repeat(2_000)}]`);
    expect(room.offer(update, { merge: true })).toBe('applied');
    expect(room.text).toContain('late');
  });

  test('[SEC-9] many items with the same left and distinct right origins come in slices', () => {
    // 280 kB of them cost plain Yjs 92 s, and every client as well: each walks over all that came before it.
    const count = 20;
    const rights = Array.from({ length: count }, (_, i): UnitId => [100 + i, 0]);
    const room = new Guarded();
    expect(room.offer(insert(5, 0, 'L'))).toBe('applied');
    for (const [id] of rights) Y.applyUpdate(room.doc, insert(id, 0, '.', { origin: [5, 0] }));
    const before = room.text;
    const oneClient = craftUpdate([
      { client: 9, clock: 0, structs: rights.map((right) => insertion('-', { origin: [5, 0], right })) },
    ]);
    expect(room.offer(oneClient, { merge: true })).toBe('impossible-origins');
    const manyClients = craftUpdate(
      rights.map((right, i) => ({ client: 10 + i, clock: 0, structs: [insertion('x', { origin: [5, 0], right })] })),
    );
    expect(room.gate.admit(manyClients, mallory, true)).toBe('pass');
    for (let slice = 1; slice <= count; slice++) {
      // Time is always up, so each slice brings one; what others write in between stands.
      expect(room.gate.apply(manyClients, mallory, true, () => true)).toBe(slice < count ? 'more' : 'applied');
      expect(room.text.replaceAll(/[-xy]/g, '')).toBe(before);
      expect(room.text.replaceAll(/[^x]/g, '')).toHaveLength(slice);
      const others = slice === 1 ? {} : { origin: [7, slice - 2] as UnitId };
      expect(room.offer(insert(7, slice - 1, 'y', others), { sender: bob })).toBe('applied');
    }
    room.checkSound();
  });

  test('[SEC-9] reversed origins', () => {
    // 13 bytes after which replicas of plain Yjs differ for ever, depending on what they had when it arrived.
    const room = new Guarded();
    expect(room.offer(insert(5, 0, 'abc'))).toBe('applied');
    expect(room.offer(insert(6, 0, 'd', { origin: [5, 2] }))).toBe('applied');
    expect(room.offer(insert(7, 0, 'x', { origin: [5, 2], right: [5, 0] }))).toBe('reversed-origins');
    expect(room.offer(insert(7, 0, 'x', { origin: [6, 0], right: [5, 1] }))).toBe('reversed-origins');
    expect(room.offer(insert(7, 0, 'x', { origin: [5, 1], right: [5, 1] }))).toBe('reversed-origins');
    // Both neighbours in the update itself.
    const own = craftUpdate([
      {
        client: 8,
        clock: 0,
        structs: [insertion('xy', { origin: [6, 0] }), insertion('z', { origin: [8, 1], right: [8, 0] })],
      },
    ]);
    expect(room.offer(own, { sender: mallory })).toBe('reversed-origins');
    expect(room.text.startsWith('abcd')).toBe(true);
  });

  test('[SEC-9] a neighbour of a neighbour is passed over: no replica could order that', () => {
    const room = new Guarded();
    expect(room.offer(insert(5, 0, 'abc'))).toBe('applied');
    expect(room.offer(insert(6, 0, 'B', { origin: [5, 0], right: [5, 1] }))).toBe('applied');
    // c was written right of b, so who saw c beside a never saw the document.
    expect(room.offer(insert(7, 0, 'x', { origin: [5, 0], right: [5, 2] }))).toBe('impossible-origins');
    expect(room.offer(insert(9, 0, '!', { origin: [5, 2] }))).toBe('applied');
    expect(room.offer(insert(7, 0, 'x', { origin: [5, 1], right: [9, 0] }))).toBe('impossible-origins');
    // B was written left of b.
    expect(room.offer(insert(7, 0, 'x', { origin: [6, 0] }))).toBe('impossible-origins');
    // Own text stands between.
    expect(room.offer(insert(6, 1, 'x', { origin: [5, 0], right: [5, 1] }))).toBe('impossible-origins');
    expect(room.offer(insert(8, 0, 'x', { origin: [5, 0], right: [5, 1] }))).toBe('applied');
  });

  test('[SEC-9] items and deletions of length zero', () => {
    // 13 bytes after which the saved state of plain Yjs can never be loaded again.
    const room = new Guarded();
    expect(room.offer(insert(5, 0, ''))).toBe('zero-length');
    expect(room.offer(craftUpdate([{ client: 5, clock: 0, structs: [deletedUnits(0)] }]))).toBe('zero-length');
    expect(room.offer(remove(5, 0, 0))).toBe('zero-length');
  });

  test('[SEC-9] nested types', () => {
    // 5,000 of them and a deletion overflow the stack of plain Yjs, and of anyone who loads the document later.
    const type: CraftedStruct = { ref: 7, content: (encoder) => encoding.writeVarUint(encoder, 0) };
    expect(new Guarded().offer(craftUpdate([{ client: 5, clock: 0, structs: [type] }]))).toBe('bad-content');
  });

  test("[SEC-11] a GC struct on another's client id", () => {
    // 12 bytes after which plain Yjs takes everything this person writes for known and drops it.
    const gc: CraftedStruct = { ref: 0, content: (encoder) => encoding.writeVarUint(encoder, 100) };
    const update = craftUpdate([{ client: 5, clock: 1, structs: [gc] }]);
    const room = new Guarded();
    expect(room.offer(insert(5, 0, 'a'))).toBe('applied');
    expect(room.offer(update, { sender: mallory })).toBe('gap');
    const anyRoom = new Guarded({ kind: 'any' });
    expect(anyRoom.offer(insert(5, 0, 'a'))).toBe('applied');
    expect(anyRoom.offer(update, { sender: mallory })).toBe('gap');
    for (const { offer } of [room, anyRoom].map((guarded) => ({ offer: guarded.offer.bind(guarded) }))) {
      expect(offer(insert(5, 1, 'b', { origin: [5, 0] }))).toBe('applied');
    }
    expect([room.text, anyRoom.text]).toEqual(['ab', 'ab']);
  });

  test('[SEC-11] a clock jump by deleted content under a client id of somebody else', () => {
    // Ten bytes that put the clock of the victim far ahead: what it writes next is known already, and vanishes.
    const room = new Guarded();
    expect(room.offer(insert(5, 0, 'a'))).toBe('applied');
    const jump = (length: number) =>
      craftUpdate([{ client: 5, clock: 1, structs: [deletedUnits(length, { origin: [5, 0] })] }]);
    expect(room.offer(jump(2 ** 32 - 2), { sender: mallory })).toBe('clock-range');
    expect(room.offer(jump(1_000_000), { sender: mallory })).toBe('gap');
    expect(room.offer(jump(1_000_000), { sender: mallory, merge: true })).toBe('gap');
    expect(room.offer(insert(5, 1, 'b', { origin: [5, 0] }))).toBe('applied');
    expect(room.text).toBe('ab');
  });

  test('[SEC-9] an embed in the text', () => {
    // Makes the length of the Y.Text differ from that of its string: editors loop for ever in every tab.
    const embed: CraftedStruct = { ref: 5, content: (encoder) => encoding.writeVarString(encoder, '{}') };
    expect(new Guarded().offer(craftUpdate([{ client: 5, clock: 0, structs: [embed] }]))).toBe('bad-content');
  });

  test('[SEC-9] a new root name', () => {
    // A type that stays for ever; 100,000 of them are 64 MB.
    const room = new Guarded();
    const update = craftUpdate([{ client: 5, clock: 0, structs: [insertion('a', { parent: 'other' })] }]);
    expect(room.offer(update)).toBe('bad-parent');
    expect([...room.doc.share.keys()]).toEqual([FIELD]);
  });

  test('[SEC-7] a truncated delete set takes nothing in', () => {
    // Plain Yjs integrates and emits the structs, then throws, and the rest of the batch is lost.
    const room = new Guarded();
    const whole = craftUpdate(
      [{ client: 5, clock: 0, structs: [insertion('abc')] }],
      [{ client: 5, ranges: [[0, 1]] }],
    );
    expect(room.offer(whole.slice(0, -1))).toBe('bad-count');
    expect(room.emitted).toEqual([]);
    expect(room.text).toBe('');
    expect(room.offer(whole)).toBe('applied');
    expect(room.text).toBe('bc');
  });

  test('[SEC-9] deletions that overlap, each over everything', () => {
    // Yjs goes through all items again for every range of three bytes.
    const room = new Guarded();
    expect(room.offer(insert(5, 0, 'abcdef'))).toBe('applied');
    const again = craftUpdate([], [{ client: 5, ranges: Array.from({ length: 100 }, () => [0, 6] as const) }]);
    expect(room.offer(again)).toBe('overlapping-deletes');
    expect(room.text).toBe('abcdef');
    // Disjoint ranges in any order are somebody's honest encoder.
    expect(
      room.offer(
        craftUpdate(
          [],
          [
            {
              client: 5,
              ranges: [
                [4, 2],
                [0, 1],
              ],
            },
          ],
        ),
      ),
    ).toBe('applied');
    expect(room.text).toBe('bcd');
  });

  test('[SEC-9] structs that build on each other in a circle', () => {
    // Plain Yjs keeps both as pending.
    const room = new Guarded();
    const circle = craftUpdate([
      { client: 8, clock: 0, structs: [insertion('a', { origin: [5, 0] })] },
      { client: 5, clock: 0, structs: [insertion('b', { origin: [8, 0] })] },
    ]);
    expect(room.offer(circle, { merge: true })).toBe('dependency-cycle');
    expect(room.text).toBe('');
    // There and back again is no circle.
    const knot = craftUpdate([
      { client: 8, clock: 0, structs: [insertion('a', { origin: [5, 0] }), insertion('c', { origin: [5, 1] })] },
      { client: 5, clock: 0, structs: [insertion('1'), insertion('2', { origin: [8, 0] })] },
    ]);
    expect(room.offer(knot, { merge: true })).toBe('applied');
    expect(room.text).toBe('1a2c');
  });

  test('[SEC-10] one connection may bring this many new client ids', () => {
    const room = withLimits({ liveClientIds: 3, mergeClientIds: 6 });
    for (let id = 1; id <= 3; id++) expect(room.offer(insert(id, 0, 'x'))).toBe('applied');
    expect(room.offer(insert(4, 0, 'x'))).toBe('too-many-clients');
    expect(room.offer(insert(4, 0, 'x'), { sender: bob })).toBe('applied');
    expect(room.offer(insert(3, 1, 'y', { origin: [3, 0] }))).toBe('applied');
    expect(room.offer(insert(5, 0, 'x'), { merge: true })).toBe('applied');
  });

  test('[SEC-10] a document may have this many client ids, no matter who brings them, and is closed for now only', () => {
    const room = withLimits({ documentClientIds: 3 });
    for (let id = 1; id <= 3; id++)
      expect(room.offer(insert(id, 0, 'x'), { sender: id < 3 ? bob : mallory })).toBe('applied');
    expect(room.offer(insert(4, 0, 'x'))).toBe('document-clients');
    expect(room.offer(insert(4, 0, 'x'), { merge: true })).toBe('document-clients');
    expect(room.offer(insert(3, 1, 'y', { origin: [3, 0] }), { sender: mallory })).toBe('applied');
    const { code, reason } = closeOfRefusal(new UpdateRefused('document-clients'));
    expect([code.code, code.retry]).toEqual([4429, 'backoff']);
    expect(reason).toMatch(/^retry-after=60; As many clients/);
    expect(closeOfRefusal(new UpdateRefused('bad-utf8')).code.code).toBe(4400);
  });

  test('[SEC-10] an address and a person may bring this many client ids into all documents', () => {
    let left = 2;
    const takeClientIds = (count: number) => {
      if (count > left) return false;
      left -= count;
      return true;
    };
    const sender = { id: 9, person: null, takeClientIds };
    const [one, two] = [new Guarded(), new Guarded()];
    expect([one.offer(insert(1, 0, 'x'), { sender }), two.offer(insert(1, 0, 'x'), { sender })]).toEqual([
      'applied',
      'applied',
    ]);
    expect(one.offer(insert(2, 0, 'x'), { sender })).toBe('too-many-clients');
    expect(one.offer(insert(1, 1, 'y', { origin: [1, 0] }), { sender })).toBe('applied');
  });
});
