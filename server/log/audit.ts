import type { Logger } from './logger.ts';

/** What can happen to somebody's access, each with its line in the log. docs/access.md lists them; a test compares. */
export const SECURITY_EVENTS = {
  /** A connection or request was not let in, or did what its role does not allow. */
  refused: { level: 'warn', sentence: 'Access was refused.' },
  'rate-limited': { level: 'warn', sentence: 'Somebody was told to slow down.' },
  'sign-in-failed': { level: 'warn', sentence: 'A sign-in failed.' },
  'signed-in': { level: 'info', sentence: 'Somebody signed in.' },
  /** A person signed out in one of their browsers or in all, or the provider said so. */
  'session-ended': { level: 'info', sentence: 'Somebody was signed out.' },
  /** Somebody became the owner of a document by creating it. */
  'owner-claimed': { level: 'info', sentence: 'Somebody became the owner of a document.' },
  /** An owner or the API key made somebody an owner. */
  'owner-added': { level: 'info', sentence: 'An owner was added.' },
  'owner-removed': { level: 'info', sentence: 'An owner was removed.' },
  'link-made': { level: 'info', sentence: 'A share link was made.' },
  /** A link or the access of everybody was changed, or a live connection got another role. */
  'role-changed': { level: 'info', sentence: 'Access was changed.' },
  /** A share link was removed, or a live connection lost its access. */
  revoked: { level: 'info', sentence: 'Access was revoked.' },
  /** The API key kept a person or a network out of the server, or let them in again. */
  banned: { level: 'info', sentence: 'Somebody was banned.' },
  unbanned: { level: 'info', sentence: 'A ban was lifted.' },
  /** The API key let nobody write in a document, or let people write again. */
  frozen: { level: 'info', sentence: 'A document was frozen.' },
  unfrozen: { level: 'info', sentence: 'A document is no longer frozen.' },
  /** What a person was given before a time is void. */
  'tokens-revoked': { level: 'info', sentence: 'The tokens of a person were revoked.' },
  /** Those who run the server deleted a document, or brought it back. */
  'document-deleted': { level: 'info', sentence: 'A document was deleted.' },
  'document-restored': { level: 'info', sentence: 'A deleted document was brought back.' },
  /** Somebody came to the operations dashboard. */
  'admin-let-in': { level: 'info', sentence: 'Somebody who runs the server opened the dashboard.' },
  /** Those who run the server did something else; the reason says what. */
  administered: { level: 'info', sentence: 'Somebody who runs the server did something.' },
} as const;

export type SecurityEventName = keyof typeof SECURITY_EVENTS;

/** Who and what an event is about. Nothing in it may be a secret: no token, no link's secret part, no password. */
export interface SecurityEventFields {
  readonly document?: string;
  readonly address?: string | null;
  /** The id of the person, where the server knows one. */
  readonly person?: string | null;
  readonly connection?: number;
  readonly role?: string | null;
  /** What the access came through, as `Grant.through` says it; or the id of a link. */
  readonly through?: string;
  /** What the other end was told: a code of docs/http-api.md, or the name of a close code. */
  readonly code?: string;
  /** A sentence. */
  readonly reason?: string;
}

/** Writes a security event to the log: one line with `"security": <event>` that a program can pick out. */
export function audit(logger: Logger, event: SecurityEventName, fields: SecurityEventFields): void {
  const { level, sentence } = SECURITY_EVENTS[event];
  logger[level]({ security: event, ...fields }, sentence);
}
