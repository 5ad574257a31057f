import * as encoding from 'lib0/encoding';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { type CraftedStruct, craftUpdate, deletedUnits, insertion, type UnitId } from '../testing/craft-update.ts';
import { Gate, type GateLimits, type GateOptions, type Sender } from './gate.ts';
import { UpdateRefused } from './update-scan.ts';

const FIELD = 'content';
const alice: Sender = { id: 1, person: null };
const bob: Sender = { id: 2, person: null };
const mallory: Sender = { id: 3, person: null };

/** A guarded document, and what became of the updates it was offered. */
class Guarded {
  readonly doc = new Y.Doc();
  readonly gate: Gate;
  readonly emitted: Uint8Array[] = [];

  constructor(options: GateOptions = { kind: 'text', field: FIELD }) {
    this.doc.clientID = 1_000_000;
    this.gate = new Gate(this.doc, options);
    this.doc.on('update', (update: Uint8Array) => this.emitted.push(update));
  }

  get text(): string {
    return this.doc.getText(FIELD).toString();
  }

  /** Admits and applies: `applied`, `gap`, or the code of the refusal. Checks what must hold whatever comes. */
  offer(update: Uint8Array, { sender = alice, merge = false } = {}): string {
    let result: string;
    try {
      result = this.gate.admit(update, sender, merge);
      if (result === 'pass') result = this.doc.transact(() => this.gate.apply(update, sender, merge));
    } catch (error) {
      if (!(error instanceof UpdateRefused)) throw error;
      result = error.code;
    }
    this.checkSound();
    return result;
  }

  /** Nothing is pending, and the saved state gives the same text, as does everything that was emitted. */
  checkSound(): void {
    expect([this.doc.store.pendingStructs, this.doc.store.pendingDs]).toEqual([null, null]);
    const reloaded = new Y.Doc();
    Y.applyUpdate(reloaded, Y.encodeStateAsUpdate(this.doc));
    expect(reloaded.getText(FIELD).toString()).toBe(this.text);
    const follower = new Y.Doc();
    for (const update of this.emitted) Y.applyUpdate(follower, update);
    expect(follower.getText(FIELD).toString()).toBe(this.text);
  }
}

/** A client's document whose updates are collected. */
function client(clientId: number, gc = true) {
  const doc = new Y.Doc({ gc });
  doc.clientID = clientId;
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin !== 'server') updates.push(update);
  });
  return { doc, text: doc.getText(FIELD), updates };
}

const insert = (clientId: number, clock: number, text: string, position: { origin?: UnitId; right?: UnitId } = {}) =>
  craftUpdate([{ client: clientId, clock, structs: [insertion(text, position)] }]);

const remove = (clientId: number, clock: number, length: number) =>
  craftUpdate([], [{ client: clientId, ranges: [[clock, length]] }]);

