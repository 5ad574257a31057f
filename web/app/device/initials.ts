/**
 * At most two letters for a person's circle: of the first and the last word, or of the only one. Whole characters as people
 * see them, so emoji and combining marks stay in one piece.
 */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = words[0];
  if (first === undefined) return '?';
  const last = words.length > 1 ? words.at(-1) : undefined;
  return (firstCharacter(first) + (last === undefined ? '' : firstCharacter(last))).toLocaleUpperCase('en');
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

function firstCharacter(word: string): string {
  for (const { segment } of segmenter.segment(word)) return segment;
  return '';
}
