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
 * Counts how many items Yjs would look at to find the place of `struct`. Stops counting a little beyond `max`. Everything it
 * builds on must be in `doc`, which stays as it is. On the way it checks that the place does not depend on the order of
 * arrival.
 * @throws UpdateRefused when it does.
 */
export function countSteps(doc: Y.Doc, struct: ScannedStruct, max: number, isText: boolean): number {
  const known = clockOf(doc, struct.client);
  // Of a struct that is known in part only the rest is new, and that is right of the part that is known.
  const partly = known > struct.clock;
  if (partly && !checkNeighbours(doc, struct)) return 0;
  const leftClient = partly ? struct.client : struct.originClient;
  const leftClock = partly ? known - 1 : struct.originClock;
  const { rightClient, rightClock } = struct;
  const left = leftClient === NONE ? null : structAt(doc, leftClient, leftClock);
  const right = rightClient === NONE ? null : structAt(doc, rightClient, rightClock);
  if (left instanceof Y.GC || right instanceof Y.GC) {
    // Next to a GC struct only another one can come, which has no place. What stood on its other side is gone with it; Yjs
    // would split something else there, here and nowhere else.
    if (isAlive(left) || isAlive(right)) throw new UpdateRefused('impossible-origins');
    return 0;
  }
  checkList(left, right);
  if (left !== null && left === right && rightClock === leftClock + 1) return 0;
  const first = left === null ? firstOf(doc, struct, right) : left.right;
  const gap = { doc, left, leftClock, right, rightClock, first, max };
  return isText ? stepsInText(gap, struct.client) : stepsInList(gap);
}

/** Where an item belongs: right of a unit of `left`, left of a unit of `right`; `first` is the item behind `left`. */
interface Gap {
  readonly doc: Y.Doc;
  readonly left: Y.Item | null;
  readonly leftClock: number;
  readonly right: Y.Item | null;
  readonly rightClock: number;
  readonly first: Y.Item | null;
  readonly max: number;
}

/**
 * In a text the two neighbours of a struct were side by side in what its writer saw, and each of them was in what the
 * other's writer saw, or came later: so nothing that either of them builds on can stand in between, and nothing of `writer`.
 */
function stepsInText({ left, leftClock, right, rightClock, first, max }: Gap, writer: number): number {
  if (left !== null && left === right) {
    throw new UpdateRefused(rightClock <= leftClock ? 'reversed-origins' : 'impossible-origins');
  }
  const rightOfLeft = left === null ? null : left.rightOrigin;
  const leftOfRight = right === null ? null : right.origin;
  let steps = 0;
  if (left !== null && leftClock < lastClockOf(left)) {
    // Yjs splits off the units behind the origin; they are the first it looks at.
    if (left.id.client === writer || holds(left, leftOfRight, leftClock + 1)) {
      throw new UpdateRefused('impossible-origins');
    }
    steps += 1;
  }
  let item = first;
  for (; item !== null && item !== right; item = item.right) {
    steps += 1;
    if (steps > max) return steps;
    if (item.id.client === writer || holds(item, rightOfLeft) || holds(item, leftOfRight)) {
      throw new UpdateRefused('impossible-origins');
    }
  }
  if (item === null && right !== null) throw new UpdateRefused('reversed-origins');
  // The unit before the right one is in the same item, hence between.
  if (right !== null && rightClock > right.id.clock) throw new UpdateRefused('impossible-origins');
  return steps;
}

/**
 * In documents of other kinds undo puts things back into containers that were put back themselves, beside what came back of
 * their neighbours. Anything may have been written between those since, and they may have changed sides.
 *
 * That is sound, because Yjs keeps all that descends from a unit (names it as left origin, or names what does) together, right
 * behind it, and looks for a place no farther than that. A right origin from elsewhere bounds nothing, wherever it stands: the
 * item goes among those with the same left origin by its client id, as on every replica. One that names the same left origin
 * bounds the place. Only what descends from yet another one would take the item out of its own family.
 */
function stepsInList({ doc, left, leftClock, right, rightClock, first, max }: Gap): number {
  if (left !== null && left === right && rightClock > leftClock) throw new UpdateRefused('impossible-origins');
  const leftOfRight = right === null ? null : right.origin;
  const family = new Set<Y.Item>();
  let steps = 0;
  if (left !== null && leftClock < lastClockOf(left)) {
    if (holds(left, leftOfRight, leftClock + 1)) throw new UpdateRefused('impossible-origins');
    family.add(left);
    steps += 1;
  }
  const descends = ({ origin }: Y.Item): boolean => {
    if (left === null) return true;
    if (origin === null) return false;
    if (origin.client === left.id.client && origin.clock === leftClock) return true;
    const ancestor = structAt(doc, origin.client, origin.clock);
    return ancestor instanceof Y.Item && family.has(ancestor) && (ancestor !== left || origin.clock > leftClock);
  };
  let item = first;
  for (; item !== null && item !== right; item = item.right) {
    steps += 1;
    if (steps > max || !descends(item)) return steps;
    if (holds(item, leftOfRight)) throw new UpdateRefused('impossible-origins');
    family.add(item);
  }
  if (right !== null && item === right && rightClock > right.id.clock && descends(right)) {
    throw new UpdateRefused('impossible-origins');
  }
  return steps;
}

