import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { createServerDoc } from './server-doc.ts';

/** Two writers of one sentence that make the same word bold without knowing of each other. */
function boldTwice(type: (doc: Y.Doc) => Y.Text): { base: Uint8Array; bold: readonly Uint8Array[] } {
  const first = new Y.Doc();
  type(first).insert(0, 'bold word');
  const base = Y.encodeStateAsUpdate(first);
  const bold = [1, 2].map((clientId) => {
    const doc = new Y.Doc();
    doc.clientID = clientId;
    Y.applyUpdate(doc, base);
    const before = Y.encodeStateVector(doc);
    type(doc).format(0, 4, { bold: true });
    return Y.encodeStateAsUpdate(doc, before);
  });
  return { base, bold };
}

const root = (doc: Y.Doc) => doc.getText('content');

function nested(doc: Y.Doc): Y.Text {
  const fragment = doc.getXmlFragment('page');
  if (fragment.length === 0) fragment.insert(0, [new Y.XmlText()]);
  return fragment.get(0) as Y.XmlText;
}

it.each([
  ['a text', root],
  ['a text inside a tree', nested],
])(
  '[DUR-14] emits what writers wrote and nothing of its own, when two make the same word of %s bold',
  (_what, type) => {
    const { base, bold } = boldTwice(type);
    const count = (doc: Y.Doc): number => {
      Y.applyUpdate(doc, base);
      type(doc);
      let updates = 0;
      doc.on('update', () => {
        updates += 1;
      });
      doc.transact(() => {
        for (const update of bold) Y.applyUpdate(doc, update);
      });
      return updates;
    };
    const copy = createServerDoc();
    expect(count(copy)).toBe(1);
    // A writer's copy does tidy up: were this not so, the test would show nothing.
    const writer = new Y.Doc();
    expect(count(writer)).toBe(2);
    // Both show the same.
    expect(type(copy).toDelta()).toEqual(type(writer).toDelta());
  },
);
