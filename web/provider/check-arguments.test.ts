import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { CoscribeProvider } from './provider.ts';

test.each([
  [[undefined, new Y.Doc()], 'name must be a string'],
  [['notes', null], 'doc must be a Y.Doc'],
  [['notes', new Y.Doc(), null], 'options must be an object'],
])('a provider of %o is refused by the name of what is wrong', (given, message) => {
  const make = () => Reflect.construct(CoscribeProvider, ['ws://server/sync', ...given]);
  expect(make).toThrow(TypeError);
  expect(make).toThrow(message);
});