/**
 * Whether other copies than its writer's would misread the place of `struct`: its right origin is its left one or comes before
 * it, and both may be in one item there, with what is before them. Yjs splits that item behind the left origin, then before the
 * right one, and goes on with the wrong half. The writer's own copy, which had both as items, has put it behind the left
 * one, where it stands if it names no right one.
 */
export function isMisread(doc: Y.Doc, struct: ScannedStruct): boolean {
  const { originClient: client, originClock, rightClient, rightClock } = struct;
  if (client === NONE || rightClient !== client || rightClock > originClock) return false;
  let item = structAt(doc, client, rightClock);
  for (;;) {
    const { clock } = item.id;
    if (!(item instanceof Y.Item)) return false;
    // What begins before the right origin goes on up to it.
    if (clock >= rightClock && !isId(item.origin, client, clock - 1)) return false;
    if (originClock < clock + item.length) return true;
    item = structAt(doc, client, clock + item.length);
  }
}

/** Checks that two neighbours are in one list. What stands under a key has none on its right: the last one counts. */
function checkList(left: Y.Item | null, right: Y.Item | null): void {
  if (right === null) return;
  const isKeyed = right.parentSub !== null || (left !== null && left.parentSub !== null);
  if (isKeyed || (left !== null && left.parent !== right.parent)) throw new UpdateRefused('impossible-origins');
}

function isAlive(struct: Struct | null): boolean {
  return struct instanceof Y.Item && !struct.deleted;
}

/**
 * Checks that a struct which is known in part names the neighbours that it came with. Yjs splits items at the neighbours
 * even so, and where that cuts a surrogate pair it changes text, here and nowhere else. Returns false when the part that is
 * known went with the type that it was in, so that the rest has no place.
 */
function checkNeighbours(doc: Y.Doc, struct: ScannedStruct): boolean {
  const item = structAt(doc, struct.client, struct.clock);
  if (item instanceof Y.GC) {
    if (!isGone(doc, struct)) throw new UpdateRefused('contradiction');
    return false;
  }
  const offset = struct.clock - item.id.clock;
  const same =
    isId(item.rightOrigin, struct.rightClient, struct.rightClock) &&
    (offset === 0
      ? isId(item.origin, struct.originClient, struct.originClock)
      : struct.originClient === struct.client && struct.originClock === struct.clock - 1);
  const isAlone = struct.originClient === NONE && struct.rightClient === NONE;
  const samePlace = !isAlone || (item.parentSub === struct.subKey && item.parent === parentOf(doc, struct));
  if (!same || !samePlace) throw new UpdateRefused('contradiction');
  return true;
}

/** Whether all that says where `struct` belongs was collected. */
function isGone(doc: Y.Doc, struct: ScannedStruct): boolean {
  if (struct.rootName !== null) return false;
  const { originClient, rightClient, parentClient } = struct;
  if (parentClient !== NONE) return heldType(structAt(doc, parentClient, struct.parentClock)) === null;
  return (
    (originClient === NONE || structAt(doc, originClient, struct.originClock) instanceof Y.GC) &&
    (rightClient === NONE || structAt(doc, rightClient, struct.rightClock) instanceof Y.GC)
  );
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

/** The clock of its last unit. */
const lastClockOf = ({ id, length }: Y.Item) => id.clock + length - 1;

/** Whether `id` is a unit of `item`, not before clock `from`. */
function holds(item: Y.Item, id: Y.ID | null, from = item.id.clock): boolean {
  return id !== null && item.id.client === id.client && from <= id.clock && id.clock < item.id.clock + item.length;
}

/** Whether nobody would see it if these units, which must be known, were deleted: they are, or they only carry formatting. */
export function isUnseen(doc: Y.Doc, client: number, clock: number, length: number): boolean {
  const structs = doc.store.clients.get(client) ?? [];
  for (let i = Y.findIndexSS(structs, clock); i < structs.length; i++) {
    const struct = structs[i];
    if (struct === undefined || struct.id.clock >= clock + length) break;
    const isSeen = struct instanceof Y.Item && !struct.deleted && !(struct.content instanceof Y.ContentFormat);
    if (isSeen) return false;
  }
  return true;
}
