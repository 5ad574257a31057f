import type { Awareness } from 'y-protocols/awareness';
import { isBlank } from '../../../protocol/blank-text.ts';
import { withoutHiddenMarks } from '../../../protocol/hidden-marks.ts';

/** Longest name that is shown, in code points. */
export const NAME_LENGTH = 40;

/** Colours for people who bring none, told apart in light and dark. */
export const PEOPLE_COLORS = [
  '#b4452f',
  '#2f6fb4',
  '#3d7d3a',
  '#8a4fb0',
  '#a8620f',
  '#0f7f86',
  '#b03a78',
  '#5b63c4',
] as const;

/** Someone whose presence is known. All fields are safe to show: what others sent has been checked. */
export interface Person {
  /** The awareness client id: one a tab, so one person may be several. */
  clientId: number;
  /** At most 40 code points, without control characters and invisible ones; 'Guest' when there is none. */
  name: string;
  /** As #rrggbb. */
  color: string;
  /**
   * Whether the server vouches for the name, which it has from a token or a sign-in. Everybody else may have chosen the name
   * and the colour of somebody known. Only a Coscribe server keeps people from claiming it.
   */
  known: boolean;
  /** Whether this is the own tab. */
  isSelf: boolean;
  /** The client id of the person this one follows, or null. */
  following: number | null;
  /** The same for all tabs of one browser, where they tell. Anybody can claim it: it orders lists, and proves nothing. */
  browser?: string;
}

/** The person that an awareness state tells about. Nothing in the state is trusted. */
export function personOf(clientId: number, state: unknown, selfId: number): Person {
  const { user, following, browser } = fields(state);
  const { name, color, verified } = fields(user);
  return {
    clientId,
    name: cleanName(name),
    color: cleanColor(color) ?? fallbackColor(clientId),
    known: verified === true,
    isSelf: clientId === selfId,
    following: typeof following === 'number' ? following : null,
    ...(typeof browser === 'string' && /^[\w-]{8,64}$/.test(browser) ? { browser } : {}),
  };
}

/** A name as it is shown: where guests are marked, none passes for somebody known. */
export function shownName({ name, known }: Person, marksGuests: boolean): string {
  return marksGuests && !known ? `${name} (guest)` : name;
}

/** Everybody present who has told who they are, oneself first, then by name. */
export function listPeople(awareness: Awareness): Person[] {
  const people: Person[] = [];
  for (const [clientId, state] of awareness.getStates()) {
    if (typeof fields(state)['user'] === 'object') people.push(personOf(clientId, state, awareness.clientID));
  }
  return people.sort(
    (a, b) => Number(b.isSelf) - Number(a.isSelf) || a.name.localeCompare(b.name) || a.clientId - b.clientId,
  );
}

/**
 * Calls back with everybody present, now and whenever who is there, or what they tell about themselves, changes. Moving
 * carets do not call.
 * @returns stops it
 */
export function watchPeople(awareness: Awareness, listener: (people: Person[]) => void): () => void {
  let last = '';
  const look = () => {
    const people = listPeople(awareness);
    const now = JSON.stringify(people);
    if (now === last) return;
    last = now;
    listener(people);
  };
  awareness.on('change', look);
  look();
  return () => awareness.off('change', look);
}

/** A colour that a person has who brings none, always the same for one client id. */
export function fallbackColor(clientId: number): string {
  return PEOPLE_COLORS[Math.abs(clientId) % PEOPLE_COLORS.length] ?? PEOPLE_COLORS[0];
}

/** The fields of what may be an object and may be anything. */
export function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function cleanName(name: unknown): string {
  if (typeof name !== 'string') return 'Guest';
  // Neither controls nor marks that nobody sees have any business in a name: somebody could pass for another.
  const plain = withoutHiddenMarks(name.slice(0, 400).replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')).trim();
  const shown = Array.from(plain).slice(0, NAME_LENGTH).join('');
  return isBlank(shown) ? 'Guest' : shown;
}

function cleanColor(color: unknown): string | null {
  return typeof color === 'string' && /^#[0-9a-f]{6}$/i.test(color) ? color.toLowerCase() : null;
}