describe('working clients', () => {
  test('typing, deleting and an empty update pass', () => {
    const room = new Guarded();
    const { text, updates } = client(5);
    text.insert(0, 'hello');
    text.insert(5, ' world');
    text.delete(0, 1);
    for (const update of updates) expect(room.offer(update)).toBe('applied');
    expect(room.offer(new Uint8Array([0, 0]))).toBe('applied');
    expect(room.text).toBe('ello world');
  });

  test('updates of one turn build on each other', () => {
    const room = new Guarded();
    const { text, updates } = client(5);
    for (const char of 'abc') text.insert(text.length, char);
    text.delete(1, 1);
    for (const update of updates) expect(room.gate.admit(update, alice, false)).toBe('pass');
    expect(room.gate.admit(insert(6, 0, 'X', { origin: [5, 2] }), bob, false)).toBe('pass');
    room.doc.transact(() => {
      for (const update of updates) expect(room.gate.apply(update, alice, false)).toBe('applied');
      expect(room.gate.apply(insert(6, 0, 'X', { origin: [5, 2] }), bob, false)).toBe('applied');
    });
    expect(room.text).toBe('acX');
    expect(room.emitted).toHaveLength(1);
    room.checkSound();
  });

  test('what is known already, wholly or in part, may come again from anybody', () => {
    const room = new Guarded();
    expect(room.offer(insert(5, 0, 'abc'))).toBe('applied');
    expect(room.offer(insert(5, 0, 'abc'), { sender: bob })).toBe('applied');
    expect(room.offer(insert(5, 1, 'bc', { origin: [5, 0] }), { sender: bob })).toBe('applied');
    expect(room.offer(insert(5, 0, 'abcde'))).toBe('applied');
    expect(room.text).toBe('abcde');
  });

  test('a large merge of several writers is what plain Yjs makes of it', () => {
    const [a, b] = [client(7), client(3)];
    for (let i = 0; i < 200; i++) {
      const { text } = i % 2 === 0 ? a : b;
      text.insert((i * 7) % (text.length + 1), `${i} `);
      if (i % 3 === 0) text.delete((i * 5) % text.length, 1);
      if (i % 10 === 0) {
        Y.applyUpdate(a.doc, Y.encodeStateAsUpdate(b.doc), 'server');
        Y.applyUpdate(b.doc, Y.encodeStateAsUpdate(a.doc), 'server');
      }
    }
    Y.applyUpdate(a.doc, Y.encodeStateAsUpdate(b.doc), 'server');
    const room = new Guarded();
    expect(room.offer(Y.encodeStateAsUpdate(a.doc), { merge: true })).toBe('applied');
    expect(room.text).toBe(a.text.toString());
    expect(room.emitted).toHaveLength(1);
    expect(Y.encodeStateVector(room.doc)).toEqual(Y.encodeStateVector(a.doc));
  });

  test('a deletion that cuts a surrogate pair leaves well-formed text everywhere', () => {
    const room = new Guarded();
    expect(room.offer(insert(5, 0, 'a😀b'))).toBe('applied');
    expect(room.offer(remove(5, 1, 1))).toBe('applied');
    expect(room.text).toBe('a\ufffdb');
    expect(room.offer(insert(5, 4, 'x', { origin: [5, 2], right: [5, 3] }))).toBe('applied');
    expect(room.text.isWellFormed()).toBe(true);
  });

  test('a struct known up to the middle of a surrogate pair leaves well-formed text', () => {
    const room = new Guarded();
    expect(room.offer(insert(5, 0, 'a'))).toBe('applied');
    // The same clocks with other text: only a forgery.
    expect(room.offer(insert(5, 0, '😀b'))).toBe('applied');
    expect(room.text).toBe('a\ufffdb');
  });

  test('[SEC-9] a known struct that comes again with other neighbours changes nothing', () => {
    // Plain Yjs splits the pair at the new neighbour: text changes here and nowhere else.
    const room = new Guarded();
    expect(room.offer(insert(5, 0, '😀'))).toBe('applied');
    expect(room.offer(insert(6, 0, 'x', { origin: [5, 1] }))).toBe('applied');
    expect(room.offer(insert(6, 0, 'x', { origin: [5, 0] }))).toBe('applied');
    expect(
      room.offer(
        craftUpdate([
          { client: 6, clock: 0, structs: [insertion('x', { origin: [5, 0] }), insertion('y', { origin: [6, 0] })] },
        ]),
      ),
    ).toBe('applied');
    expect(room.offer(insert(6, 0, 'xyz', { origin: [5, 0] }))).toBe('contradiction');
    expect(room.offer(insert(6, 0, 'xyz', { origin: [5, 1], right: [5, 1] }))).toBe('contradiction');
    expect(room.offer(insert(6, 1, 'yz', { origin: [5, 0] }))).toBe('contradiction');
    expect(room.text).toBe('😀xy');
    expect(room.offer(insert(6, 1, 'yz', { origin: [6, 0] }))).toBe('applied');
  });

  test('the server may load and edit its document past the gate', () => {
    const room = new Guarded();
    Y.applyUpdate(room.doc, insert(5, 0, 'stored'));
    room.doc.getText(FIELD).insert(6, ' text');
    expect(room.offer(insert(6, 0, '!', { origin: [1_000_000, 4] }))).toBe('applied');
    expect(room.text).toBe('stored text!');
  });
});

