/** Everything that leaves no mark on paper: spaces, controls, and characters that exist to be invisible. U+2800 is empty braille. */
const VISIBLE = /[^\p{White_Space}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** Whether a name or title shows nothing: empty, or made of spaces and invisible characters alone. */
export function isBlank(text: string): boolean {
  return !VISIBLE.test(text);
}
