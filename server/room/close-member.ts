import { CLOSE_CODES, retryAfterReason } from '../../protocol/close-codes.ts';
import type { Member } from './member.ts';

/** Seconds that a member is asked to wait when it has cost too much: the budget is one of ten seconds. */
const OVERWORKED_RETRY_AFTER = 10;

/** The same when nothing more can be kept for the disk, which is tried every five seconds. */
const STORAGE_RETRY_AFTER = 10;

/** The same when the server has as many documents open as it may. */
const ROOM_RETRY_AFTER = 10;

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

/** Closes a member that keeps sending what builds on something that nobody has. */
export function closeForGaps(member: Member): void {
  member.close(CLOSE_CODES.tryAgainLater, 'The document on this device lacks a part that its edits build on.');
}

/** Closes a member that adds to a document which is as large as it may be. */
export function closeForSize(member: Member): void {
  member.close(CLOSE_CODES.documentFull, CLOSE_CODES.documentFull.meaning);
}

/** Closes a member because the document failed in memory. */
export function closeForReload(member: Member): void {
  member.close(CLOSE_CODES.internalError, 'The document has to be loaded again.');
}

/** Closes a member of a document that nobody has written in, because documents that hold something need the place. */
export function closeForRoom(member: Member): void {
  const reason = 'The server has as many documents open as it may, and nobody has written in this one.';
  member.close(CLOSE_CODES.tryAgainLater, retryAfterReason(ROOM_RETRY_AFTER, reason));
}