describe('gaps', () => {
  test('[DUR-6] updates 1 and 3, then the resync with 2: all of them are in the text', () => {
    // Plain Yjs keeps 3 as pending and emits nothing for it, so that a server that stores what is emitted loses it.
    const room = new Guarded();
    const { doc, text, updates } = client(5);
    for (const char of '123') text.insert(text.length, char);
    const [first, , third] = updates;
    if (first === undefined || third === undefined) throw new Error('three updates expected');
    expect(room.offer(first)).toBe('applied');
    expect(room.offer(third)).toBe('gap');
    expect(room.text).toBe('1');
    const missing = Y.encodeStateAsUpdate(doc, Y.encodeStateVector(room.doc));
    expect(room.offer(missing, { merge: true })).toBe('applied');
    expect(room.text).toBe('123');
    const stored = new Y.Doc();
    for (const update of room.emitted) Y.applyUpdate(stored, update);
    expect(stored.getText(FIELD).toString()).toBe('123');
  });

  test('[SEC-9] whatever builds on something missing is a gap and leaves nothing pending', () => {
    // Plain Yjs keeps all of these, saves them with the document and tries them again at each keystroke.
    const room = new Guarded();
    expect(room.offer(insert(5, 0, 'abc'))).toBe('applied');
    expect(room.offer(insert(5, 4, 'x', { origin: [5, 2] }))).toBe('gap');
    expect(room.offer(insert(6, 1, 'x', { origin: [5, 2] }))).toBe('gap');
    expect(room.offer(insert(6, 0, 'x', { origin: [5, 3] }))).toBe('gap');
    expect(room.offer(insert(6, 0, 'x', { origin: [9, 0] }))).toBe('gap');
    expect(room.offer(insert(6, 0, 'x', { origin: [5, 0], right: [9, 0] }))).toBe('gap');
    expect(room.offer(remove(5, 2, 2))).toBe('gap');
    expect(room.offer(remove(9, 0, 1))).toBe('gap');
    const skip: CraftedStruct = { ref: 10, content: (encoder) => encoding.writeVarUint(encoder, 1) };
    expect(room.offer(craftUpdate([{ client: 5, clock: 3, structs: [skip] }]))).toBe('gap');
    expect(room.offer(insert(5, 3, 'd', { origin: [5, 2] }))).toBe('applied');
    expect(room.text).toBe('abcd');
  });

  test('[SEC-9] what builds on an admitted update that fails is a gap when its turn comes', () => {
    const room = new Guarded();
    expect(room.offer(insert(5, 0, 'abc'))).toBe('applied');
    const reversed = insert(6, 0, 'x', { origin: [5, 2], right: [5, 0] });
    const follows = insert(6, 1, 'y', { origin: [6, 0] });
    const other = insert(5, 3, 'd', { origin: [5, 2] });
    for (const update of [reversed, follows]) expect(room.gate.admit(update, bob, false)).toBe('pass');
    expect(room.gate.admit(other, alice, false)).toBe('pass');
    room.doc.transact(() => {
      expect(() => room.gate.apply(reversed, bob, false)).toThrow(UpdateRefused);
      expect(room.gate.apply(follows, bob, false)).toBe('gap');
      // One that fails takes none of the others with it.
      expect(room.gate.apply(other, alice, false)).toBe('applied');
    });
    expect(room.text).toBe('abcd');
    expect(room.offer(follows, { sender: bob })).toBe('gap');
    expect(room.offer(insert(6, 0, 'z', { origin: [5, 3] }), { sender: bob })).toBe('applied');
    expect(room.text).toBe('abcdz');
  });
});

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

  test('[SEC-9] a gap that others filled meanwhile has a budget: live first, then as a merge', () => {
    const room = withLimits({ liveSteps: 10, mergeSteps: 30 });
    const late = client(5);
    expect(room.offer(insert(6, 0, '[]'))).toBe('applied');
    Y.applyUpdate(late.doc, Y.encodeStateAsUpdate(room.doc), 'server');
    late.text.insert(1, 'late');
    const [update] = late.updates;
    if (update === undefined) throw new Error('an update expected');
    const fill = (from: number, to: number) => {
      for (let i = from; i < to; i++) {
        const origin: UnitId = i === 0 ? [6, 0] : [40 + ((i - 1) % 2), Math.floor((i - 1) / 2)];
        Y.applyUpdate(room.doc, insert(40 + (i % 2), Math.floor(i / 2), '-', { origin, right: [6, 1] }));
      }
    };
    fill(0, 20);
    expect(room.offer(update)).toBe('gap');
    expect(room.text).toBe(`[${'-'.repeat(20)}]`);
    fill(20, 40);
    expect(room.offer(update, { merge: true })).toBe('over-budget');
    expect(room.text).toBe(`[${'-'.repeat(40)}]`);
    const roomy = withLimits({ liveSteps: 10, mergeSteps: 40 });
    Y.applyUpdate(roomy.doc, Y.encodeStateAsUpdate(room.doc));
    expect(roomy.offer(update, { merge: true })).toBe('applied');
    expect(roomy.text).toContain('late');
  });

  test('[SEC-9] many items with the same left and distinct right origins', () => {
    // 280 kB of them cost plain Yjs 92 s, and every client as well: each walks over all that came before it.
    const count = 20;
    const rights = Array.from({ length: count }, (_, i): UnitId => [100 + i, 0]);
    const room = withLimits({ mergeSteps: 200 });
    expect(room.offer(insert(5, 0, 'L'))).toBe('applied');
    for (const [id] of rights) Y.applyUpdate(room.doc, insert(id, 0, '.', { origin: [5, 0] }));
    const before = room.text;
    const oneClient = craftUpdate([
      { client: 9, clock: 0, structs: rights.map((right) => insertion('x', { origin: [5, 0], right })) },
    ]);
    expect(room.offer(oneClient, { merge: true })).toBe('impossible-origins');
    const manyClients = craftUpdate(
      rights.map((right, i) => ({ client: 10 + i, clock: 0, structs: [insertion('x', { origin: [5, 0], right })] })),
    );
    expect(room.offer(manyClients, { merge: true })).toBe('over-budget');
    expect(room.text.replaceAll('x', '')).toBe(before);
    const roomy = withLimits({});
    Y.applyUpdate(roomy.doc, Y.encodeStateAsUpdate(room.doc));
    expect(roomy.offer(manyClients)).toBe('applied');
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
    // 5,000 of them and a deletion overflow the stack of plain Yjs, and of whoever loads the document later.
    const type: CraftedStruct = { ref: 7, content: (encoder) => encoding.writeVarUint(encoder, 0) };
    expect(new Guarded().offer(craftUpdate([{ client: 5, clock: 0, structs: [type] }]))).toBe('bad-content');
  });

  test("[SEC-11] a GC struct on another's client id", () => {
    // 12 bytes after which plain Yjs takes everything this person writes for known and drops it.
    const gc: CraftedStruct = { ref: 0, content: (encoder) => encoding.writeVarUint(encoder, 100) };
    const update = craftUpdate([{ client: 5, clock: 1, structs: [gc] }]);
    const room = new Guarded();
    expect(room.offer(insert(5, 0, 'a'))).toBe('applied');
    expect(room.offer(update, { sender: mallory })).toBe('bad-content');
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

  test('[SEC-10] one connection may bring so many new client ids', () => {
    const room = withLimits({ liveClientIds: 3, mergeClientIds: 6 });
    for (let id = 1; id <= 3; id++) expect(room.offer(insert(id, 0, 'x'))).toBe('applied');
    expect(room.offer(insert(4, 0, 'x'))).toBe('too-many-clients');
    expect(room.offer(insert(4, 0, 'x'), { sender: bob })).toBe('applied');
    expect(room.offer(insert(3, 1, 'y', { origin: [3, 0] }))).toBe('applied');
    expect(room.offer(insert(5, 0, 'x'), { merge: true })).toBe('applied');
  });
});

