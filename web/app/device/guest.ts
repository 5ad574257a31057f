import { isBlank } from '../../../protocol/blank-text.ts';
import { NAME_LENGTH } from '../../editor/carets/people.ts';
import { type KeptStrings, readJson } from './local-store.ts';
import { PERSON_COLORS, selectionShade } from './person-colors.ts';

/** How others see this person: the `user` field of the awareness state. */
export interface Guest {
  readonly name: string;
  readonly color: string;
  /** Translucent, for selections. */
  readonly colorLight: string;
  /** Only for a name that the server knows. It tells others what is true, whatever is said here. */
  readonly verified?: true;
}

const KEY = 'coscribe.guest';
const ANIMALS = [
  'Badger', 'Beaver', 'Bittern', 'Crane', 'Curlew', 'Dormouse', 'Falcon', 'Finch', 'Fox', 'Gecko', 'Hare', 'Hedgehog',
  'Heron', 'Ibex', 'Ibis', 'Jackdaw', 'Kestrel', 'Kingfisher', 'Lapwing', 'Lark', 'Lynx', 'Magpie', 'Marmot', 'Marten',
  'Mole', 'Newt', 'Nuthatch', 'Otter', 'Owl', 'Pika', 'Plover', 'Puffin', 'Quail', 'Raven', 'Robin', 'Seal', 'Shrew',
  'Starling', 'Stoat', 'Stork', 'Swift', 'Tapir', 'Toad', 'Vole', 'Wagtail', 'Weasel', 'Wren', 'Yak',
] as const; // biome-ignore format: one line a dozen reads better

/** A guest made by chance: a colour and an animal, "Moss Heron", in that colour. `random` gives numbers in [0, 1). */
export function inventGuest(random: () => number): Guest {
  const color = pick(PERSON_COLORS, random);
  return guestOf(`${color.name} ${pick(ANIMALS, random)}`, color.value);
}

/** Puts a name and a colour together; an empty name becomes "Guest". */
export function guestOf(name: string, color: string): Guest {
  const trimmed = Array.from(name.trim().replace(/\s+/gu, ' ')).slice(0, NAME_LENGTH).join('');
  return { name: isBlank(trimmed) ? 'Guest' : trimmed, color, colorLight: selectionShade(color) };
}

/** The guest this browser was last time, or a new one, remembered from now on. */
export function readGuest(store: KeptStrings, random: () => number): Guest {
  const value = readJson(store, KEY) as Partial<Guest> | null;
  if (typeof value?.name === 'string' && typeof value.color === 'string' && /^#[0-9a-f]{6}$/i.test(value.color)) {
    return guestOf(value.name, value.color);
  }
  const guest = inventGuest(random);
  keepGuest(store, guest);
  return guest;
}

/** Remembers who this browser's person wants to be. */
export function keepGuest(store: KeptStrings, guest: Guest): void {
  store.setItem(KEY, JSON.stringify({ name: guest.name, color: guest.color }));
}

function pick<T>(list: readonly T[], random: () => number): T {
  const chosen = list[Math.floor(random() * list.length)] ?? list[0];
  if (chosen === undefined) throw new RangeError('nothing to pick from');
  return chosen;
}
