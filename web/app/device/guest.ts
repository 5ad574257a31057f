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

/** Somebody else, as far as one has to differ from them. */
export type Alike = Pick<Guest, 'name' | 'color'>;

/**
 * A guest made by chance: a colour and an animal, "Moss Heron", in that colour, as long as there are any that nobody has yet.
 * @param random gives numbers in [0, 1)
 * @param others who is there already
 */
export function inventGuest(random: () => number, others: readonly Alike[] = []): Guest {
  const colors = PERSON_COLORS.filter(({ value }) => others.every((other) => other.color !== value));
  const color = pick(colors.length > 0 ? colors : PERSON_COLORS, random);
  const animals = ANIMALS.filter((animal) => others.every(({ name }) => !name.endsWith(` ${animal}`)));
  return guestOf(`${color.name} ${pick(animals.length > 0 ? animals : ANIMALS, random)}`, color.value);
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
  keepInvented(store, guest);
  return guest;
}

/** Whether this browser's guest was made by chance, and nobody has chosen a name or colour yet. */
export function isInvented(store: KeptStrings): boolean {
  return Object(readJson(store, KEY)).invented === true;
}

/** Remembers a guest made by chance. */
export function keepInvented(store: KeptStrings, guest: Guest): void {
  store.setItem(KEY, JSON.stringify({ name: guest.name, color: guest.color, invented: true }));
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
