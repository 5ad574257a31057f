import { shownName } from '../../editor/carets/people.ts';
import { connectionAnnouncement } from '../../wording/status-wording.ts';
import { comingsAndGoings } from './people-shown.ts';
import type { SessionState } from './session-state.ts';

/** What somebody hears who does not see the page, when one state follows another. */
export function announcements(before: SessionState, after: SessionState): string[] {
  const [was, is] = [before.status.connection, after.status.connection];
  const sentences = [
    connectionAnnouncement(was, is, after.keptOnDevice),
    // Somebody who was here already is no news, and somebody who disappears with the connection has not left.
    was === 'connected' && is === 'connected' ? comingsAndGoings(before.people, after.people, after.marksGuests) : null,
    roleAnnouncement(before, after),
  ];
  return sentences.filter((sentence) => sentence !== null);
}

/** What somebody hears whose role changes while they are here. */
function roleAnnouncement(before: SessionState, after: SessionState): string | null {
  if (before.role === null || after.gate !== null || before.mayWrite === after.mayWrite) return null;
  if (after.mayWrite) return 'You can edit this document now.';
  return after.frozen ? 'This document is frozen now: nobody can change it.' : 'You can only view this document now.';
}

/** What somebody sees who is followed from now on: nobody is without knowing. */
export function newFollowers({ people: before }: SessionState, { people, marksGuests }: SessionState): string | null {
  const self = people.find(({ isSelf }) => isSelf)?.clientId;
  if (self === undefined) return null;
  const followed = new Set(before.filter(({ following }) => following === self).map(({ clientId }) => clientId));
  const news = people.filter(({ clientId, following }) => following === self && !followed.has(clientId));
  return news.length === 0
    ? null
    : `${new Intl.ListFormat('en').format(news.map((person) => shownName(person, marksGuests)))} now follows you.`;
}
