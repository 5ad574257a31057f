/** One line to choose. */
export interface Pick {
  readonly label: string;
  /** Shown dimmed at the end of the line: keys, or a word of explanation. */
  readonly detail?: string;
  readonly current?: boolean;
  /** More words that find this line. */
  readonly keywords?: string;
}

/** Lines that match all typed words, those that begin with what was typed first; the order is otherwise kept. */
export function matchPicks<T extends Pick>(picks: readonly T[], typed: string): readonly T[] {
  const words = typed.toLocaleLowerCase('en').split(/\s+/u).filter(Boolean);
  if (words.length === 0) return picks;
  const text = (pick: T) => `${pick.label} ${pick.keywords ?? ''}`.toLocaleLowerCase('en');
  const found = picks.filter((pick) => words.every((word) => text(pick).includes(word)));
  const first = found.filter((pick) => text(pick).startsWith(words[0] ?? ''));
  return [...first, ...found.filter((pick) => !first.includes(pick))];
}