describe('client ids', () => {
  const first = insert(5, 0, 'a');
  const next = insert(5, 1, 'b', { origin: [5, 0] });

  test('[SEC-11] nobody else writes under an id whose owner is connected', () => {
    const room = new Guarded();
    expect(room.offer(first)).toBe('applied');
    expect(room.offer(next, { sender: bob })).toBe('gap');
    expect(room.offer(next, { sender: bob, merge: true })).toBe('gap');
    expect(room.text).toBe('a');
    // As soon as the owner has brought it, everybody may repeat it.
    expect(room.offer(next)).toBe('applied');
    expect(room.offer(next, { sender: bob })).toBe('applied');
    expect(room.text).toBe('ab');
  });

  test('[SEC-11] an id is free when its owner has left', () => {
    const room = new Guarded();
    expect(room.offer(first)).toBe('applied');
    room.gate.release(alice);
    expect(room.offer(next, { sender: bob })).toBe('applied');
    expect(room.offer(insert(5, 2, 'c', { origin: [5, 1] }))).toBe('gap');
  });

  test('[SEC-11] connections of one person share their ids, until the last has left', () => {
    const tab: Sender = { id: 11, person: 'alice' };
    const otherTab: Sender = { id: 12, person: 'alice' };
    const room = new Guarded();
    expect(room.offer(first, { sender: tab })).toBe('applied');
    expect(room.offer(next, { sender: otherTab })).toBe('applied');
    room.gate.release(tab);
    const last = insert(5, 2, 'c', { origin: [5, 1] });
    expect(room.offer(last, { sender: bob })).toBe('gap');
    room.gate.release(otherTab);
    expect(room.offer(last, { sender: bob })).toBe('applied');
  });

  test("a copy that brings somebody's lost edits does not lock them out", () => {
    // The server lost the last second; bob has alice's edits and is back before her.
    const room = new Guarded();
    expect(room.offer(first, { sender: bob, merge: true })).toBe('applied');
    const relay = craftUpdate([
      { client: 6, clock: 0, structs: [insertion('B', { origin: [5, 1] })] },
      { client: 5, clock: 1, structs: [insertion('b', { origin: [5, 0] })] },
    ]);
    expect(room.offer(relay, { sender: bob })).toBe('applied');
    expect(room.offer(insert(5, 2, 'c', { origin: [5, 1] }))).toBe('applied');
    expect(room.text).toContain('c');
  });

  test('[SEC-11] an id can be claimed before anything is written under it', () => {
    const room = new Guarded();
    room.gate.claim(5, alice);
    expect(room.offer(first, { sender: mallory })).toBe('gap');
    room.gate.claim(5, mallory);
    expect(room.offer(first)).toBe('applied');
  });

  test('[SEC-11] nobody writes as the server', () => {
    const room = new Guarded();
    expect(room.offer(insert(1_000_000, 0, 'x'))).toBe('gap');
    expect(room.doc.clientID).toBe(1_000_000);
  });

  test('a refused or incomplete update claims nothing', () => {
    const room = new Guarded();
    expect(room.offer(next, { sender: mallory })).toBe('gap');
    expect(room.offer(insert(5, 0, ''), { sender: mallory })).toBe('zero-length');
    expect(room.offer(first)).toBe('applied');
  });
});

