import { ChangeSet, Text } from '@codemirror/state';
import * as Y from 'yjs';

/**
 * What stands in the editor for one unit of a Y.Text that is not a character (an embedded image or type of another
 * editor): the object replacement character. One unit for one unit, so that positions agree on both sides.
 */
export const EMBED = '\ufffc';

/** The characters of one item, one UTF-16 unit for each unit of its length. The item must be countable and not deleted. */
export function itemContent(item: Y.Item): string {
  return item.content instanceof Y.ContentString ? item.content.str : EMBED.repeat(item.length);
}

/** A Y.Text as a string of exactly `text.length` UTF-16 units. `text.toString()` leaves embeds out, so it is no use here. */
export function textContent(text: Y.Text): string {
  const parts: string[] = [];
  for (let item = text._start; item !== null; item = item.right) {
    if (!item.deleted && item.countable) parts.push(itemContent(item));
  }
  return parts.join('');
}

/** A string as an editor document. Lines end at \n only: a \r stays a character of its line, so that lengths agree. */
export function toDocument(content: string): Text {
  return Text.of(content.split('\n'));
}

/** Whether position `at` lies between the two halves of a surrogate pair of `doc`. */
export function splitsPair(doc: Text, at: number): boolean {
  if (at <= 0 || at >= doc.length) return false;
  const around = doc.sliceString(at - 1, at + 1);
  return isHighSurrogate(around.charCodeAt(0)) && isLowSurrogate(around.charCodeAt(1));
}

/** Whether a UTF-16 unit is the first half of a pair. */
export function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** Whether a UTF-16 unit is the second half of a pair. */
export function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/**
 * The one replacement that turns `doc` into `content`: what lies between their common start and their common end. Costs
 * the length of both, so it is for the rare times when nobody knows what changed.
 * @returns null when they are equal
 */
export function difference(doc: Text, content: string): ChangeSet | null {
  const old = doc.toString();
  if (old === content) return null;
  const shorter = Math.min(old.length, content.length);
  let start = 0;
  while (start < shorter && old.charCodeAt(start) === content.charCodeAt(start)) start++;
  let end = 0;
  while (
    end < shorter - start &&
    old.charCodeAt(old.length - 1 - end) === content.charCodeAt(content.length - 1 - end)
  ) {
    end++;
  }
  // Two different pairs may share a half: the replacement takes both halves.
  if (start > 0 && isHighSurrogate(old.charCodeAt(start - 1))) start--;
  if (end > 0 && isLowSurrogate(old.charCodeAt(old.length - end))) end--;
  const insert = toDocument(content.slice(start, content.length - end));
  return ChangeSet.of({ from: start, to: old.length - end, insert }, old.length);
}
