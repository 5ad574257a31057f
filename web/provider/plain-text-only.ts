import * as Y from 'yjs';

/** Something was written that the document, which holds plain text in one Y.Text, has no room for. It was taken out again. */
export class NotPlainTextError extends Error {
  override readonly name = 'NotPlainTextError';

  /** `found` names what it was; `field` is the Y.Text that the document does hold. */
  constructor(found: readonly string[], field: string) {
    super(
      `This document holds only plain text, in "${field}". Taken out again: ${found.join(', ')}. ` +
        'Keep it in a Y.Doc of its own, or start the server with --documents any.',
    );
  }
}

/** An update without what a document of plain text has no room for. */
export interface PlainUpdate {
  /** The update, with units that are deleted in the place of each that does not belong, so that clocks go on. */
  readonly update: Uint8Array;
  /** An update that deletes the same here. */
  readonly removal: Uint8Array;
  /** What was found, in words. */
  readonly found: readonly string[];
}

type Struct = ReturnType<typeof Y.decodeUpdate>['structs'][number];
type Deletes = ReadonlyMap<number, readonly { readonly clock: number; readonly len: number }[]>;

/**
 * `update`, all of which is in `doc`, as a server takes it that holds only plain text in the Y.Text `field`; null when it is that
 * already. A server would refuse all of it for ever because of one key of a map, and nothing later under the same client id
 * could be stored.
 */
export function plainUpdate(doc: Y.Doc, update: Uint8Array, field: string): PlainUpdate | null {
  const { structs, ds } = Y.decodeUpdate(update);
  const found = new Set<string>();
  const removed = new Map<number, { clock: number; len: number }[]>();
  const plain = structs.map((struct) => {
    const stray = strayIn(doc, struct, field);
    if (stray === null) return struct;
    found.add(stray.what);
    const { client, clock } = struct.id;
    const ranges = removed.get(client) ?? [];
    ranges.push({ clock, len: struct.length });
    removed.set(client, ranges);
    return stray.instead;
  });
  if (found.size === 0) return null;
  return { update: encode(plain, ds.clients), removal: encode([], removed), found: [...found] };
}

interface Stray {
  readonly what: string;
  /** What takes its place: as many units, deleted. */
  readonly instead: Struct;
}

/** What `struct` is if it does not belong into the text `field`; null if it does. */
function strayIn(doc: Y.Doc, struct: Struct, field: string): Stray | null {
  if (!(struct instanceof Y.Item)) return null;
  const { id, content, origin, rightOrigin, parentSub, length } = struct;
  const root = rootOf(doc, struct);
  if (root !== field) return { what: `"${root}"`, instead: new Y.GC(id, length) };
  if (parentSub !== null) return { what: 'an attribute', instead: new Y.GC(id, length) };
  if (content instanceof Y.ContentString || content instanceof Y.ContentDeleted) return null;
  // What stands beside it in the text names it as its neighbour, so it keeps its place.
  const instead = new Y.Item(id, null, origin, null, rightOrigin, struct.parent, null, new Y.ContentDeleted(length));
  return { what: content instanceof Y.ContentFormat ? 'formatting' : 'an embed', instead };
}

/** The name of the root type that `struct` is somewhere in; null where that is gone. */
function rootOf(doc: Y.Doc, struct: Y.Item): string | null {
  // As it is on the wire: its parent is a name, the id of what holds the type, or what its neighbours are in.
  const parent: unknown = struct.parent;
  if (typeof parent === 'string') return parent;
  let item: Y.Item | Y.GC = Y.getItem(doc.store, struct.id);
  while (item instanceof Y.Item) {
    const type: unknown = item.parent;
    if (!(type instanceof Y.AbstractType)) return null;
    if (type._item === null) return Y.findRootTypeKey(type);
    item = type._item;
  }
  return null;
}

/** One update in V1 encoding: structs by client in the order of their clocks, as they come from `Y.decodeUpdate`, then deletions. */
function encode(structs: readonly Struct[], deletes: Deletes): Uint8Array {
  const encoder = new Y.UpdateEncoderV1();
  const number = (value: number) => encoder.writeLen(value);
  const blocks = new Map<number, Struct[]>();
  for (const struct of structs) {
    const block = blocks.get(struct.id.client);
    if (block === undefined) blocks.set(struct.id.client, [struct]);
    else block.push(struct);
  }
  number(blocks.size);
  for (const [client, block] of blocks) {
    number(block.length);
    encoder.writeClient(client);
    number(block[0]?.id.clock ?? 0);
    for (const struct of block) struct.write(encoder, 0);
  }
  number(deletes.size);
  for (const [client, ranges] of deletes) {
    number(client);
    number(ranges.length);
    for (const { clock, len } of ranges) {
      number(clock);
      number(len);
    }
  }
  return encoder.toUint8Array();
}
