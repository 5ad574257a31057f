/** What a person may be in a document, from least to most. */
export const ROLES = ['viewer', 'commenter', 'editor', 'owner'] as const;

/** What somebody is in a document. */
export type Role = (typeof ROLES)[number];

/** What can be done with a document. */
export type Action =
  /** Get the text, the title, and see the carets of others. */
  | 'read'
  /** Show a name and a caret to others. A viewer may where the server is set so (`viewerPresence`). */
  | 'be-seen'
  /** Change the text. */
  | 'write'
  /** Change title and language; create the document. */
  | 'rename'
  /** See and change who has access: share links, and what anybody may do. */
  | 'share';

/** The one table of who may do what. WebSocket, HTTP API and site all ask it, through `may`. */
const ALLOWED: Readonly<Record<Role, readonly Action[]>> = {
  viewer: ['read'],
  // Comments come with a later version; until then a commenter is somebody who is seen and does not write.
  commenter: ['read', 'be-seen'],
  editor: ['read', 'be-seen', 'write', 'rename'],
  owner: ['read', 'be-seen', 'write', 'rename', 'share'],
};

/** Whether a role allows an action. A role that this version does not know allows nothing. */
export function may(role: Role, action: Action): boolean {
  return isRole(role) && ALLOWED[role].includes(action);
}

/** Whether a value from outside is a role. */
export function isRole(value: unknown): value is Role {
  return ROLES.some((role) => role === value);
}

/** The higher of two roles; null stands for no access. */
export function higherRole(a: Role | null, b: Role | null): Role | null {
  if (a === null) return b;
  if (b === null) return a;
  return ROLES.indexOf(a) >= ROLES.indexOf(b) ? a : b;
}
