import * as Y from 'yjs';
import { UpdateRefused } from './update-refused.ts';
import { NONE, type ScannedStruct } from './update-scan.ts';

type Struct = Y.Item | Y.GC;
type Parent = Pick<Y.AbstractType<unknown>, '_item' | '_map' | '_start'>;

/** The clock that comes next for `client`; 0 when nothing of it is known. */
export function clockOf(doc: Y.Doc, client: number): number {
  const structs = doc.store.clients.get(client);
  const last = structs?.[structs.length - 1];
  return last === undefined ? 0 : last.id.clock + last.length;
}

/** The struct that holds unit `clock` of `client`, which must be known. Splits nothing. */
function structAt(doc: Y.Doc, client: number, clock: number): Struct {
  const structs = doc.store.clients.get(client);
  const struct = structs?.[Y.findIndexSS(structs, clock)];
  if (struct === undefined) throw new UpdateRefused('yjs-failed');
  return struct;
}

/**
 * Counts how many items Yjs would look at to find the place of `struct`: those that stand between its left and its right
 * origin by now. Stops counting a little beyond `max`. Everything it builds on must be in `doc`, which stays as it is.
 *
 * `strict` is for texts, where all neighbours that a working client can name obey what this checks on the way:
 * anyone who wrote the struct saw its two neighbours side by side. So nothing that the writer, the left or the right
 * neighbour must have known can stand in between. Structs that break this depend on the order of arrival.
 * @throws UpdateRefused when the origins are reversed or, if `strict`, cannot have been neighbours.
 */
export function countSteps(doc: Y.Doc, struct: ScannedStruct, max: number, strict: boolean): number {
  const known = clockOf(doc, struct.client);
  // Of a struct that is known in part only the rest is new, and that is right of the part that is known.
  const partly = known > struct.clock;
  if (partly && strict) checkNeighbours(doc, struct);
  const leftClient = partly ? struct.client : struct.originClient;
  const leftClock = partly ? known - 1 : struct.originClock;
  const { rightClient, rightClock } = struct;
  const left = leftClient === NONE ? null : structAt(doc, leftClient, leftClock);
  const right = rightClient === NONE ? null : structAt(doc, rightClient, rightClock);
  // Next to a GC struct only another one can come, which has no place.
  if ((left !== null && !(left instanceof Y.Item)) || (right !== null && !(right instanceof Y.Item))) return 0;

  if (left !== null && left === right) {
    if (rightClock <= leftClock) throw new UpdateRefused('reversed-origins');
    if (rightClock === leftClock + 1) return 0;
    if (strict) throw new UpdateRefused('impossible-origins');
    return 1;
  }
  const rightOfLeft = left === null ? null : left.rightOrigin;
  const leftOfRight = right === null ? null : right.origin;
  let steps = 0;
  let item: Y.Item | null;
  if (left === null) {
    item = firstOf(doc, struct, right);
  } else {
    item = left.right;
    if (leftClock < left.id.clock + left.length - 1) {
      // Yjs splits off the units behind the origin; they are the first it looks at.
      if (strict && (left.id.client === struct.client || holds(left, leftOfRight, leftClock + 1))) {
        throw new UpdateRefused('impossible-origins');
      }
      steps += 1;
    }
  }
  for (; item !== null && item !== right; item = item.right) {
    steps += 1;
    if (steps > max) return steps;
    if (strict && (item.id.client === struct.client || holds(item, rightOfLeft) || holds(item, leftOfRight))) {
      throw new UpdateRefused('impossible-origins');
    }
  }
  if (item === null && right !== null && (left === null || left.parent === right.parent)) {
    throw new UpdateRefused('reversed-origins');
  }
  if (right !== null && rightClock > right.id.clock) {
    // The unit before the right one is in the same item, hence between.
    if (strict) throw new UpdateRefused('impossible-origins');
    steps += 1;
  }
  return steps;
}

/**
 * Checks that a struct which is known in part names the neighbours that it came with. Yjs splits items at the neighbours
 * even so, and where that cuts a surrogate pair it changes text, here and nowhere else.
 */
function checkNeighbours(doc: Y.Doc, struct: ScannedStruct): void {
  const item = structAt(doc, struct.client, struct.clock);
  const offset = struct.clock - item.id.clock;
  const same =
    item instanceof Y.Item &&
    isId(item.rightOrigin, struct.rightClient, struct.rightClock) &&
    (offset === 0
      ? isId(item.origin, struct.originClient, struct.originClock)
      : struct.originClient === struct.client && struct.originClock === struct.clock - 1);
  if (!same) throw new UpdateRefused('contradiction');
}

function isId(id: Y.ID | null, client: number, clock: number): boolean {
  return id === null ? client === NONE : id.client === client && id.clock === clock;
}

/** How many shared types stand above `struct`, itself not counted. Stops counting beyond `max`. */
export function depthOf(doc: Y.Doc, struct: ScannedStruct, max: number): number {
  let parent = parentOf(doc, struct);
  let depth = 0;
  while (parent !== null && depth <= max) {
    depth += 1;
    const holder: Y.Item | null = parent._item;
    parent = holder === null ? null : typeOf(holder.parent);
  }
  return depth;
}

function parentOf(doc: Y.Doc, struct: ScannedStruct): Parent | null {
  if (struct.parentClient !== NONE) return heldType(structAt(doc, struct.parentClient, struct.parentClock));
  if (struct.originClient === NONE && struct.rightClient === NONE) return rootOf(doc, struct.rootName);
  const neighbour =
    struct.originClient === NONE
      ? structAt(doc, struct.rightClient, struct.rightClock)
      : structAt(doc, struct.originClient, struct.originClock);
  return neighbour instanceof Y.Item ? typeOf(neighbour.parent) : null;
}

/** The first item of the list that `struct` would go into, or of the history of its key. */
function firstOf(doc: Y.Doc, struct: ScannedStruct, right: Y.Item | null): Y.Item | null {
  const parent = right === null ? parentOf(doc, struct) : typeOf(right.parent);
  if (parent === null) return null;
  const subKey = right === null ? struct.subKey : right.parentSub;
  if (subKey === null) return parent._start;
  let first = parent._map.get(subKey) ?? null;
  while (first !== null && first.left !== null) first = first.left;
  return first;
}

function rootOf(doc: Y.Doc, name: string | null): Parent | null {
  return (name === null ? undefined : doc.share.get(name)) ?? null;
}

function heldType(struct: Struct): Parent | null {
  return struct instanceof Y.Item && struct.content instanceof Y.ContentType ? struct.content.type : null;
}

function typeOf(parent: Y.AbstractType<unknown> | Y.ID | null): Parent | null {
  return parent instanceof Y.AbstractType ? parent : null;
}

/** Whether `id` is a unit of `item`, not before clock `from`. */
function holds(item: Y.Item, id: Y.ID | null, from = item.id.clock): boolean {
  return id !== null && item.id.client === id.client && from <= id.clock && id.clock < item.id.clock + item.length;
}
