import { CLOSE_CODES, retryAfterReason } from '../../protocol/close-codes.ts';
import type { Member } from './member.ts';

/** Seconds that a member is asked to wait when it has cost too much: the budget is one of ten seconds. */
const OVERWORKED_RETRY_AFTER = 10;

/** The same when nothing more can be kept for the disk, which is tried every five seconds. */
const STORAGE_RETRY_AFTER = 10;

/** Closes a member whose merges and questions took more time than it may take (SEC-9). */
export function closeOverworked(member: Member): void {
  const reason = "Merging for this connection took too much of the server's time.";
  member.close(CLOSE_CODES.rateLimited, retryAfterReason(OVERWORKED_RETRY_AFTER, reason));
}

/** Closes a member that writes while as much waits for a failing disk as memory may hold (DUR-10). */
export function closeForStorage(member: Member): void {
  const reason = 'The disk of the server refuses writes, and nothing more can be kept.';
  member.close(CLOSE_CODES.tryAgainLater, retryAfterReason(STORAGE_RETRY_AFTER, reason));
}
