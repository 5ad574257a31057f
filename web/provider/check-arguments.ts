import type * as Y from 'yjs';
import { ownDoc } from './own-doc.ts';

/**
 * What a provider is made of, as programs without types may give it.
 * @returns the document
 * @throws TypeError with the name of the argument that is wrong
 */
export function checkArguments(name: unknown, doc: unknown, options: unknown): Y.Doc {
  if (typeof name !== 'string') throw new TypeError('name must be a string: the name of the document.');
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object, or left out.');
  return ownDoc(doc);
}
