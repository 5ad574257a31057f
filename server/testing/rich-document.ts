import * as Y from 'yjs';
import type { SeededRandom } from './seeded-random.ts';

/*
 * Documents with everything that Yjs has: formatted text, a tree, maps and lists in each other. Seeded edits as the editors
 * built on them make, and what a document holds, to be compared.
 */

const WORDS = ['a', 'word ', '\n', '😀', 'é', 'שלום', '𝒳𝒴'] as const;
const KEYS = ['a', 'b', 'c'] as const;
const MARKS = ['bold', 'italic', 'color'] as const;
const NODES = ['paragraph', 'heading', 'list'] as const;

type SharedType = Y.ContentType['type'];

/** Names of the top-level types, and what they are. */
export function rootsOf(doc: Y.Doc) {
  return [doc.getText('content'), doc.getXmlFragment('page'), doc.getMap('data'), doc.getArray('list')] as const;
}

/** Makes one edit somewhere in `doc`; `undo`, often used, takes back or does again what it tracks. */
export function editRich(doc: Y.Doc, undo: Y.UndoManager, random: SeededRandom): void {
  const kind = random.below(8);
  if (kind < 2) undo.undo();
  else if (kind === 2) undo.redo();
  else {
    if (random.oneIn(3)) undo.stopCapturing();
    const types = [...rootsOf(doc)].flatMap((root) => [root, ...typesIn(root)]);
    const type = random.oneIn(3) ? doc.getText('content') : types[random.below(types.length)];
    doc.transact(() => {
      for (let i = random.oneIn(6) ? random.below(4) : 0; i >= 0; i--) if (type !== undefined) editType(type, random);
    });
  }
}

function editType(type: SharedType, random: SeededRandom): void {
  if (type._item?.deleted) return;
  if (type instanceof Y.Text) editText(type, random);
  else if (type instanceof Y.XmlFragment) editTree(type, random);
  else if (type instanceof Y.Map) editMap(type, random);
  else if (type instanceof Y.Array) editList(type, random);
}

function editText(text: Y.Text, random: SeededRandom): void {
  const units = unitsOf(text);
  const at = wholeCharacter(units, random.oneIn(4) ? 0 : random.below(units.length + 1));
  const length = wholeCharacter(units, Math.min(units.length, at + 1 + random.below(6))) - at;
  const kind = random.below(12);
  if (kind < 4) text.insert(at, random.pick(WORDS));
  else if (kind < 6) text.insert(at, random.pick(WORDS), marks(random));
  else if (kind < 9 && length > 0) text.format(at, length, marks(random));
  else if (kind === 9) text.insertEmbed(at, { image: random.below(100) }, random.oneIn(2) ? marks(random) : {});
  else if (length > 0) text.delete(at, length);
}

/** What a text shows, an embedded thing as one unit. */
function unitsOf(text: Y.Text): string {
  return listOf(text)
    .filter(({ countable }) => countable)
    .map(({ content, length }) => (content instanceof Y.ContentString ? content.str : '\ufffc'.repeat(length)))
    .join('');
}

/** `at`, or the place before the character of two units that it would cut: Yjs splits such a one without telling others. */
const wholeCharacter = (units: string, at: number) => (/[\udc00-\udfff]/.test(units[at] ?? '') ? at - 1 : at);

const marks = (random: SeededRandom) => ({ [random.pick(MARKS)]: random.pick([true, null, 'red']) });

function editTree(node: Y.XmlFragment, random: SeededRandom): void {
  const at = random.below(node.length + 1);
  const kind = random.below(8);
  if (kind < 3) node.insert(at, [makeNode(random)]);
  else if (kind < 5 && node.length > 0) node.delete(Math.min(at, node.length - 1), 1);
  else if (kind === 5 && node.length > 0) {
    // What cannot be changed in place is put there again, as editors do that keep a tree.
    const old = node.get(Math.min(at, node.length - 1));
    node.delete(Math.min(at, node.length - 1), 1);
    if (old instanceof Y.XmlElement || old instanceof Y.XmlText) node.insert(Math.min(at, node.length), [old.clone()]);
  } else if (node instanceof Y.XmlElement) {
    if (random.oneIn(4)) node.removeAttribute(random.pick(KEYS));
    else node.setAttribute(random.pick(KEYS), String(random.below(10)));
  }
}

