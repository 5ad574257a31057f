import { CLOSE_CODES, type CloseCode, retryAfterReason } from '../../protocol/close-codes.ts';
import { type Action, may, type Role } from '../../protocol/roles.ts';
import type { Grant, Refusal } from './authenticator.ts';

export const BANNED_PERSON = 'The people who run this server have banned you from it.';
export const BANNED_ADDRESS = 'The people who run this server have banned this address from it.';
export const FROZEN =
  'The people who run this server have frozen this document: everybody may read it, nobody can change it.';

/** Nobody is let in. Each transport answers it in its own words: a status, or a close code. */
export type Denial =
  | Refusal
  /** Too many tokens of this address were not good, this one among them. Come again after this many seconds. */
  | { readonly granted: false; readonly refusal: 'rateLimited'; readonly reason: string; readonly retryAfter: number }
  /** Nobody can say right now; the same request may be good later. */
  | { readonly granted: false; readonly refusal: 'unavailable'; readonly reason: string; readonly cause: unknown }
  /** The authenticator has a defect. */
  | { readonly granted: false; readonly refusal: 'failed'; readonly reason: string; readonly cause: unknown };

/** What is decided about a request. */
export type Decision = Grant | Denial;

/** A denial as a connection is closed with it. */
export function closeFor(denial: Denial): [CloseCode, string] {
  switch (denial.refusal) {
    case 'unauthenticated':
    case 'forbidden':
    case 'passwordNeeded':
      return [CLOSE_CODES[denial.refusal], denial.reason];
    case 'rateLimited':
      return [CLOSE_CODES.rateLimited, retryAfterReason(denial.retryAfter, denial.reason)];
    case 'unavailable':
      return [CLOSE_CODES.tryAgainLater, denial.reason];
    case 'failed':
      return [CLOSE_CODES.internalError, CLOSE_CODES.internalError.meaning];
    default:
      return denial satisfies never;
  }
}

/** Whether somebody may do something in a document now: by their role, unless it is frozen. */
export function mayNow({ role, frozen }: Pick<Grant, 'role' | 'frozen'>, action: Action): boolean {
  return may(role, action) && !(frozen === true && changesDocument(action));
}

/** What a client is told of its access. Of a frozen document everybody is at most somebody who is seen, so that every client obeys. */
export function shownAccess({ role, frozen }: Pick<Grant, 'role' | 'frozen'>): { role: Role; frozen?: true } {
  if (frozen !== true) return { role };
  return { role: may(role, 'write') ? 'commenter' : role, frozen };
}

function changesDocument(action: Action): boolean {
  return action === 'write' || action === 'rename';
}
