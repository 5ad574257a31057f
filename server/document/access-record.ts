import { isRole, type Role } from '../../protocol/roles.ts';
import { DamagedRecordError, decodeJsonRecord, encodeJsonRecord } from './record.ts';

/** Who owns a document: anyone who holds a key (of which only the SHA-256 is kept), or a person by the subject of the tokens. */
export type Owner =
  | { readonly kind: 'key'; readonly hash: string }
  | { readonly kind: 'person'; readonly id: string; readonly name: string | null };

/** A link that gives a role to anyone who has it. */
export interface ShareLink {
  readonly id: string;
  /** 43 characters base64url. Kept in the clear, so that an owner can copy the link again. */
  readonly secret: string;
  readonly role: Role;
  readonly label: string;
  /** Milliseconds since 1970; null for never. */
  readonly expiresAt: number | null;
  /** `scrypt.<salt>.<hash>`, base64url; null for none. */
  readonly password: string | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** Who may do what with one document. A document without a record goes by the setting `access`. */
export interface AccessRecord {
  /** What somebody without a credential is; null for nobody. */
  readonly anyone: Role | null;
  readonly owners: readonly Owner[];
  readonly links: readonly ShareLink[];
}

/** Lets nobody in: what a damaged record becomes when the rest of its document is saved. */
export const CLOSED_ACCESS: AccessRecord = { anyone: null, owners: [], links: [] };

export function encodeAccessRecord(record: AccessRecord): Uint8Array {
  return encodeJsonRecord(record);
}

/** @throws DamagedRecordError */
export function decodeAccessRecord(value: Uint8Array): AccessRecord {
  const record = Object(decodeJsonRecord(value)) as Partial<AccessRecord>;
  const { anyone, owners, links } = record;
  if (!(anyone === null || isRole(anyone)) || !Array.isArray(owners) || !Array.isArray(links)) {
    throw new DamagedRecordError('an access record lacks a field');
  }
  if (!owners.every(isOwner) || !links.every(isLink)) throw new DamagedRecordError('an access record cannot be read');
  return { anyone, owners, links };
}

function isOwner(value: unknown): value is Owner {
  const owner = Object(value) as { kind?: unknown; hash?: unknown; id?: unknown };
  return owner.kind === 'key'
    ? typeof owner.hash === 'string'
    : owner.kind === 'person' && typeof owner.id === 'string';
}

function isLink(value: unknown): value is ShareLink {
  const link = Object(value) as Partial<ShareLink>;
  return (
    typeof link.id === 'string' &&
    typeof link.secret === 'string' &&
    isRole(link.role) &&
    typeof link.label === 'string' &&
    (link.expiresAt === null || typeof link.expiresAt === 'number') &&
    (link.password === null || typeof link.password === 'string') &&
    typeof link.createdAt === 'number'
  );
}
