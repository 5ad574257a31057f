import { documentNameProblem } from '../../protocol/document-name.ts';
import { hasHiddenMarks } from '../../protocol/hidden-marks.ts';
import { higherRole, isRole, type Role } from '../../protocol/roles.ts';
import type { Person } from '../access/authenticator.ts';
import { TokenRefused } from '../access/token-verifier.ts';

/** What a token gives: a role in one document, or in all whose names begin so. */
type Right = { readonly document: string; readonly role: Role } | { readonly prefix: string; readonly role: Role };

/** Who holds a token and what it gives, as its claims say. */
export interface JwtClaims {
  /** Null when it names no subject. */
  readonly person: Person | null;
  readonly rights: readonly Right[];
}

/** Longest subject, name and picture address, in characters: all of them travel with every caret. */
const LONGEST = { sub: 256, name: 100, picture: 1_024 } as const;

/** Characters that no text on one line needs. */
const CONTROL = /[\p{Cc}\u2028\u2029]/u;

/**
 * Reads the claims that are Coscribe's business; docs/access.md describes them.
 * @throws TokenRefused naming the claim that is not as it must be
 */
export function readClaims(payload: Readonly<Record<string, unknown>>): JwtClaims {
  return { person: readPerson(payload), rights: readRights(payload['rights']) };
}

/** The highest role that any of the rights gives in a document; null for none. */
export function roleIn(documentName: string, rights: readonly Right[]): Role | null {
  return rights.reduce<Role | null>(
    (role, right) =>
      ('document' in right ? right.document === documentName : documentName.startsWith(right.prefix))
        ? higherRole(role, right.role)
        : role,
    null,
  );
}

function readPerson(payload: Readonly<Record<string, unknown>>): Person | null {
  const id = readText(payload, 'sub');
  const name = readText(payload, 'name');
  const color = payload['color'] ?? null;
  if (color !== null && (typeof color !== 'string' || !/^#[0-9a-f]{6}$/i.test(color))) {
    throw malformed('color', 'is not a colour such as #3366cc');
  }
  const avatar = readText(payload, 'picture');
  if (avatar !== null && !isHttps(avatar)) throw malformed('picture', 'is not an https address');
  if (id !== null) return { id, name, color, avatar };
  const nameless = Object.entries({ name, color, picture: avatar }).find(([, value]) => value !== null);
  if (nameless !== undefined) throw malformed(nameless[0], 'needs the claim "sub" beside it');
  return null;
}

function readText(payload: Readonly<Record<string, unknown>>, claim: keyof typeof LONGEST): string | null {
  const value = payload[claim] ?? null;
  if (value === null) return null;
  if (typeof value !== 'string') throw malformed(claim, 'is not a text');
  if (value.trim() === '') throw malformed(claim, 'is empty');
  if (value.length > LONGEST[claim]) throw malformed(claim, `is longer than ${LONGEST[claim]} characters`);
  if (CONTROL.test(value)) throw malformed(claim, 'has a control character in it');
  if (claim === 'name' && hasHiddenMarks(value)) throw malformed(claim, 'has an invisible character in it');
  return value;
}

function isHttps(address: string): boolean {
  return URL.canParse(address) && new URL(address).protocol === 'https:';
}

function readRights(claim: unknown): Right[] {
  if (claim === undefined || claim === null) return [];
  if (!Array.isArray(claim)) throw malformed('rights', 'is not a list');
  return claim.map((value: unknown, index) => readRight(value, `rights[${index}]`));
}

function readRight(value: unknown, where: string): Right {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(where, 'is not an object');
  // A field that this version does not know could be meant to limit the right.
  const { document, prefix, role, ...unknown } = value as Readonly<Record<string, unknown>>;
  if (Object.keys(unknown).length > 0) throw malformed(where, 'has a field besides document, prefix and role');
  if (!isRole(role)) throw malformed(`${where}.role`, 'is no role');
  if ((document === undefined) === (prefix === undefined)) throw malformed(where, 'needs either document or prefix');
  if (prefix !== undefined) {
    if (typeof prefix !== 'string') throw malformed(`${where}.prefix`, 'is not a text');
    return { prefix, role };
  }
  if (typeof document !== 'string' || documentNameProblem(document) !== null) {
    throw malformed(`${where}.document`, 'is not a name that a document can have');
  }
  return { document, role };
}

function malformed(claim: string, what: string): TokenRefused {
  return new TokenRefused(`The claim "${claim}" of the token ${what}.`);
}
