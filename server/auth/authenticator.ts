/** What a person may do in a document. */
export type Role = 'viewer' | 'commenter' | 'editor' | 'owner';

/** What is known of somebody who asks for a document. */
export interface AccessRequest {
  readonly documentName: string;
  /** The access token, if one came along. Never log it. */
  readonly token: string | null;
}

export type Access =
  | {
      readonly granted: true;
      readonly role: Role;
      /** Identifies an authenticated person; null for a guest. */
      readonly person: string | null;
    }
  | {
      readonly granted: false;
      /** `unauthenticated`: a (new) token may help. `forbidden`: it will not. */
      readonly refusal: 'unauthenticated' | 'forbidden';
      /** A sentence for the person who was refused. */
      readonly reason: string;
    };

/** Decides who may do what. May throw or reject: that refuses, as an internal error. */
export interface Authenticator {
  authorize(request: AccessRequest): Access | Promise<Access>;
}

/** Whether a role may change the text. */
export function mayWrite(role: Role): boolean {
  return role === 'editor' || role === 'owner';
}
