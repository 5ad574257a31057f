import * as Y from 'yjs';

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

/**
 * The document, if it was made by the copy of Yjs that is used here. Another copy's would be accepted at first, and then break
 * without a word: Yjs tells its own things by their classes.
 * @throws TypeError when it was not, with what to do
 */
function ownDoc(doc: unknown): Y.Doc {
  if (doc instanceof Y.Doc) return doc;
  const isDoc = typeof doc === 'object' && doc !== null && 'clientID' in doc && 'share' in doc;
  throw new TypeError(
    isDoc
      ? 'doc was made by another copy of Yjs than the one CoscribeProvider uses, and two copies break documents. See that the page loads yjs once: npm ls yjs; with the self-contained module use the Doc that it exports.'
      : 'doc must be a Y.Doc.',
  );
}
