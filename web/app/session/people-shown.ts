import { type Person, shownName } from '../../editor/carets/people.ts';

/** One for all tabs of a browser, oneself first, then the first of each. */
export function onePerBrowser(people: readonly Person[]): readonly Person[] {
  const seen = new Set<string>();
  return people.filter(({ browser }) => {
    if (browser === undefined) return true;
    if (seen.has(browser)) return false;
    seen.add(browser);
    return true;
  });
}

/**
 * Which people get a circle and how many are behind "+N". All of them while they fit, else one fewer than fit, so that "+N"
 * takes the last place.
 */
export function peopleShown(
  people: readonly Person[],
  places: number,
): { readonly shown: readonly Person[]; readonly hidden: number } {
  if (people.length <= places) return { shown: people, hidden: 0 };
  const shown = people.slice(0, places - 1);
  return { shown, hidden: people.length - shown.length };
}

/** A name with what stands behind it, in words: "(verified)", "(guest)" where guests are marked, else nothing. */
export function vouchedName(person: Person, marksGuests: boolean): string {
  return person.known ? `${person.name} (verified)` : shownName(person, marksGuests);
}

/** Who came and who left between two lists, as one sentence; null when the same people are there. Oneself is not news. */
export function comingsAndGoings(
  before: readonly Person[],
  after: readonly Person[],
  marksGuests: boolean,
): string | null {
  const nameOf = (person: Person) => shownName(person, marksGuests);
  const came = missing(after, before).map(nameOf);
  const left = missing(before, after).map(nameOf);
  const sentences = [
    came.length > 0 ? `${listed(came)} joined.` : '',
    left.length > 0 ? `${listed(left)} left.` : '',
  ].filter(Boolean);
  return sentences.length > 0 ? sentences.join(' ') : null;
}

/** Those of `people` who are not among `others`, in any of their tabs. */
function missing(people: readonly Person[], others: readonly Person[]): Person[] {
  const known = new Set(others.map(identity));
  return people.filter((person) => !person.isSelf && !known.has(identity(person)));
}

function identity({ browser, clientId }: Person): string | number {
  return browser ?? clientId;
}

function listed(names: readonly string[]): string {
  if (names.length > 3) return `${names.length} people`;
  return new Intl.ListFormat('en').format(names);
}
