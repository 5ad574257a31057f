import * as encoding from 'lib0/encoding';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { type CraftedStruct, contents, craftUpdate, insertion, type UnitId } from '../testing/craft-update.ts';
import { alice, bob, client, Guarded, insert, mallory, remove } from '../testing/guarded-document.ts';
import type { GateLimits, Sender } from './gate.ts';
import { UpdateRefused } from './update-scan.ts';

const FIELD = 'content';

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
    expect(room.gate.admit(follows, bob, false)).toBe('gap');
    expect(room.offer(insert(6, 0, 'z', { origin: [5, 3] }), { sender: bob })).toBe('applied');
    expect(room.text).toBe('abcdz');
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
    const tab: Sender = { id: 11, person: { id: 'alice' } };
    const otherTab: Sender = { id: 12, person: { id: 'alice' } };
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

  test('[SEC-11] an id can be reserved before anything is written under it', () => {
    const room = new Guarded();
    room.gate.reserve(5, alice);
    expect(room.offer(first, { sender: mallory })).toBe('gap');
    room.gate.reserve(5, mallory);
    expect(room.offer(first)).toBe('applied');
  });

  test('[SEC-11] an id is given up only by who was granted it or wrote under it, and not by who says so', () => {
    const room = new Guarded();
    room.gate.reserve(5, alice);
    expect(room.gate.disown(5, alice)).toBe(false);
    expect(room.offer(first)).toBe('applied');
    expect([room.gate.disown(5, mallory), room.gate.disown(5, alice)]).toEqual([false, true]);
    room.gate.grant(6, mallory);
    expect(room.gate.disown(6, mallory)).toBe(true);
    expect(room.gate.disown(6, mallory)).toBe(false);
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

  test('[SEC-9] a document has this many roots, with names of some length', () => {
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

  test('[SEC-9] neighbours that changed sides: the left one decides, on every copy', () => {
    const room = anyDocument();
    expect(room.offer(insert(5, 0, 'abc'))).toBe('applied');
    expect(room.offer(insert(6, 0, 'd', { origin: [5, 2] }))).toBe('applied');
    expect(room.offer(insert(7, 0, 'x', { origin: [6, 0], right: [5, 0] }))).toBe('applied');
    // Here Yjs would go on with the wrong half of abc, where it is in one piece.
    expect(room.offer(insert(8, 0, 'y', { origin: [5, 2], right: [5, 1] }))).toBe('applied');
    expect(room.offer(insert(3, 0, 'z', { origin: [5, 1], right: [5, 1] }))).toBe('applied');
    expect(room.text).toBe('abzcdxy');
    // It may come again, wholly or in part.
    expect(room.offer(insert(3, 0, 'z', { origin: [5, 1], right: [5, 1] }))).toBe('applied');
    expect(room.offer(insert(3, 0, 'z!', { origin: [5, 1], right: [5, 1] }))).toBe('applied');
    expect(room.text).toBe('abz!cdxy');
  });

  test('[SEC-9] a right neighbour that descends from another child of the left one: copies would differ', () => {
    const room = anyDocument();
    expect(room.offer(insert(5, 0, 'abc'))).toBe('applied');
    expect(room.offer(insert(7, 0, 'x', { origin: [5, 0], right: [5, 2] }))).toBe('impossible-origins');
    expect(room.offer(insert(6, 0, 'd', { origin: [5, 2] }))).toBe('applied');
    expect(room.offer(insert(7, 0, 'x', { origin: [5, 0], right: [6, 0] }))).toBe('impossible-origins');
  });

  const struct = (client: number, clock: number, one: CraftedStruct) =>
    craftUpdate([{ client, clock, structs: [one] }]);
  const list: CraftedStruct = { ref: 7, parent: 'list', content: contents.type(0, '') };

  test('[SEC-7] neighbours stand in one list', () => {
    const room = anyDocument();
    expect(room.offer(insert(5, 0, 'abc'))).toBe('applied');
    expect(room.offer(struct(6, 0, insertion('xyz', { parent: 'other' })))).toBe('applied');
    expect(room.offer(insert(7, 0, '?', { origin: [5, 0], right: [6, 1] }))).toBe('impossible-origins');
    expect(room.offer(insert(7, 0, '?', { origin: [5, 2], right: [6, 0] }))).toBe('impossible-origins');
    expect(room.text).toBe('abc');
  });

  test('[SEC-7] what stands under a key has nothing on its right', () => {
    const room = anyDocument();
    const keyed = (client: number, position: Partial<CraftedStruct>) =>
      struct(client, 0, { ref: 8, content: contents.values(1), parent: 'map', subKey: 'key', ...position });
    expect(room.offer(keyed(5, {}))).toBe('applied');
    expect(room.offer(keyed(6, { origin: [5, 0] }))).toBe('applied');
    expect(room.offer(keyed(7, { right: [6, 0] }))).toBe('impossible-origins');
    expect(room.offer(keyed(7, { origin: [5, 0], right: [6, 0] }))).toBe('impossible-origins');
    expect(room.offer(keyed(7, { origin: [5, 0] }))).toBe('applied');
    // The map itself, with everything under its keys.
    expect(room.offer(keyed(8, { origin: [7, 0] }))).toBe('applied');
  });

  test('[SEC-7] beside something that went with its list nothing is cut', () => {
    // Yjs makes the struct one that has no place, and has split its other neighbour by then: on the server alone.
    const room = anyDocument();
    expect(room.offer(insert(5, 0, 'a😀'))).toBe('applied');
    expect(room.offer(struct(6, 0, list))).toBe('applied');
    expect(room.offer(struct(6, 1, insertion('xy', { parent: [6, 0] })))).toBe('applied');
    expect(room.offer(remove(6, 0, 1))).toBe('applied');
    expect(room.offer(insert(7, 0, '?', { origin: [5, 1], right: [6, 1] }))).toBe('impossible-origins');
    expect(room.offer(insert(7, 0, '?', { origin: [6, 2], right: [5, 2] }))).toBe('impossible-origins');
    expect(room.text).toBe('a😀');
    // Who does not know yet that the list is gone writes into it.
    expect(room.offer(insert(7, 0, 'z', { origin: [6, 1], right: [6, 2] }))).toBe('applied');
  });

  test('[SEC-7] what is known in part stands where it stood', () => {
    const room = anyDocument();
    const value = (count: number, position: Partial<CraftedStruct>) =>
      struct(6, 0, { ref: 8, content: contents.values(count), parent: 'map', ...position });
    expect(room.offer(insert(5, 0, 'a😀'))).toBe('applied');
    expect(room.offer(value(1, { subKey: 'one' }))).toBe('applied');
    expect(room.offer(value(2, { subKey: 'two' }))).toBe('contradiction');
    expect(room.offer(value(2, { subKey: 'one', parent: 'other' }))).toBe('contradiction');
    expect(room.offer(value(2, {}))).toBe('contradiction');
    expect(room.offer(value(2, { origin: [5, 1] }))).toBe('contradiction');
    expect(room.text).toBe('a😀');
  });

  test('[SEC-9] more of what went with its list is taken, and goes with it', () => {
    const room = anyDocument();
    expect(room.offer(struct(5, 0, list))).toBe('applied');
    expect(room.offer(struct(6, 0, insertion('ab', { parent: [5, 0] })))).toBe('applied');
    expect(room.offer(remove(5, 0, 1))).toBe('applied');
    const longer = (position: Partial<CraftedStruct>) => struct(6, 0, insertion('abc', position));
    expect(room.offer(longer({ parent: 'list' }), { merge: true })).toBe('contradiction');
    expect(room.offer(longer({ parent: [5, 0] }), { merge: true })).toBe('applied');
  });

  test('[SYN-9] undo that names one item as both neighbours: others have what its person has', () => {
    // Plain Yjs makes ["a","c","d","b","x"] of it everywhere but at the person's own copy, which shows ["a","b","x","c","d"].
    const room = anyDocument();
    const { doc, updates } = client(5);
    const page = doc.getArray<Y.Array<string>>('page');
    const undo = new Y.UndoManager(page, { captureTimeout: 0 });
    page.insert(0, [Y.Array.from(['a', 'b', 'c'])]);
    page.get(0).delete(1, 2);
    undo.undo();
    page.get(0).insert(3, ['d']);
    page.get(0).insert(2, ['x']);
    page.delete(0);
    undo.undo();
    expect(page.toJSON()).toEqual([['a', 'b', 'x', 'c', 'd']]);
    for (const update of updates) expect(room.offer(update)).toBe('applied');
    expect(room.doc.getArray('page').toJSON()).toEqual(page.toJSON());
    expect(room.offer(Y.encodeStateAsUpdate(doc), { merge: true })).toBe('applied');
    // Both write on.
    page.get(0).insert(3, ['e']);
    expect(room.offer(updates.at(-1) ?? new Uint8Array())).toBe('applied');
    expect(room.doc.getArray('page').toJSON()).toEqual([['a', 'b', 'x', 'e', 'c', 'd']]);
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(room.doc), 'server');
    expect(page.toJSON()).toEqual(room.doc.getArray('page').toJSON());
  });

  test('[SEC-9] undo in something that was brought back passes, beside what its person wrote there since', () => {
    const room = anyDocument();
    const { doc, updates } = client(5);
    const page = doc.getArray<Y.Array<string>>('page');
    const undo = new Y.UndoManager(page, { captureTimeout: 0 });
    page.insert(0, [Y.Array.from(['a', 'b', 'c'])]);
    page.get(0).delete(1);
    page.delete(0);
    undo.undo();
    page.get(0).insert(1, ['own']);
    undo.undo();
    undo.undo();
    expect(page.toJSON()).toEqual([['a', 'b', 'c']]);
    for (const update of updates) expect(room.offer(update)).toBe('applied');
    expect(room.doc.getArray('page').toJSON()).toEqual([['a', 'b', 'c']]);
  });
});
