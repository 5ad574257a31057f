import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { shownText } from './shown-text.ts';

/** What a minifier leaves of the name of a class. */
const short = <T>(type: T): T => Object.defineProperty(type, 'name', { value: 'e' });

it.each([
  [class extends Y.Map<unknown> {}, 'a Y.Map'],
  [class extends Y.Array<unknown> {}, 'a Y.Array'],
  [class extends Y.XmlElement {}, 'a Y.XmlElement'],
  [class extends Y.XmlFragment {}, 'a Y.XmlFragment'],
])('names what stands in the place of the text, minified too: %o', (type, name) => {
  const doc = new Y.Doc();
  doc.get('content', short(type));
  expect(() => shownText(doc, undefined, 'content')).toThrow(`The document holds ${name} under the name "content"`);
});