describe('documents of any kind', () => {
  const anyDocument = (limits: Partial<GateLimits> = {}) => new Guarded({ kind: 'any', limits });

  test('types, maps, formats, embeds and their removal pass, in any mixture, and end equal', () => {
    const room = anyDocument();
    const { doc, updates } = client(5);
    const map = doc.getMap('map');
    map.set('key', 1);
    map.set('key', { nested: [1, 2] });
    map.set('list', new Y.Array());
    doc.getArray('list').insert(0, [new Y.Map([['a', 1]]), 'text', 5]);
    doc.getArray('list').delete(0, 1);
    doc.getText(FIELD).insert(0, 'bold', { bold: true });
    doc.getText(FIELD).insertEmbed(2, { image: 'x' });
    const element = new Y.XmlElement('p');
    doc.getXmlFragment('xml').insert(0, [element]);
    element.insert(0, [new Y.XmlText('inner')]);
    doc.getXmlFragment('xml').delete(0, 1);
    map.delete('list');
    for (const update of updates) expect(room.offer(update)).toBe('applied');
    const compare = (guarded: Guarded) => {
      expect(guarded.doc.getMap('map').toJSON()).toEqual(map.toJSON());
      expect(guarded.doc.getArray('list').toJSON()).toEqual(['text', 5]);
      expect(guarded.doc.getText(FIELD).toDelta()).toEqual(doc.getText(FIELD).toDelta());
    };
    compare(room);
    const whole = anyDocument();
    expect(whole.offer(Y.encodeStateAsUpdate(doc), { merge: true })).toBe('applied');
    compare(whole);
  });

  test('[SEC-9] types are nested so deep and no deeper', () => {
    const nest = (depth: number) => {
      const type = (parent: string | UnitId): CraftedStruct => ({
        ref: 7,
        parent,
        content: (encoder) => encoding.writeVarUint(encoder, 0),
      });
      const structs = Array.from({ length: depth }, (_, i) => type(i === 0 ? 'list' : [5, i - 1]));
      return craftUpdate([{ client: 5, clock: 0, structs }]);
    };
    expect(anyDocument({ typeDepth: 20 }).offer(nest(20))).toBe('applied');
    expect(anyDocument({ typeDepth: 20 }).offer(nest(21))).toBe('too-deep');
    const room = anyDocument();
    expect(room.offer(nest(5_000))).toBe('too-deep');
    expect(room.offer(remove(5, 0, 1))).toBe('applied');
  });

  test('[SEC-9] a document has so many roots, with names of some length', () => {
    const room = anyDocument({ rootNames: 3, rootNameLength: 10 });
    const into = (id: number, parent: string) =>
      craftUpdate([{ client: id, clock: 0, structs: [insertion('x', { parent })] }]);
    expect(room.offer(into(1, 'x'.repeat(11)))).toBe('too-many-roots');
    for (const [i, name] of ['a', 'b'].entries()) expect(room.gate.admit(into(i + 1, name), alice, false)).toBe('pass');
    for (const [i, name] of ['a', 'b'].entries()) {
      expect(room.doc.transact(() => room.gate.apply(into(i + 1, name), alice, false))).toBe('applied');
    }
    expect(room.doc.getText(FIELD).length).toBe(0);
    expect(room.offer(into(4, 'd'))).toBe('too-many-roots');
    expect(room.offer(into(4, 'a'))).toBe('applied');
    expect([...room.doc.share.keys()].sort()).toEqual(['a', 'b', FIELD]);
  });

  test('[SEC-9] values so deep that they could never be written again', () => {
    // JSON.stringify overflows the stack on what JSON.parse has read: nobody can join any more.
    const embed: CraftedStruct = {
      ref: 5,
      content: (encoder) => encoding.writeVarString(encoder, '['.repeat(20_000) + ']'.repeat(20_000)),
    };
    expect(anyDocument().offer(craftUpdate([{ client: 5, clock: 0, structs: [embed] }]))).toBe('too-deep');
  });

  test('[SEC-9] reversed origins', () => {
    const room = anyDocument();
    expect(room.offer(insert(5, 0, 'abc'))).toBe('applied');
    expect(room.offer(insert(7, 0, 'x', { origin: [5, 2], right: [5, 0] }))).toBe('reversed-origins');
  });
});
