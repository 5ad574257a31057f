import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { checkArguments } from './check-arguments.ts';
import { CoscribeProvider } from './provider.ts';

test('a document of another copy of Yjs is refused with what to do about it', () => {
  // The package for require() is a copy of its own.
  const other = createRequire(import.meta.url)('yjs') as typeof Y;
  expect(other.Doc).not.toBe(Y.Doc);
  expect(() => new CoscribeProvider('ws://server/sync', 'notes', new other.Doc())).toThrow(
    /another copy of Yjs.*npm ls yjs/,
  );
});

test('what is no document is refused', () => {
  for (const wrong of [undefined, null, 'notes', {}]) {
    expect(() => checkArguments('notes', wrong, {})).toThrow('doc must be a Y.Doc.');
  }
  const doc = new Y.Doc();
  expect(checkArguments('notes', doc, {})).toBe(doc);
});

test.each([
  [[undefined, new Y.Doc()], 'name must be a string'],
  [['notes', null], 'doc must be a Y.Doc'],
  [['notes', new Y.Doc(), null], 'options must be an object'],
])('a provider of %o is refused by the name of what is wrong', (given, message) => {
  const make = () => Reflect.construct(CoscribeProvider, ['ws://server/sync', ...given]);
  expect(make).toThrow(TypeError);
  expect(make).toThrow(message);
});
