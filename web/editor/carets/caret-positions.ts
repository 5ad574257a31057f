import * as Y from 'yjs';
import { fields } from './people.ts';

/** A selection range as awareness carries it: relative positions as JSON, the way y-codemirror.next writes them. */
export interface WireRange {
  anchor: WirePosition;
  head: WirePosition;
}

/** The JSON form of a Y.RelativePosition. */
export interface WirePosition {
  type: WireId | null;
  tname: string | null;
  item: WireId | null;
  assoc: number;
}

interface WireId {
  client: number;
  clock: number;
}

/** Max ranges of one person that are sent or shown. */
export const MAX_RANGES = 32;

/** With more positions than this, one walk over the text costs less than a walk for each. */
const WALK_ABOVE = 4;

/** A position of a text for the wire. Costs a walk over the text. */
export function encodePosition(text: Y.Text, index: number): WirePosition {
  const { type, tname, item, assoc } = Y.createRelativePositionFromTypeIndex(text, index);
  return { type: wireId(type), tname, item: wireId(item), assoc };
}

function wireId(id: Y.ID | null): WireId | null {
  return id === null ? null : { client: id.client, clock: id.clock };
}

/** Checks a position that somebody sent. @returns null for anything that is not one */
export function parsePosition(value: unknown): WirePosition | null {
  const { type, tname, item, assoc } = fields(value);
  const position = {
    type: parseId(type),
    tname: typeof tname === 'string' ? tname : null,
    item: parseId(item),
    assoc: typeof assoc === 'number' ? assoc : 0,
  };
  return position.type === null && position.tname === null && position.item === null ? null : position;
}

function parseId(value: unknown): WireId | null {
  const { client, clock } = fields(value);
  const valid = (n: unknown): n is number => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0;
  return valid(client) && valid(clock) ? { client, clock } : null;
}

/**
 * Where positions lie in a text now.
 * @returns for each an index of the text, or null: it is of another text, or its character has not arrived yet
 */
export function resolvePositions(text: Y.Text, positions: readonly WirePosition[]): (number | null)[] {
  const name = text._item === null ? Y.findRootTypeKey(text) : null;
  const anchors = positions.map((position) => (position.item === null ? null : findItem(text, position.item)));
  const starts = positions.length > WALK_ABOVE ? startsOf(text, anchors) : null;
  return positions.map((position, i) => {
    if (position.item === null) {
      // Before the first or behind the last character. Y.createAbsolutePosition… would create a type of any name here.
      const here = position.tname !== null ? position.tname === name : isIdOf(text, position.type);
      return here ? (position.assoc >= 0 ? text.length : 0) : null;
    }
    const anchor = anchors[i] ?? null;
    if (anchor === null) return null;
    const { item, offset } = anchor;
    const start = starts === null ? startOf(item) : (starts.get(item) ?? 0);
    return item.deleted || !item.countable ? start : start + offset + (position.assoc >= 0 ? 0 : 1);
  });
}

interface Anchor {
  item: Y.Item;
  offset: number;
}

/** The item that holds an id, or the one that took its place when its deletion was undone. */
function findItem(text: Y.Text, id: WireId): Anchor | null {
  const store = text.doc?.store;
  if (store === undefined) return null;
  let next: WireId | null = id;
  let anchor: Anchor | null = null;
  while (next !== null) {
    if (Y.getState(store, next.client) <= next.clock) return null;
    const item: unknown = Y.getItem(store, Y.createID(next.client, next.clock));
    if (!(item instanceof Y.Item)) return null;
    const offset: number = next.clock - item.id.clock;
    anchor = { item, offset };
    next = item.redone === null ? null : { client: item.redone.client, clock: item.redone.clock + offset };
  }
  return anchor?.item.parent === text ? anchor : null;
}

function startOf(item: Y.Item): number {
  let start = 0;
  for (let left = item.left; left !== null; left = left.left) if (!left.deleted && left.countable) start += left.length;
  return start;
}

function startsOf(text: Y.Text, anchors: readonly (Anchor | null)[]): Map<Y.Item, number> {
  const wanted = new Set(anchors.flatMap((anchor) => (anchor === null ? [] : [anchor.item])));
  const starts = new Map<Y.Item, number>();
  let start = 0;
  for (let item = text._start; item !== null && starts.size < wanted.size; item = item.right) {
    if (wanted.has(item)) starts.set(item, start);
    if (!item.deleted && item.countable) start += item.length;
  }
  return starts;
}

function isIdOf(text: Y.Text, id: WireId | null): boolean {
  const own = text._item?.id;
  return id !== null && own !== undefined && own.client === id.client && own.clock === id.clock;
}
