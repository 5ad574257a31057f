import type { Logger } from './logger.ts';

/** What happened to somebody's access. docs/security.md lists the events with their fields. */
export type SecurityEventName =
  /** A connection or request was not let in, or did what its role does not allow. */
  | 'refused'
  /** A share link was removed, or a live connection lost its access. */
  | 'revoked'
  /** A link or the access of everybody was made or changed, or a live connection got another role. */
  | 'role-changed'
  | 'rate-limited'
  | 'sign-in-failed'
  | 'signed-in'
  | 'link-made'
  /** Somebody became the owner of a document by creating it. */
  | 'owner-claimed';

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

const SENTENCES: Readonly<Record<SecurityEventName, string>> = {
  refused: 'Access was refused.',
  revoked: 'Access was revoked.',
  'role-changed': 'Access was changed.',
  'rate-limited': 'Somebody was told to slow down.',
  'sign-in-failed': 'A sign-in failed.',
  'signed-in': 'Somebody signed in.',
  'link-made': 'A share link was made.',
  'owner-claimed': 'Somebody became the owner of a document.',
};

/** Writes a security event to the log: one line with `"security": <event>` that a program can pick out. */
export function audit(logger: Logger, event: SecurityEventName, fields: SecurityEventFields): void {
  const write = event === 'refused' || event === 'rate-limited' || event === 'sign-in-failed' ? 'warn' : 'info';
  logger[write]({ security: event, ...fields }, SENTENCES[event]);
}
