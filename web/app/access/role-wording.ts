import type { Role } from '../../../protocol/roles.ts';

/** What a role lets somebody do, for a list to choose from. */
export const ROLE_LABELS: Readonly<Record<Role, string>> = {
  viewer: 'Can view',
  commenter: 'Can comment',
  editor: 'Can edit',
  owner: 'Is an owner',
};

/** What follows from a role, after "People with this link …". */
export const ROLE_DEEDS: Readonly<Record<Role, string>> = {
  viewer: 'can read the document',
  // There are no comments yet: this is what a commenter can do.
  commenter: 'can read the document, not change it; there are no comments yet',
  editor: 'can read and edit the document',
  owner: 'can read and edit the document, and decide who else may',
};

/** What the document link is worth, as a sentence. */
export function addressWorth(anyone: Role | null): string {
  return anyone === null
    ? 'The document link alone lets nobody in.'
    : `People with the document link ${ROLE_DEEDS[anyone]}, without an account.`;
}

/** When a link ends, in the words of this browser. @param now milliseconds since 1970 */
export function expiryWording(expiresAt: string | null, now: number): string | null {
  if (expiresAt === null) return null;
  const at = new Date(expiresAt);
  const near = Math.abs(at.getTime() - now) < 300 * 24 * 60 * 60 * 1000;
  const when = at.toLocaleString('en', {
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    ...(near ? {} : { year: 'numeric' }),
  });
  return at.getTime() <= now ? `expired ${when}` : `until ${when}`;
}
