/**
 * Characters that change how text looks without being seen: zero-width ones, and marks that turn its direction. With them two
 * names can look the same, or `exe.txt` be shown where `txt.exe` stands.
 */
const HIDDEN = /\p{Cf}|\u115f|\u1160|\u3164|\uffa0|(?!\ufe0f)\p{VS}/gu;

/** What a joiner makes one of: parts of an emoji, or letters of a script whose shapes depend on their neighbours. */
const EMOJI_PART = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f/u;
const JOINED_LETTER = /^(?!\p{sc=Latn}|\p{sc=Grek}|\p{sc=Cyrl}|\p{sc=Hani}|\p{sc=Hang})[\p{L}\p{M}]/u;

function isNeeded(mark: string, before: string, after: string): boolean {
  if (mark === '\u200d' && EMOJI_PART.test(before) && EMOJI_PART.test(after)) return true;
  const joins = mark === '\u200c' || mark === '\u200d';
  return joins && JOINED_LETTER.test(before) && JOINED_LETTER.test(after);
}

/** The text without marks that nobody sees; joiners stay where the writing needs them. */
export function withoutHiddenMarks(text: string): string {
  return text.replace(HIDDEN, (mark, at: number) => {
    const before = [...text.slice(Math.max(0, at - 2), at)].at(-1) ?? '';
    const after = [...text.slice(at + mark.length, at + mark.length + 2)][0] ?? '';
    return isNeeded(mark, before, after) ? mark : '';
  });
}

/** Whether a text has marks that nobody sees and no writing needs. */
export function hasHiddenMarks(text: string): boolean {
  return withoutHiddenMarks(text) !== text;
}
