import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { encodePosition, parsePosition, resolvePositions, type WirePosition } from './caret-positions.ts';

/** A text with the scars of editing: many items, deletions, an undone deletion. */
function worn(): { doc: Y.Doc; text: Y.Text } {
  const doc = new Y.Doc();
  doc.clientID = 7;
  const text = doc.getText('content');
  const undo = new Y.UndoManager(text);
  text.insert(0, 'The quick brown fox jumps over the lazy dog');
  undo.stopCapturing();
  text.delete(4, 6);
  undo.undo();
  text.insert(10, '😀\r\n');
  text.delete(20, 3);
  text.insertEmbed(2, { image: 1 });
  return { doc, text };
}

const parsed = (value: unknown): WirePosition => {
  const position = parsePosition(JSON.parse(JSON.stringify(value)));
  if (position === null) throw new Error('not a position');
  return position;
};

test('positions look on the wire exactly as y-codemirror.next writes them', () => {
  const { text } = worn();
  for (const index of [0, 3, 12, text.length]) {
    const stock = JSON.stringify(Y.createRelativePositionFromTypeIndex(text, index));
    expect(JSON.stringify(encodePosition(text, index))).toBe(stock);
  }
  expect(JSON.stringify(encodePosition(text, text.length))).toBe(
    '{"type":null,"tname":"content","item":null,"assoc":0}',
  );
});

test('positions resolve as Yjs resolves them, one by one and many in one walk', () => {
  const { doc, text } = worn();
  const early = [0, 4, 7, 12, 20, 30, text.length];
  const positions = early.flatMap((index) =>
    [-1, 0].map((assoc) => Y.createRelativePositionFromTypeIndex(text, index, assoc)),
  );
  text.delete(5, 9);
  text.insert(0, 'Behold: ');
  const expected = positions.map(
    (position) => Y.createAbsolutePositionFromRelativePosition(position, doc)?.index ?? null,
  );
  expect(resolvePositions(text, positions.map(parsed))).toEqual(expected);
  expect(positions.map((position) => resolvePositions(text, [parsed(position)])[0])).toEqual(expected);
});

test('a position whose character has not arrived resolves to nothing until it has', () => {
  const { doc, text } = worn();
  const far = new Y.Doc();
  Y.applyUpdate(far, Y.encodeStateAsUpdate(doc));
  far.getText('content').insert(5, 'new');
  const position = parsed(Y.createRelativePositionFromTypeIndex(far.getText('content'), 6));
  expect(resolvePositions(text, [position])).toEqual([null]);
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(far));
  expect(resolvePositions(text, [position])).toEqual([6]);
});

test('positions of other texts, and what is no position, resolve to nothing and create nothing', () => {
  const { doc, text } = worn();
  const other = doc.getText('other');
  other.insert(0, 'elsewhere');
  const names = [...doc.share.keys()];
  const foreign = [encodePosition(other, 3), encodePosition(other, 9), parsed({ tname: 'made up' })];
  expect(resolvePositions(text, foreign)).toEqual([null, null, null]);
  expect([...doc.share.keys()]).toEqual(names);
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const position = parsePosition(value);
      if (position !== null) resolvePositions(text, [position]);
    }),
    { seed: 1, numRuns: 500 },
  );
  for (const item of [
    { client: 7, clock: -1 },
    { client: 7, clock: 1e9 },
    { client: 'a', clock: 0 },
    { client: 7, clock: 0.5 },
  ]) {
    expect(resolvePositions(text, [parsePosition({ tname: 'x', item }) ?? parsed({ tname: 'x' })])).toEqual([null]);
  }
});
