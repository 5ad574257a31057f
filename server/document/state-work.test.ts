import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { SeededRandom } from '../testing/seeded-random.ts';
import { cutState, STATE_WORK_HERE, stateOf } from './state-work.ts';

/** The log of a document that several people wrote, with deletions, nested types when asked, and time apart. */
function history(seed: number, nested: boolean): { log: Uint8Array[]; doc: Y.Doc } {
  const random = new SeededRandom(seed);
  const people = [new Y.Doc(), new Y.Doc(), new Y.Doc(), new Y.Doc()] as const;
  const doc = new Y.Doc();
  const log: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => log.push(update));
  for (let step = 0; step < 200; step++) {
    const person = random.pick(people);
    const text = person.getText('content');
    if (random.chance(0.7)) text.insert(random.below(text.length + 1), random.pick(['a', 'bcd', '😀', 'word ']));
    else if (text.length > 0) text.delete(random.below(text.length), 1);
    if (nested && random.chance(0.2)) {
      const list = person.getArray<Y.Map<unknown>>('list');
      if (list.length > 0 && random.chance(0.3)) list.delete(random.below(list.length), 1);
      else list.insert(random.below(list.length + 1), [new Y.Map([['key', step]])]);
      if (list.length > 0) list.get(random.below(list.length)).set('key', random.below(9));
    }
    if (random.chance(0.3)) {
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(person, Y.encodeStateVector(doc)));
      const reader = random.pick(people);
      Y.applyUpdate(reader, Y.encodeStateAsUpdate(doc, Y.encodeStateVector(reader)));
    }
  }
  return { log, doc };
}

it.each([false, true])(
  '[SYN-1, SEC-14] pieces are the whole, and none needs a later one (nested types: %s)',
  (nested) => {
    for (let seed = 0; seed < 12; seed++) {
      const { log, doc } = history(seed, nested);
      const { message, pieces } = cutState(log, 1 + (seed % 12));
      const replica = new Y.Doc();
      let early = 0;
      for (const piece of pieces) {
        Y.applyUpdate(replica, piece);
        if (replica.store.pendingStructs !== null || replica.store.pendingDs !== null) early += 1;
      }
      expect(early).toBe(0);
      expect(Y.equalSnapshots(Y.snapshot(replica), Y.snapshot(doc))).toBe(true);
      expect(replica.getText('content').toString()).toBe(doc.getText('content').toString());
      expect(replica.getArray('list').toJSON()).toEqual(doc.getArray('list').toJSON());
      expect(Y.encodeStateAsUpdate(replica).length).toBe(stateOf(message).length);
    }
  },
);

it('[DUR-6] refuses updates that build on something missing', async () => {
  const { log } = history(1, false);
  await expect(STATE_WORK_HERE.cut(log.slice(1))).rejects.toThrow(/missing/);
  await expect(STATE_WORK_HERE.merge(log.slice(1), 1)).rejects.toThrow(/missing/);
});
