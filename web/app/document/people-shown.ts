import type { Person } from '../../editor/people.ts';

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

/** Who came and who left between two lists, as one sentence; null when the same people are there. Oneself is not news. */
export function comingsAndGoings(before: readonly Person[], after: readonly Person[]): string | null {
  const came = namesMissing(after, before);
  const left = namesMissing(before, after);
  const sentences = [
    came.length > 0 ? `${listed(came)} joined.` : '',
    left.length > 0 ? `${listed(left)} left.` : '',
  ].filter(Boolean);
  return sentences.length > 0 ? sentences.join(' ') : null;
}

/** Names in `people` whose client is not in `others`. */
function namesMissing(people: readonly Person[], others: readonly Person[]): string[] {
  const known = new Set(others.map(({ clientId }) => clientId));
  return people.filter(({ clientId, isSelf }) => !isSelf && !known.has(clientId)).map(({ name }) => name);
}

function listed(names: readonly string[]): string {
  if (names.length > 3) return `${names.length} people`;
  return new Intl.ListFormat('en').format(names);
}