function makeNode(random: SeededRandom): Y.XmlElement | Y.XmlText {
  const text = new Y.XmlText();
  text.insert(0, random.pick(WORDS));
  if (random.oneIn(3)) return text;
  const element = new Y.XmlElement(random.pick(NODES));
  element.insert(0, [text]);
  return element;
}

function editMap(map: Y.Map<unknown>, random: SeededRandom): void {
  const key = random.pick(KEYS);
  if (random.oneIn(4)) map.delete(key);
  else map.set(key, makeValue(random));
}

function editList(list: Y.Array<unknown>, random: SeededRandom): void {
  const at = random.below(list.length + 1);
  if (random.oneIn(3) && list.length > at) list.delete(at, Math.min(list.length - at, 1 + random.below(3)));
  else list.insert(at, [makeValue(random), ...(random.oneIn(3) ? [random.below(9), makeValue(random)] : [])]);
}

function makeValue(random: SeededRandom): unknown {
  switch (random.below(8)) {
    case 0:
      return new Y.Map([[random.pick(KEYS), random.below(10)]]);
    case 1:
      return new Y.Text(random.pick(WORDS));
    case 2:
      return Y.Array.from([random.below(10), random.pick(WORDS)]);
    case 3:
      return new Uint8Array([random.below(256)]);
    case 4:
      return { nested: [random.below(10), { key: random.pick(WORDS) }] };
    default:
      return random.oneIn(2) ? random.pick(WORDS) : random.below(1_000);
  }
}

function typesIn(type: SharedType): SharedType[] {
  return [...listOf(type), ...type._map.values()].flatMap(({ content, deleted }) =>
    content instanceof Y.ContentType && !deleted ? [content.type, ...typesIn(content.type)] : [],
  );
}

function listOf(type: SharedType): Y.Item[] {
  const items: Y.Item[] = [];
  for (let item = type._start; item !== null; item = item.right) if (!item.deleted) items.push(item);
  return items;
}

/** All that a document holds, comparable: two documents in which anybody could see a difference have different ones. */
export function contentOf(doc: Y.Doc): unknown {
  const roots = [...doc.share].map(([name, type]) => [name, contentOfType(type)] as const);
  return Object.fromEntries(roots.filter(([, content]) => content !== null).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Of a type that holds nothing, null: nobody can tell whether a root exists. */
function contentOfType(type: SharedType): unknown {
  const list: unknown[] = [];
  let values: unknown[] | null = null;
  for (let item = type._start; item !== null; item = item.right) {
    if (item.deleted) continue;
    const before = list.at(-1);
    // Whether neighbours are one item or two is nothing that anybody sees.
    if (item.content instanceof Y.ContentAny && values !== null) {
      values.push(...item.content.arr);
      continue;
    }
    values = item.content instanceof Y.ContentAny ? [...item.content.arr] : null;
    if (item.content instanceof Y.ContentString && typeof before === 'string') {
      list[list.length - 1] = before + item.content.str;
    } else list.push(values === null ? contentOfItem(item) : { values });
  }
  const keys = [...type._map].filter(([, item]) => !item.deleted).sort(([a], [b]) => (a < b ? -1 : 1));
  if (list.length === 0 && keys.length === 0) return null;
  return { list, keys: keys.map(([key, item]) => [key, contentOfItem(item)]) };
}

function contentOfItem({ content }: Y.Item): unknown {
  if (content instanceof Y.ContentString) return content.str;
  if (content instanceof Y.ContentFormat) return { mark: [content.key, content.value] };
  if (content instanceof Y.ContentType) {
    const { type } = content;
    return {
      type: type.constructor.name,
      node: type instanceof Y.XmlElement ? type.nodeName : null,
      in: contentOfType(type),
    };
  }
  if (content instanceof Y.ContentDoc) return { document: content.doc.guid };
  return { values: content.getContent() };
}
