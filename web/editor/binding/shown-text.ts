import type { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';

/** What can be wrong with what an editor is to show; docs/errors.md has each. */
export type ShownTextErrorCode = 'two-copies-of-yjs' | 'wrong-field-type' | 'no-document' | 'invalid-attribute';

/** There is nothing that an editor could show. The message says why and what to do. */
export class ShownTextError extends Error {
  override readonly name = 'ShownTextError';
  readonly code: ShownTextErrorCode;

  constructor(code: ShownTextErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The text that an editor is to show.
 * @param doc what the host gave as the document
 * @param text what it gave as the text; without it the document's text of that name
 * @throws ShownTextError when it is of another copy of Yjs, or no text
 */
export function shownText(doc: unknown, text: unknown, field: string): Y.Text {
  if (text !== undefined) {
    if (!(text instanceof Y.Text)) throw looksLikeType(text) ? twoCopies('Y.Text') : noDocument('text', 'Y.Text');
    if (text.doc === null) {
      throw new ShownTextError('no-document', 'The Y.Text must be part of a document before an editor can show it.');
    }
    return text;
  }
  if (!(doc instanceof Y.Doc)) throw looksLikeDoc(doc) ? twoCopies('Y.Doc') : noDocument('doc', 'Y.Doc');
  const held = doc.share.get(field);
  if (held !== undefined && held.constructor !== Y.AbstractType && !(held instanceof Y.Text)) {
    throw wrongField(field, `a ${kindOf(held)}`);
  }
  const found = doc.getText(field);
  checkContent(found, field);
  return found;
}

/**
 * Whether the text holds what only other types hold. Types at the top of a document do not name their kind on the wire, so a
 * map or list of another application shows only by its content.
 * @throws ShownTextError when it does
 */
export function checkContent(text: Y.Text, field: string): void {
  if (text.length === 0 && text._map.size > 0) throw wrongField(field, 'a map');
  for (let item = text._start; item !== null; item = item.right) {
    if (item.deleted) continue;
    const { content } = item;
    if (content instanceof Y.ContentString) return;
    if (content instanceof Y.ContentAny || content instanceof Y.ContentJSON || content instanceof Y.ContentBinary) {
      throw wrongField(field, 'a list');
    }
    if (content instanceof Y.ContentType) throw wrongField(field, 'a tree of other types');
  }
}

/**
 * The presence that an editor is to tell of, null for none. Any copy of y-protocols will do.
 * @throws ShownTextError when it is none
 */
export function shownAwareness(awareness: Awareness | null | undefined): Awareness | null {
  const given: unknown = awareness ?? null;
  if (given !== null && !(typeof given === 'object' && 'getStates' in given && 'setLocalStateField' in given)) {
    throw new ShownTextError('invalid-attribute', '"awareness" must be an Awareness of y-protocols, or null.');
  }
  return awareness ?? null;
}

function looksLikeDoc(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'clientID' in value && 'share' in value && 'store' in value;
}

function looksLikeType(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '_start' in value && '_map' in value && 'doc' in value;
}

/** Not by the name of its class, which a minifier shortens. */
function kindOf(type: unknown): string {
  if (type instanceof Y.Map) return 'Y.Map';
  if (type instanceof Y.Array) return 'Y.Array';
  if (type instanceof Y.XmlElement) return 'Y.XmlElement';
  if (type instanceof Y.XmlFragment) return 'Y.XmlFragment';
  return 'type of another kind';
}

function twoCopies(type: string): ShownTextError {
  return new ShownTextError(
    'two-copies-of-yjs',
    `The ${type} was made by another copy of Yjs than the one this editor uses, and two copies break documents. ` +
      'See that the page loads yjs once: npm ls yjs; with the self-contained module use the Y that it exports.',
  );
}

function noDocument(option: string, type: string): ShownTextError {
  return new ShownTextError('no-document', `"${option}" must be a ${type}.`);
}

function wrongField(field: string, what: string): ShownTextError {
  return new ShownTextError(
    'wrong-field-type',
    `The document holds ${what} under the name "${field}", and no text. Name its Y.Text with "field".`,
  );
}
