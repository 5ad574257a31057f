import type * as Y from 'yjs';

/** The text of a document that holds nothing else under any name; null when it holds more than a string can say. */
export function plainTextOf(doc: Y.Doc, field: string): string | null {
  for (const name of doc.share.keys()) if (name !== field) return null;
  const parts: string[] = [];
  for (const { insert, attributes } of doc.getText(field).toDelta() as { insert: unknown; attributes?: object }[]) {
    if (typeof insert !== 'string' || attributes !== undefined) return null;
    parts.push(insert);
  }
  return parts.join('');
}
