import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { stateDigest } from '../../protocol/state-digest.ts';
import { SeededRandom } from '../testing/seeded-random.ts';

const digest = (doc: Y.Doc) => stateDigest(doc.store.clients);

/** Whether two documents have the same structs and deletions, by Yjs's own account. */
function isSame(a: Y.Doc, b: Y.Doc): boolean {
  return Y.equalSnapshots(Y.snapshot(a), Y.snapshot(b));
}

it('[SYN-1] is equal exactly when two replicas have the same structs and deletions', () => {
  const random = new SeededRandom(7);
  let equal = 0;
  for (let round = 0; round < 300; round++) {
    const docs = [new Y.Doc(), new Y.Doc({ gc: false }), new Y.Doc()] as const;
    for (let step = 0; step < 30; step++) {
      const doc = random.pick(docs);
      const text = doc.getText('content');
      if (random.chance(0.5)) text.insert(random.below(text.length + 1), random.pick(['a', 'bcd', '😀']));
      else if (text.length > 0) text.delete(random.below(text.length), 1);
      if (random.chance(0.4)) {
        const other = random.pick(docs);
        Y.applyUpdate(other, Y.encodeStateAsUpdate(doc, Y.encodeStateVector(other)));
      }
      for (const [a, b] of [
        [docs[0], docs[1]],
        [docs[1], docs[2]],
      ] as const) {
        expect(digest(a) === digest(b)).toBe(isSame(a, b));
        if (isSame(a, b)) equal += 1;
      }
    }
  }
  expect(equal).toBeGreaterThan(1_000);
});

it('[SYN-1] does not depend on how a document was loaded', () => {
  const doc = new Y.Doc();
  const text = doc.getText('content');
  for (let i = 0; i < 200; i++) {
    text.insert(i % 7, 'word ');
    if (i % 3 === 0) text.delete(i % 11, 2);
  }
  const loaded = new Y.Doc();
  Y.applyUpdate(loaded, Y.encodeStateAsUpdate(doc));
  expect(digest(loaded)).toBe(digest(doc));
  text.delete(0, 1);
  expect(digest(loaded)).not.toBe(digest(doc));
});

it('[SYN-1] tells an empty document from one that is not', () => {
  const doc = new Y.Doc();
  const empty = digest(doc);
  doc.getText('content').insert(0, 'a');
  expect(digest(doc)).not.toBe(empty);
});
