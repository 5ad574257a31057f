import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { inV1 } from './update-format.ts';

function edited(seed: number): Y.Doc {
  const doc = new Y.Doc();
  doc.clientID = seed + 1;
  const text = doc.getText('content');
  for (let i = 0; i < (seed % 20) + 1; i++) text.insert(Math.min(i, text.length), `w${seed * i} ü😀`);
  if (seed % 3 === 0) text.delete(0, Math.floor(text.length / 2));
  if (seed % 4 === 0) doc.getMap('meta').set('a', seed);
  return doc;
}

test('what either encoding holds is read, also of one that only deletes', () => {
  for (let seed = 0; seed < 300; seed++) {
    const doc = edited(seed);
    const vector = Y.encodeStateVector(doc);
    doc.getText('content').delete(0, 1);
    for (const target of [undefined, vector]) {
      const v1 = Y.encodeStateAsUpdate(doc, target);
      expect(inV1(v1), `seed ${seed}`).toEqual(v1);
      const converted = inV1(Y.encodeStateAsUpdateV2(doc, target));
      const [here, there] = [edited(seed), edited(seed)];
      if (target === undefined) for (const fresh of [here, there]) fresh.getText('content').delete(0, 1);
      Y.applyUpdate(here, v1);
      Y.applyUpdate(there, converted ?? new Uint8Array());
      expect(there.getText('content').toString(), `seed ${seed}`).toBe(here.getText('content').toString());
      expect(Y.encodeStateVector(there), `seed ${seed}`).toEqual(Y.encodeStateVector(here));
    }
  }
});

test('an empty document is one in both encodings', () => {
  const empty = new Y.Doc();
  for (const update of [Y.encodeStateAsUpdate(empty), Y.encodeStateAsUpdateV2(empty)]) {
    const read = new Y.Doc();
    Y.applyUpdate(read, inV1(update) ?? new Uint8Array([9]));
    expect(read.store.clients.size).toBe(0);
  }
});

test('what is neither is none', () => {
  for (const bytes of [[], [1, 2, 3], [0, 9], [0, 1, 2, 3]]) expect(inV1(new Uint8Array(bytes)), `${bytes}`).toBeNull();
});
