import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { createEditor } from './create-editor.ts';

it.each([
  [[null, { doc: new Y.Doc() }], 'parent must be an element'],
  [[{ append: () => undefined }, null], 'options must be an object'],
])('an editor of %o is refused by the name of what is wrong', (given, message) => {
  const make = () => Reflect.apply(createEditor, null, given);
  expect(make).toThrow(TypeError);
  expect(make).toThrow(message);
});
