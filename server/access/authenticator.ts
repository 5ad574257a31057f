import type { Person } from '../../protocol/person.ts';
import type { Role } from '../../protocol/roles.ts';

export type { Person };

/** What is known of somebody who asks for a document. */
export interface AccessRequest {
  readonly documentName: string;
  /** The access token, if one came along; several credentials joined by `~`. Never log it. */
  readonly token: string | null;
  /** Where the request comes from, for limits and the log; null when nobody knows. */
  readonly address?: string | null;
}

/** What somebody may do, and until when. */
export interface Grant {
  readonly granted: true;
  readonly role: Role;
  /** Who it is; null for a guest. */
  readonly person: Person | null;
  /** When it has to be asked for again, in milliseconds since 1970; null for never. */
  readonly expiresAt: number | null;
  /** What gave the access, for the log: `anyone`, `token`, `session`, `owner key`, `link <id>`. Holds no secret. */
  readonly through: string;
  /** Whether the document is frozen: nobody writes in it, whatever their role. Set by the server, not by an authenticator. */
  readonly frozen?: true;
}

/** Somebody is not let in. */
export interface Refusal {
  readonly granted: false;
  /**
   * `unauthenticated`: a (new) token may help. `forbidden`: it will not. `passwordNeeded`: the share link has a password, which
   * has to be exchanged for a ticket first (docs/http-api.md).
   */
  readonly refusal: 'unauthenticated' | 'forbidden' | 'passwordNeeded';
  /** A sentence for the person who was refused. */
  readonly reason: string;
}

/** What an authenticator decides. */
export type Access = Grant | Refusal;

/** Nobody can say right now who may do what: a disk or another server does not answer. Anyone who asks should come again. */
export class AccessUnavailable extends Error {
  override readonly name = 'AccessUnavailable';
}

/** Hears of which document answers may be wrong now, null for all; with the id of a person, only answers about that person. */
export type AccessListener = (documentName: string | null, person?: string) => void;

/**
 * Decides who may do what. May throw or reject, which refuses: as an internal error, or with `AccessUnavailable` until
 * another time.
 */
export interface Authenticator {
  /**
   * Asked for every connection and request, for a request again when it had to wait for the document, for a connection when
   * its grant runs out and whenever `onChange` tells of a change.
   */
  authorize(request: AccessRequest): Access | Promise<Access>;
  /** Tells when earlier answers may be wrong now (a link was revoked, somebody signed out). Returns how to stop listening. */
  onChange?(listener: AccessListener): () => void;
}
