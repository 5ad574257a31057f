/** Min length of a new password of a share link, in characters. Shorter ones from earlier versions go on working. */
const MIN_LENGTH = 8;

/** What people are told about a new password before they choose one. */
export const LINK_PASSWORD_HINT = `At least ${MIN_LENGTH} characters.`;

/** Why a new password of a share link is refused, as a sentence; null when it is fine. */
export function linkPasswordProblem(password: string): string | null {
  // In the form in which it is hashed: what people see as one character counts once, however their keyboard composes it.
  if ([...password.normalize('NFKC')].length >= MIN_LENGTH) return null;
  return `A password of a link has at least ${MIN_LENGTH} characters.`;
}
